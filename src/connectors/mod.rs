//! The vendors over HTTP: one client for all, one folder per vendor. None knows another.
pub mod apollo;
pub mod explorium;
pub mod http;
pub mod hubspot;
pub mod lemlist;
pub mod market;
pub mod words;
