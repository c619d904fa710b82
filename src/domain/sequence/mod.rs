//! Sequences as data, and the rules for what comes back.
pub mod plan;
pub mod react;
