//! The planner's tools: words and policy in `tools/<name>.toml`, types and code in `src/tools/<name>.rs`.
//!
//! To add one: those two files and its line below; the tests of the registry hold them together.
pub mod arguments;
pub mod context;
pub mod dispatch;
pub mod entry;
pub mod jobs;
pub mod known;
pub mod planning;
pub mod policy;
pub mod registry;
pub mod scoring;
pub mod spec;
#[cfg(test)]
mod support;

crate::tools! {
    pub mod propose_plan;
    pub mod revise_plan;
    pub mod ask_rep;
    pub mod score_lead;
    pub mod verify_email;
    pub mod check_compliance;
    pub mod hubspot_search;
    pub mod lemlist_get_stats;
    pub mod get_job_status;
    pub mod list_jobs;
    pub mod cancel_job;
    pub mod set_absence;
    pub mod submit_job;
    pub mod get_digest;
    pub mod discover_leads_icp;
    pub mod enrich_contact;
    pub mod enrich_company;
    pub mod enrich_batch;
    pub mod hubspot_create_contact;
    pub mod hubspot_update_contact;
    pub mod hubspot_create_company;
    pub mod hubspot_associate;
    pub mod hubspot_log_activity;
    pub mod lemlist_create_campaign;
    pub mod lemlist_add_lead;
    pub mod lemlist_update_sequence;
}
