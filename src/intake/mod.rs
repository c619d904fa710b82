//! What comes back from the vendors: fetched or announced, verified, stored once. Applying it is for the orchestrator.
pub mod hooks;
pub mod lemlist;
