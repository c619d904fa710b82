//! Each vendor's contract: what our client sends and what the sandbox answers, held against the vendor's own schema.
//! Run by hand or by `.ci/run`: `cargo test --test it contract -- --ignored`.
mod apollo;
mod bench;
mod explorium;
mod hubspot;
mod lemlist;
mod proxy;
mod spec;
