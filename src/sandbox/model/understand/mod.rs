//! What a rep's words say about a plan, criterion by criterion; nothing is filled in that was not said.
pub mod companies;
pub mod count;
pub mod exclusions;
pub mod industries;
pub mod numbers;
pub mod places;
pub mod request;
pub mod sizes;
pub mod switches;
pub mod technologies;
pub mod titles;
pub mod wishes;
