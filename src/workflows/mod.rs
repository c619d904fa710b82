//! Pure workflows: a request and what we know of the world become a plan. One file per workflow.
pub mod bulk;
pub mod pace;
pub mod playbook;
pub mod quote;
pub mod undo;
pub mod words;
