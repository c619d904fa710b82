//! HubSpot: the CRM's objects, searches, associations, owners and opt-outs on the date-based paths.
mod assoc;
mod batch;
pub mod fault;
mod fields;
pub mod gate;
mod links;
mod lists;
mod misc;
mod objects;
mod search;
mod seed;
mod store;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::limits::Sliding;
use crate::sandbox::plant::Plant;
use crate::sandbox::world::World;

use store::Store;

/// How long a new record stays out of search results, in world time.
const SEARCH_LAG_MS: i64 = 5_000;

pub struct State {
    store: Store,
    optouts: BTreeMap<String, i64>,
    lists: lists::Lists,
    burst: Sliding,
    searches: Sliding,
    left: usize,
    today: (i64, usize),
}

impl State {
    pub fn seeded(world: &World) -> Self {
        let mut state = Self {
            store: Store::default(),
            optouts: BTreeMap::new(),
            lists: lists::Lists::default(),
            burst: Sliding::new(gate::BURST, gate::BURST_MS),
            searches: Sliding::new(gate::SEARCHES, 1_000),
            left: gate::BURST,
            today: (i64::MIN, 0),
        };
        seed::fill(&mut state, world);
        state
    }
}

pub fn handle(core: &mut Core, req: &Req, now: i64) -> Reply {
    let parts = req.parts();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match (req.method.as_str(), parts.as_slice()) {
        (_, ["crm", "objects", v, rest @ ..]) if is_version(v) => objects_route(core, req, rest, now),
        (_, ["crm", "associations", v, rest @ ..]) if is_version(v) => assoc::batch(core, req, rest, now),
        (_, ["crm", "lists", v, rest @ ..]) if is_version(v) => lists::handle(core, req, rest, now),
        ("GET", ["crm", "owners", v]) if is_version(v) => misc::owners(core, req),
        ("GET", ["crm", "owners", v, id]) if is_version(v) => misc::owner(core, id),
        ("GET", ["crm", "pipelines", v, "deals", ..]) if is_version(v) => misc::pipelines(),
        (_, ["crm", "properties", v, kind, rest @ ..]) if is_version(v) => misc::properties(core, req, kind, rest, now),
        (_, ["communication-preferences", v, rest @ ..]) if is_version(v) => misc::preferences(core, req, rest, now),
        ("GET", ["account-info", v, "details"]) if is_version(v) => misc::account(),
        _ => fault::no_route(core),
    }
}

fn is_version(v: &str) -> bool {
    matches!(v, "2026-09" | "2026-03")
}

fn objects_route(core: &mut Core, req: &Req, rest: &[&str], now: i64) -> Reply {
    let Some((name, rest)) = rest.split_first() else {
        return fault::no_route(core);
    };
    let Some(kind) = store::kind_of(name) else {
        return fault::bad(core, &format!("Unable to infer object type from: {name}"), &[]);
    };
    match (req.method.as_str(), rest) {
        ("POST", []) => objects::create(core, kind, req, now),
        ("GET", []) => objects::list(core, kind, req, now),
        ("POST", ["search"]) => search::search(core, kind, req, now),
        ("POST", ["batch", verb]) => batch::handle(core, kind, verb, req, now),
        ("POST", ["merge"]) => objects::merge(core, kind, req, now),
        ("POST", ["gdpr-delete"]) => objects::erase(core, kind, req, now),
        ("GET", [id]) => objects::read(core, kind, id, req, now),
        ("PATCH", [id]) => objects::update(core, kind, id, req, now),
        ("DELETE", [id]) => objects::archive(core, kind, id, now),
        (_, [id, "associations", rest @ ..]) => assoc::single(core, (kind, id), rest, req, now),
        _ => fault::no_route(core),
    }
}

/// Writes a note with a planted text on the contact the plant names.
pub fn plant_note(core: &mut Core, plant: &Plant, now: i64) {
    seed::plant_note(&mut core.hubspot, plant, now);
}
