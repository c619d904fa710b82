//! All words for people and for the model: one typed struct per template of `prompts/`. The only user of tera.
//!
//! To add one: the file `prompts/<kind>/<name>.tera`, a struct with the `template!` macro in the module of its area,
//! its line in that module's `ALL`. `tests/house.rs` compares files and structs; every sample is rendered in a test.
pub mod decisions;
pub mod desk;
pub mod engine;
pub mod filters;
pub mod messages;
pub mod outreach;
pub mod planner;
pub mod reconcile;
pub mod render;
