//! Records as they stand: read before they are written, what they are linked with, and taken out of sight again.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;

use crate::connectors::http::call::Call;
use crate::connectors::hubspot::client::BATCH_MAX;
use crate::connectors::hubspot::client::HubSpot;
use crate::connectors::hubspot::map::COMPANIES;
use crate::connectors::hubspot::map::CONTACTS;
use crate::connectors::hubspot::map::OWN_KEY;
use crate::connectors::hubspot::map::Object;
use crate::connectors::hubspot::plan::unique;
use crate::connectors::hubspot::wire;
use crate::ports::error::PortResult;
use crate::ports::vendors::CrmRecord;

type Fields = BTreeMap<String, String>;

/// Associations are read for this many records at a time.
const LINKS_MAX: usize = 1_000;
/// What people hang on to a record.
const LINKED: &[&str] = &["companies", "contacts", "deals", "notes", "calls", "meetings", "tasks", "emails"];

pub async fn standing(hubspot: &HubSpot, object: &str, rows: &[Fields]) -> PortResult<Vec<Option<CrmRecord>>> {
    if object == CONTACTS.name {
        let found = read(hubspot, &CONTACTS, "email", &values(rows, "email")).await?;
        return Ok(rows.iter().map(|row| with(&found, row, "email")).collect());
    }
    hubspot.ensure_own_key().await?;
    let found = read(hubspot, &COMPANIES, OWN_KEY, &values(rows, OWN_KEY)).await?;
    let mut known: Vec<Option<CrmRecord>> = rows.iter().map(|row| with(&found, row, OWN_KEY)).collect();
    let strangers: Vec<Fields> =
        rows.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(row, _)| row.clone()).collect();
    let domains = values(&strangers, "domain");
    if domains.is_empty() {
        return Ok(known);
    }
    let found = hubspot.find_domains(&domains).await?;
    let found = hubspot.records(&COMPANIES, found).await?;
    for (row, known) in rows.iter().zip(&mut known) {
        if known.is_none() {
            *known = with(&found, row, "domain");
        }
    }
    Ok(known)
}

async fn read(hubspot: &HubSpot, object: &Object, property: &str, keys: &[String]) -> PortResult<Vec<CrmRecord>> {
    let found = hubspot.read_by(object, Some(property), keys).await?;
    hubspot.records(object, found).await
}

fn values(rows: &[Fields], field: &str) -> Vec<String> {
    unique(&rows.iter().filter_map(|row| row.get(field).cloned()).collect::<Vec<_>>())
}

fn with(found: &[CrmRecord], row: &Fields, field: &str) -> Option<CrmRecord> {
    let wanted = row.get(field)?.trim();
    let same = |record: &&CrmRecord| record.fields.get(field).is_some_and(|value| value.eq_ignore_ascii_case(wanted));
    found.iter().find(same).cloned()
}

pub async fn links(
    hubspot: &HubSpot,
    object: &Object,
    ids: &[String],
) -> PortResult<BTreeMap<String, BTreeSet<String>>> {
    let mut links: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for kind in LINKED.iter().filter(|kind| **kind != object.name) {
        for some in ids.chunks(LINKS_MAX) {
            let inputs: Vec<Value> = some.iter().map(|id| json!({"id": id})).collect();
            let call = Call::post("/crm/associations/2026-09/{}/{}/batch/read", &[object.name, kind]).safe();
            // A record without any is an error of a 207: it has no line.
            let found: wire::Links = hubspot.http.send(call.body(json!({"inputs": inputs}))).await?.json()?;
            for link in found.results {
                let others = link.to.iter().map(|to| format!("{kind} {}", plain(&to.to_object_id)));
                links.entry(link.from.id).or_default().extend(others);
            }
        }
    }
    Ok(links)
}

fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

pub async fn archive(hubspot: &HubSpot, object: &Object, ids: &[String]) -> PortResult<()> {
    for some in ids.chunks(BATCH_MAX) {
        let inputs: Vec<Value> = some.iter().map(|id| json!({"id": id})).collect();
        let call = Call::post("/crm/objects/2026-09/{}/batch/archive", &[object.name]);
        hubspot.http.send(call.safe().body(json!({"inputs": inputs}))).await?;
    }
    Ok(())
}
