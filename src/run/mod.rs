//! Pure conduct: what a run is, what it does next, what a person must decide, what the model may do.
pub mod advance;
pub mod breaker;
pub mod canonical;
pub mod card;
pub mod deciders;
pub mod gate;
pub mod launch;
pub mod plan;
pub mod shares;
pub mod state;
pub mod turn;
pub mod undo;
