//! One executor per step kind.
pub mod compare;
pub mod crm;
pub mod discover;
pub mod draft;
pub mod enrich;
pub mod freeze;
pub mod granted;
pub mod launch;
pub mod prefilter;
pub mod preview;
pub mod rank;
pub mod revert;
pub mod validate;

use crate::engine::executor::Executor;
use crate::run::state::StepKind;

pub fn executor_of(kind: StepKind) -> &'static dyn Executor {
    match kind {
        StepKind::Discover => &discover::Discover,
        StepKind::Prefilter => &prefilter::Prefilter,
        StepKind::Enrich => &enrich::Enrich,
        StepKind::Validate => &validate::Validate,
        StepKind::Crm => &crm::CrmStep,
        StepKind::Preview => &preview::Preview,
        StepKind::Launch => &launch::Launch,
        StepKind::Compare => &compare::Compare,
        StepKind::Revert => &revert::Revert,
    }
}
