//! Drafts must rest on facts: what a model wrote is checked word by word against what we know of the lead.
pub mod draft;
pub mod facts;
