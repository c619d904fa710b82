//! The page in a real browser, as reps use it: Chromium driven by chromedriver, the real binary, the sandbox vendors.
//! Run by hand or by `.ci/run`: `cargo test --test it browser -- --ignored`. Pictures land in `target/screenshots`.
mod app;
mod books;
mod driver;
mod journey;
mod pictures;
mod steps;
mod wire;
