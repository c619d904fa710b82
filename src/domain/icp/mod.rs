//! The ideal customer, as RevOps writes it down: `config/icp/<name>.toml`.
pub mod parse;
pub mod profile;
