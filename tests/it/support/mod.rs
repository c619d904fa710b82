//! A whole desk to play on: in this process or as the real binary, always spoken to over HTTP.
pub mod books;
pub mod checks;
pub mod client;
pub mod crm;
pub mod desk;
pub mod model;
pub mod process;
pub mod workshop;
pub mod world;
