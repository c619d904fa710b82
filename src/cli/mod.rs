//! The command line: one file per command.
pub mod args;
pub mod backup;
pub mod check;
pub mod demo;
pub mod exit;
pub mod journey;
pub mod out;
pub mod run;
pub mod serve;
pub mod text;
pub mod verdict;
