//! Where people meet the desk: each surface draws the neutral card its own way and knows no service.
pub mod web;
