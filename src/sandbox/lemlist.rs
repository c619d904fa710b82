//! lemlist: campaigns, sequences, leads, unsubscribes, hooks, activities, and the mailboxes behind it.
pub mod activities;
mod campaigns;
pub mod engine;
pub mod gate;
pub mod hooks;
mod leads;
mod misc;
mod outcomes;
mod render;
mod replies;
mod schedule;
pub mod state;
mod stats;
mod steps;
mod unsubscribes;

#[cfg(test)]
mod tests;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;

pub use state::State;

pub fn handle(core: &mut Core, req: &Req, now: i64) -> Reply {
    let parts = req.parts();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let ["api", rest @ ..] = parts.as_slice() else {
        return Reply::text(404, "Not found");
    };
    match rest {
        ["campaigns", rest @ ..] => campaigns::handle(core, req, rest, now),
        ["sequences", seq, "steps", rest @ ..] => steps::handle(core, req, seq, rest, now),
        ["schedules", rest @ ..] => schedule::handle(core, req, rest, now),
        ["leads", rest @ ..] => leads::handle(core, req, rest, now),
        ["unsubscribes", rest @ ..] => unsubscribes::old(core, req, rest, now),
        ["v2", "unsubscribes", "variables", rest @ ..] => unsubscribes::handle(core, req, rest, now),
        ["v2", "campaigns", rest @ ..] => stats::handle(core, req, rest),
        ["v2", "enrichments", "bulk"] => misc::bulk(core, req, now),
        ["enrich", rest @ ..] => misc::enrich(core, req, rest, now),
        ["hooks", rest @ ..] => hooks::handle(core, req, rest, now),
        ["activities"] => activities::list(core, req),
        ["team", rest @ ..] => misc::team(core, req, rest),
        ["users", rest @ ..] => misc::users(req, rest),
        _ => Reply::text(404, "Not found"),
    }
}
