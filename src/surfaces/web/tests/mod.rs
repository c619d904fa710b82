//! The page and the API, asked over real HTTP, before a desk that lives in memory.
pub mod cards;
pub mod client;
pub mod desk;
pub mod world;

mod api;
mod door;
mod look;
mod page;
mod refused;
mod stream;
