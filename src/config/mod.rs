//! What the operator decides: flags, environment, files, defaults, in this order. The only reader of the environment.
//!
//! To add a setting: its line in `settings.rs`, its field in `model.rs`, its line in `.env.example` and in the table of the
//! README; `tests/house.rs` compares the three lists.
pub mod dotenv;
pub mod environment;
pub mod error;
pub mod files;
pub mod load;
pub mod model;
pub mod parts;
pub mod people;
pub mod reader;
pub mod settings;
pub mod tomlfile;
pub mod values;
