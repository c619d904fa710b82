//! What is in the CRM before we come: contacts and companies, some of them out of date.
use std::collections::HashMap;

use crate::sandbox::hubspot::State;
use crate::sandbox::hubspot::store::COMPANIES;
use crate::sandbox::hubspot::store::CONTACTS;
use crate::sandbox::hubspot::store::NOTES;
use crate::sandbox::plant::Plant;
use crate::sandbox::random::hash;
use crate::sandbox::world::DAY_MS;
use crate::sandbox::world::EPOCH_MS;
use crate::sandbox::world::NONE;
use crate::sandbox::world::World;
use crate::sandbox::world::company_flag;
use crate::sandbox::world::flag;

pub fn fill(state: &mut State, world: &World) {
    let mut known = HashMap::new();
    for i in 0..world.companies.len() as u32 {
        if world.company(i).flags & company_flag::IN_CRM != 0 {
            known.insert(i, company(state, world, i));
        }
    }
    for i in 0..world.people.len() as u32 {
        let p = world.person(i);
        if p.flags & flag::IN_CRM == 0 || p.twin_of != NONE {
            continue;
        }
        let id = contact(state, world, i);
        if let Some(company) = known.get(&p.company) {
            let links = &mut state.store.links;
            links.insert((CONTACTS, id, COMPANIES, *company, 279));
            links.insert((CONTACTS, id, COMPANIES, *company, 1));
            links.insert((COMPANIES, *company, CONTACTS, id, 280));
            links.insert((COMPANIES, *company, CONTACTS, id, 2));
        }
    }
}

fn company(state: &mut State, world: &World, i: u32) -> u64 {
    let c = world.company(i);
    let h = hash(&[world.seed, 61, u64::from(i)]);
    let at = EPOCH_MS - (10 + (h % 900) as i64) * DAY_MS;
    let id = state.store.add(COMPANIES, at);
    let stale = h >> 20 & 3 == 0;
    let size = if stale { c.size * 2 / 3 + 1 } else { c.size };
    let values = [
        ("name", world.company_name(i)),
        ("domain", world.domain(i)),
        ("website", format!("https://www.{}", world.domain(i))),
        ("industry", world.industry(i).hubspot.to_owned()),
        ("numberofemployees", size.to_string()),
        ("annualrevenue", (u64::from(c.revenue_kusd) * 1_000).to_string()),
        ("city", world.company_city(i).name.to_owned()),
        ("country", world.company_country(i).name.to_owned()),
        ("hubspot_owner_id", owner(h).to_owned()),
        ("lifecyclestage", "lead".to_owned()),
    ];
    for (name, value) in &values {
        // Old records are incomplete too.
        if *name == "annualrevenue" && h >> 24 & 1 == 0 {
            continue;
        }
        state.store.set(COMPANIES, id, name, value);
    }
    id
}

fn owner(h: u64) -> &'static str {
    ["501", "502", "503", "504", "505"][(h >> 8) as usize % 5]
}

fn contact(state: &mut State, world: &World, i: u32) -> u64 {
    let p = world.person(i);
    let h = hash(&[world.seed, 62, u64::from(i)]);
    let at = EPOCH_MS - (5 + (h % 700) as i64) * DAY_MS;
    let id = state.store.add(CONTACTS, at);
    let (first, last) = world.name(i);
    let title = world.title(i).text.to_owned();
    let differs = p.flags & flag::CRM_DIFFERS != 0;
    let flagship = p.flags & flag::FLAGSHIP != 0;
    let whose = match (p.flags & flag::CRM_OTHER_OWNER != 0, flagship) {
        (true, _) => "504",
        (false, true) => "501",
        (false, false) => owner(h),
    };
    let stage = match h >> 16 & 15 {
        _ if flagship => "lead",
        0 => "customer",
        1 => "opportunity",
        2 | 3 => "salesqualifiedlead",
        4..=6 => "marketingqualifiedlead",
        7..=13 => "lead",
        _ => "subscriber",
    };
    let values = [
        ("email", world.mail(i)),
        ("firstname", first),
        ("lastname", last),
        ("jobtitle", if differs { format!("Former {title}") } else { title }),
        ("company", world.company_name(p.company)),
        ("country", world.country(i).name.to_owned()),
        ("city", world.city(i).name.to_owned()),
        ("phone", if differs { String::new() } else { world.phone(i).unwrap_or_default() }),
        ("hubspot_owner_id", whose.to_owned()),
        ("lifecyclestage", stage.to_owned()),
        ("hs_lead_status", if h >> 28 & 3 == 0 { "OPEN".to_owned() } else { String::new() }),
    ];
    for (name, value) in &values {
        state.store.set(CONTACTS, id, name, value);
    }
    if p.flags & flag::OPTED_OUT != 0 {
        state.optouts.insert(world.mail(i), at);
        state.store.set(CONTACTS, id, "hs_do_not_contact", "true");
    }
    id
}

/// A note with a planted text on the contact a plant names by address or name.
pub fn plant_note(state: &mut State, plant: &Plant, now: i64) {
    let wanted = plant.matches.to_lowercase();
    let hit = state.store.tables[CONTACTS].recs.keys().copied().find(|id| {
        let get = |n: &str| state.store.get(CONTACTS, *id, n).unwrap_or_default().to_lowercase();
        get("email").contains(&wanted) || format!("{} {}", get("firstname"), get("lastname")).contains(&wanted)
    });
    let note = state.store.add(NOTES, now);
    state.store.set(NOTES, note, "hs_note_body", &plant.text);
    state.store.set(NOTES, note, "hs_timestamp", &crate::sandbox::http::iso(now));
    if let Some(contact) = hit {
        state.store.links.insert((NOTES, note, CONTACTS, contact, 202));
        state.store.links.insert((CONTACTS, contact, NOTES, note, 201));
    }
}
