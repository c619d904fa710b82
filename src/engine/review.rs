//! Items that a person must look at.
use serde_json::Value;

use crate::cards::post;
use crate::cards::review;
use crate::cards::review::Waiting;
use crate::domain::ids::LeadId;
use crate::domain::time::Millis;
use crate::engine::context::Engine;
use crate::engine::drive::place;
use crate::engine::executor::WorkResult;
use crate::engine::steps::enrich;
use crate::run::canonical::hash_of;
use crate::store::effects;
use crate::store::effects::Unknown;
use crate::store::items;
use crate::store::items::ItemRow;
use crate::store::leads;
use crate::store::open::Conn;
use crate::store::runs::RunRow;
use crate::store::runs::StepRow;

const NAMES_MAX: usize = 2;

/// Items that a person must look at hold the step until each is done again, marked as done or left out.
pub async fn held_by_review(engine: &Engine, c: &mut Conn, at: (&RunRow, &StepRow), now: Millis) -> WorkResult<bool> {
    let (run, step) = at;
    let items: Vec<ItemRow> =
        items::in_review(c, &run.id).await?.into_iter().filter(|item| item.step == step.idx).collect();
    if items.is_empty() {
        return Ok(false);
    }
    // The same pieces in the same tries are one card, whoever looks.
    let tries: Vec<(&str, i64)> = items.iter().map(|item| (item.id.as_str(), item.fence)).collect();
    let key = format!("review:{}:{}:{}", run.id, step.idx, hash_of(&tries));
    let unknowns = effects::unknowns(c, &run.id).await?;
    let mut rows = Vec::with_capacity(items.len());
    for item in items {
        rows.push(waiting(engine, c, item, &unknowns).await?);
    }
    let content = review::card(&engine.words, run, (step.idx, step.kind), &rows)?;
    post::post(c, engine.ids.as_ref(), place(engine, run, now), content, Some(&key)).await?;
    Ok(true)
}

async fn waiting(engine: &Engine, c: &mut Conn, item: ItemRow, unknowns: &[Unknown]) -> WorkResult<Waiting> {
    let own: Vec<&Unknown> = unknowns.iter().filter(|unknown| unknown.item == item.id).collect();
    let credits = if own.is_empty() { 0 } else { enrich::price(&engine.vendors, &item.payload) };
    let unknown = own.into_iter().map(|unknown| (unknown.vendor.clone(), unknown.op.clone())).collect();
    let whom = whom(c, &item).await?;
    Ok(Waiting { item, whom, unknown, credits })
}

/// The first names of those an item is about, and how many more there are.
async fn whom(c: &mut Conn, item: &ItemRow) -> WorkResult<String> {
    let ids = leads_in(&item.payload);
    let mut names = Vec::new();
    for id in ids.iter().take(NAMES_MAX) {
        names.extend(leads::get(c, id).await?.map(|lead| lead.full_name()));
    }
    let more = ids.len().saturating_sub(names.len());
    Ok(match (names.is_empty(), more) {
        (true, 0) => String::new(),
        (true, more) => format!("{more} leads"),
        (false, 0) => names.join(", "),
        (false, more) => format!("{} and {more} more", names.join(", ")),
    })
}

/// The payloads of items name their leads as `lead`, `leads`, or as the first of each pair in `rows`.
fn leads_in(payload: &Value) -> Vec<LeadId> {
    let one = payload["lead"].as_str();
    let many = payload["leads"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let pairs = payload["rows"].as_array().into_iter().flatten().filter_map(|row| row[0].as_str());
    one.into_iter().chain(many).chain(pairs).map(|id| LeadId(id.to_owned())).collect()
}
