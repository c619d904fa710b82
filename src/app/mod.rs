//! The only place where adapters meet services.
pub mod account;
pub mod books;
pub mod clock;
pub mod error;
pub mod ground;
pub mod ids;
pub mod key;
pub mod lock;
pub mod loopback;
pub mod off;
pub mod rules;
pub mod running;
pub mod services;
pub mod stage;
pub mod start;
pub mod vendors;
pub mod world;
