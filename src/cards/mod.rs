//! What we say to people: cards made from words and rows, posted in the caller's transaction.
pub mod cost;
pub mod decisions;
pub mod gates;
pub mod names;
pub mod post;
pub mod progress;
pub mod result;
pub mod review;
pub mod undo;
