//! Quarterdeck: a sales desk that lives in a chat channel. ARCHITECTURE.md is the map.
pub mod domain;
pub mod ports;
pub mod run;
pub mod store;
