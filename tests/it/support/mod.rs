//! A whole desk to play on: in this process or as the real binary, always spoken to over HTTP.
pub mod books;
pub mod checks;
pub mod client;
pub mod cluster;
pub mod crm;
pub mod desk;
pub mod fleet;
pub mod model;
pub mod player;
pub mod process;
pub mod workshop;
pub mod world;
