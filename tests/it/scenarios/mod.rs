//! What people do with the desk, from the first word to the digest.
mod bulk;
mod control;
mod cost;
mod decisions;
mod flagship;
mod gates;
mod hostile;
mod input;
mod restart;
mod trouble;
mod undo;
mod upgrade;
