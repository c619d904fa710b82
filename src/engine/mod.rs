//! Durable runs: claims work, calls the vendors through the effect ledger, asks the pure part what follows.
//!
//! To add a step kind: its word in `run::state::StepKind`, `steps/<name>.rs`, one line in `steps/mod.rs`.
pub mod absorb;
pub mod beat;
pub mod charge;
pub mod context;
pub mod drive;
pub mod effects;
pub mod executor;
pub mod failpoint;
pub mod gating;
pub mod grants;
pub mod hold;
pub mod limits;
pub mod review;
pub mod steps;
pub mod work;
pub mod worker;
