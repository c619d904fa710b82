//! From a request's arguments to a stored plan on a card.
pub mod args;
pub mod show;
pub mod words;
