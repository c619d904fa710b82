//! Quarterdeck: a sales desk that lives in a chat channel. ARCHITECTURE.md is the map.
pub mod cards;
pub mod connectors;
pub mod domain;
pub mod engine;
pub mod intake;
pub mod model;
pub mod orchestrator;
pub mod ports;
pub mod prompts;
pub mod reports;
pub mod run;
pub mod sandbox;
pub mod store;
pub mod surfaces;
pub mod tools;
pub mod workflows;
