//! Company files as people have them: fields are recognised by name, values cleaned, none invented.
pub mod columns;
pub mod csv;
pub mod jsonl;
pub mod rows;
