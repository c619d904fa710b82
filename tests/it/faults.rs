//! What goes wrong: processes killed at every point and at any moment, databases that fail, models that misbehave, starts
//! that must be refused. docs/faults.md says what is tried, by which command, and how it ended last.
mod databases;
mod kills;
mod models;
mod points;
mod processes;
mod races;
mod random;
mod starts;
mod undone;
mod workers;
