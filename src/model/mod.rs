//! Chat-completions endpoints, live or sandbox, through async-openai: the only user of that crate.
pub mod openai;
pub mod options;
pub mod request;
pub mod stream;
pub mod transport;
