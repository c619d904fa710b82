//! What we need from the world where it has several forms, as traits; one error for all of them.
pub mod clock;
pub mod desk;
pub mod error;
pub mod limiter;
pub mod llm;
pub mod secret;
pub mod vendors;
