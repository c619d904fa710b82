//! The one integration binary: whole pieces together, over real HTTP.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a failing test shows its seed and what was read")]
mod browser;
mod contract;
mod data;
mod faults;
mod scenarios;
mod support;
