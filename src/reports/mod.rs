//! Reports: query, domain maths, template, chart.
pub mod daily;
pub mod digest;
pub mod numbers;
