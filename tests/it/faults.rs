//! What goes wrong: processes killed at any moment, models that misbehave, starts that must be refused.
mod killed;
mod models;
mod races;
mod starts;
mod undone;
mod workers;
