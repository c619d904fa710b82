//! The page and the JSON API on one port. `server::serve` starts both; `options::check` says when it must not.
pub mod options;
pub mod server;

mod api;
mod asset;
mod body;
mod fault;
mod fragments;
mod guard;
mod live;
mod login;
mod pages;
mod posts;
mod probe;
mod session;
mod site;
mod view;
mod who;

#[cfg(test)]
mod tests;
