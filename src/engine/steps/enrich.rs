//! Enrich: a waterfall over the sources, never paid twice, within the run's cap; each field with its provenance.
use std::collections::HashMap;
use std::future::Future;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::domain::email;
use crate::domain::identity;
use crate::domain::ids::CompanyId;
use crate::domain::ids::LeadId;
use crate::domain::lead::Company;
use crate::domain::lead::Lead;
use crate::domain::lead::Verdict;
use crate::domain::quality;
use crate::domain::time::DAY;
use crate::engine::context::Engine;
use crate::engine::effects;
use crate::engine::effects::effect;
use crate::engine::executor::Executor;
use crate::engine::executor::Next;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::steps::discover::keys_of;
use crate::ports::error::PortResult;
use crate::ports::vendors::Enriched;
use crate::ports::vendors::EnrichedCompany;
use crate::ports::vendors::Vendors;
use crate::run::state::EffectClass;
use crate::run::state::LeadState;
use crate::store::cost;
use crate::store::effects::Effect;
use crate::store::items::ItemRow;
use crate::store::items::NewItem;
use crate::store::leads;
use crate::store::leads::Place;
use crate::store::open::StoreError;
use crate::store::runs::RunRow;

/// What a vendor said is good for this long.
const CACHE_MS: i64 = 90 * DAY;
const COMPANIES_PER_CALL: usize = 50;
/// Leads read at a time.
const PAGE: i64 = 500;

pub struct Enrich;

#[derive(Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum Ask {
    People {
        vendor: String,
        leads: Vec<LeadId>,
    },
    Companies {
        vendor: String,
        companies: Vec<Company>,
        /// Their people in the run, company by company.
        #[serde(default)]
        people: Vec<Vec<LeadId>>,
    },
}

impl Ask {
    fn vendor(&self) -> &str {
        match self {
            Self::People { vendor, .. } | Self::Companies { vendor, .. } => vendor,
        }
    }
}

/// What an item of this step costs if all of it is found; 0 for what is none.
pub fn price(vendors: &Vendors, payload: &Value) -> i64 {
    let Ok(ask) = serde_json::from_value::<Ask>(payload.clone()) else { return 0 };
    let Some(source) = vendors.enrichment.iter().find(|source| source.vendor() == ask.vendor()) else { return 0 };
    match &ask {
        Ask::People { leads, .. } => source.credits_each() * leads.len() as i64,
        Ask::Companies { companies, .. } => source.company_credits_each() * companies.len() as i64,
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum Answer {
    People {
        rows: Vec<Option<Lead>>,
        credits: i64,
    },
    Companies {
        rows: Vec<Option<Company>>,
        #[serde(default)]
        credits: i64,
    },
    /// The run's cap of credits does not allow this purchase.
    OverCap,
    /// A person said that it happened, although its answer was lost: paid, and nothing came of it.
    Lost,
}

#[async_trait::async_trait]
impl Executor for Enrich {
    async fn begin(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        let before = filled(cx).await?;
        cx.note("percent_before", before);
        next_round(cx).await
    }

    async fn work(&self, engine: &Engine, run: &RunRow, item: &ItemRow) -> WorkResult<Value> {
        let ask: Ask = serde_json::from_value(item.payload.clone())?;
        let answer = match &ask {
            Ask::People { vendor, leads } => people(engine, (run, item), vendor, leads).await,
            Ask::Companies { vendor, companies, .. } => organisations(engine, (run, item), vendor, companies).await,
        };
        match answer {
            Err(WorkError::Marked(_)) => Ok(serde_json::to_value(Answer::Lost)?),
            other => other,
        }
    }

    async fn absorb(&self, cx: &mut StepCx<'_>, item: &ItemRow, answer: &Value) -> WorkResult<Vec<NewItem>> {
        let ask: Ask = serde_json::from_value(item.payload.clone())?;
        match (ask, serde_json::from_value::<Answer>(answer.clone())?) {
            (Ask::People { vendor, leads }, Answer::People { rows, credits }) => {
                for (id, row) in leads.iter().zip(rows) {
                    take_person(cx, (&vendor, id), row).await?;
                }
                cost::settle_credits(cx.conn, &item.key, credits, cx.now).await?;
                cx.add("credits", credits);
            }
            (Ask::Companies { companies, people, .. }, Answer::Companies { rows, credits }) => {
                let people = if people.is_empty() { people_of(cx, &companies).await? } else { people };
                take_companies(cx, (companies, people), rows).await?;
                cost::settle_credits(cx.conn, &item.key, credits, cx.now).await?;
                cx.add("credits", credits);
            }
            (Ask::People { leads, .. }, Answer::OverCap) => cx.add("over_cap", leads.len() as i64),
            (Ask::Companies { companies, .. }, Answer::OverCap) => {
                cx.add("companies_over_cap", companies.len() as i64);
            }
            // It may have been paid: what was set aside for it stays.
            (_, Answer::Lost) => {
                cx.add("credits", price(&cx.engine.vendors, &item.payload));
                cx.add("lost", 1);
            }
            _ => return Err(WorkError::Refused("match an answer to what was asked".to_owned())),
        }
        Ok(Vec::new())
    }

    async fn settle(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        next_round(cx).await
    }
}

/// Rounds: each source of people in order for those still without an address, then the companies, then the end.
async fn next_round(cx: &mut StepCx<'_>) -> WorkResult<Next> {
    let sources: Vec<(String, usize, i64)> = cx
        .engine
        .vendors
        .enrichment
        .iter()
        .map(|source| (source.vendor().to_owned(), source.batch_max(), source.credits_each()))
        .collect();
    let mut round = cx.noted("round");
    while let Some((vendor, batch, each)) = usize::try_from(round).ok().and_then(|index| sources.get(index)) {
        round += 1;
        cx.note("round", round);
        let items = people_items(cx, vendor, *batch, *each).await?;
        if !items.is_empty() {
            return Ok(Next::Items(items));
        }
    }
    if round == sources.len() as i64 {
        cx.note("round", round + 1);
        let items = company_items(cx).await?;
        if !items.is_empty() {
            return Ok(Next::Items(items));
        }
    }
    conclude(cx).await
}

async fn people_items(cx: &mut StepCx<'_>, vendor: &str, batch: usize, each: i64) -> WorkResult<Vec<NewItem>> {
    let mut wanted = Vec::new();
    let mut after = Place::start();
    loop {
        let rows = leads::page_of_run(cx.conn, &cx.run.id, Some(LeadState::Kept), &after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = Place::of(last);
        for row in rows {
            if row.lead.email.is_some() && row.lead.verdict != Verdict::Unknown {
                continue;
            }
            match cached(cx, vendor, &row.lead).await? {
                Some(known) => take_person(cx, (vendor, &row.lead.id), known).await?,
                None => wanted.push((row.lead.source_id(vendor).is_none(), row.lead.id)),
            }
        }
    }
    let room = room(cx, each).await?;
    if wanted.len() > room {
        cx.add("over_cap", (wanted.len() - room) as i64);
        wanted.truncate(room);
    }
    // Those whom the vendor showed us go together: their calls need no matching before.
    wanted.sort_by_key(|(is_stranger, _)| *is_stranger);
    let chunks = wanted.chunks(batch.max(1)).enumerate();
    chunks
        .map(|(index, chunk)| {
            let leads = chunk.iter().map(|(_, lead)| lead.clone()).collect();
            let ask = Ask::People { vendor: vendor.to_owned(), leads };
            Ok(cx.item(vendor, &format!("people:{vendor}:{index:04}"), chunk.len(), serde_json::to_value(ask)?))
        })
        .collect()
}

/// How many can still be bought within the run's cap.
async fn room(cx: &mut StepCx<'_>, each: i64) -> WorkResult<usize> {
    let spent: i64 = cost::credits(cx.conn, &cx.run.id).await?.values().sum();
    Ok(usize::try_from((cx.run.plan.credits_cap - spent).max(0) / each.max(1)).unwrap_or(0))
}

async fn company_items(cx: &mut StepCx<'_>) -> WorkResult<Vec<NewItem>> {
    let source = cx.engine.vendors.enrichment.first();
    let Some((vendor, each)) = source.map(|source| (source.vendor().to_owned(), source.company_credits_each())) else {
        return Ok(Vec::new());
    };
    let companies = companies_of(cx).await?;
    let mut fresh = Vec::new();
    for (company, people) in companies {
        match leads::cached(cx.conn, &vendor, "company", company.id.as_str()).await? {
            Some((body, at)) if cx.now.since(at) < CACHE_MS => {
                let known: Option<Company> = serde_json::from_value(body)?;
                take_companies(cx, (vec![company], vec![people]), vec![known]).await?;
            }
            _ => fresh.push((company, people)),
        }
    }
    let room = room(cx, each).await?;
    if fresh.len() > room {
        cx.add("companies_over_cap", (fresh.len() - room) as i64);
        fresh.truncate(room);
    }
    let chunks = fresh.chunks(COMPANIES_PER_CALL).enumerate();
    chunks
        .map(|(index, chunk)| {
            let (companies, people) = chunk.iter().cloned().unzip();
            let ask = Ask::Companies { vendor: vendor.clone(), companies, people };
            Ok(cx.item(&vendor, &format!("companies:{index:04}"), chunk.len(), serde_json::to_value(ask)?))
        })
        .collect()
}

async fn people(engine: &Engine, at: (&RunRow, &ItemRow), vendor: &str, ids: &[LeadId]) -> WorkResult<Value> {
    let source = engine.vendors.enrichment.iter().find(|source| source.vendor() == vendor);
    let source = source.ok_or_else(|| WorkError::Refused(format!("ask {vendor}: it is not connected any more")))?;
    let mut people = Vec::with_capacity(ids.len());
    {
        let mut conn = engine.store.conn().await?;
        for id in ids {
            people.extend(leads::get(&mut conn, id).await?);
        }
    }
    let effect = effect(at.1, vendor, "enrich people", EffectClass::AtMostOnce, &ids);
    let most = source.credits_each() * ids.len() as i64;
    let call = || async {
        let rows: Vec<Enriched> = source.people(&people).await?;
        let credits = rows.iter().map(|row| row.credits).sum();
        let rows = rows.into_iter().map(|row| row.lead).collect();
        Ok(json!(Answer::People { rows, credits }))
    };
    within_cap(engine, at, (&effect, most), call).await
}

/// The most it can cost is set aside first. Several workers, or a worker that died in the middle, pass the cap no more
/// than one does.
async fn within_cap<C, F>(engine: &Engine, at: (&RunRow, &ItemRow), what: (&Effect, i64), call: C) -> WorkResult<Value>
where
    C: FnOnce() -> F,
    F: Future<Output = PortResult<Value>>,
{
    let (run, item) = at;
    let (effect, most) = what;
    let mut tx = engine.store.begin().await?;
    let set_aside = (effect.vendor.as_str(), most, run.plan.credits_cap);
    let allowed = cost::reserve_credits(&mut tx, &item.key, &run.id, set_aside, engine.clock.now()).await?;
    tx.commit().await.map_err(StoreError::from)?;
    if !allowed {
        return Ok(serde_json::to_value(Answer::OverCap)?);
    }
    let answer = effects::perform(engine, item, effect, call, effects::nothing_to_look_up).await;
    if answer.is_err() {
        let mut tx = engine.store.begin().await?;
        cost::release_credits(&mut tx, &item.key, &effect.key).await?;
        tx.commit().await.map_err(StoreError::from)?;
    }
    answer
}

async fn organisations(
    engine: &Engine,
    at: (&RunRow, &ItemRow),
    vendor: &str,
    companies: &[Company],
) -> WorkResult<Value> {
    let source = engine.vendors.enrichment.iter().find(|source| source.vendor() == vendor);
    let source = source.ok_or_else(|| WorkError::Refused(format!("ask {vendor}: it is not connected any more")))?;
    let ids: Vec<&str> = companies.iter().map(|company| company.id.as_str()).collect();
    let effect = effect(at.1, vendor, "enrich companies", EffectClass::AtMostOnce, &ids);
    let most = source.company_credits_each() * companies.len() as i64;
    let call = || async {
        let rows: Vec<EnrichedCompany> = source.companies(companies).await?;
        let credits = rows.iter().map(|row| row.credits).sum();
        let rows = rows.into_iter().map(|row| row.company).collect();
        Ok(json!(Answer::Companies { rows, credits }))
    };
    within_cap(engine, at, (&effect, most), call).await
}

async fn cached(cx: &mut StepCx<'_>, vendor: &str, lead: &Lead) -> WorkResult<Option<Option<Lead>>> {
    let body = leads::cached(cx.conn, vendor, "person", lead.id.as_str()).await?;
    match body {
        Some((body, at)) if cx.now.since(at) < CACHE_MS => Ok(Some(serde_json::from_value(body)?)),
        _ => Ok(None),
    }
}

/// What a source said of one person; `None` is an answer too, and is not asked again.
async fn take_person(cx: &mut StepCx<'_>, at: (&str, &LeadId), found: Option<Lead>) -> WorkResult<()> {
    let (vendor, id) = at;
    leads::cache(cx.conn, (vendor, "person", id.as_str()), &serde_json::to_value(&found)?, cx.now).await?;
    let Some(mut lead) = found else { return Ok(()) };
    lead.id = id.clone();
    if let Some(address) = &lead.email {
        let vendor_says = (lead.verdict != Verdict::Unknown).then_some(lead.verdict);
        lead.verdict = email::check(address, vendor_says).verdict;
    }
    leads::put(cx.conn, &lead, &keys_of(&lead), cx.now).await?;
    Ok(())
}

async fn take_companies(
    cx: &mut StepCx<'_>,
    asked: (Vec<Company>, Vec<Vec<LeadId>>),
    found: Vec<Option<Company>>,
) -> WorkResult<()> {
    let vendor = cx.engine.vendors.enrichment.first().map_or("", |source| source.vendor());
    for ((company, people), known) in asked.0.into_iter().zip(asked.1).zip(found) {
        leads::cache(cx.conn, (vendor, "company", company.id.as_str()), &serde_json::to_value(&known)?, cx.now).await?;
        let Some(mut known) = known else { continue };
        known.id = company.id;
        for id in people {
            let Some(mut lead) = leads::get(cx.conn, &id).await? else { continue };
            lead.company = known.clone();
            leads::put(cx.conn, &lead, &keys_of(&lead), cx.now).await?;
        }
    }
    Ok(())
}

/// The companies of those with an address, each with its people, in the order of rank.
async fn companies_of(cx: &mut StepCx<'_>) -> WorkResult<Vec<(Company, Vec<LeadId>)>> {
    let mut companies: Vec<(Company, Vec<LeadId>)> = Vec::new();
    let mut places: HashMap<CompanyId, usize> = HashMap::new();
    let mut after = Place::start();
    loop {
        let rows = leads::page_of_run(cx.conn, &cx.run.id, Some(LeadState::Kept), &after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(companies) };
        after = Place::of(last);
        for row in rows.into_iter().filter(|row| row.lead.email.is_some()) {
            let place = *places.entry(row.lead.company.id.clone()).or_insert(companies.len());
            if place == companies.len() {
                companies.push((row.lead.company, Vec::new()));
            }
            companies[place].1.push(row.lead.id);
        }
    }
}

/// For an item of the first migration level, which does not name the people.
async fn people_of(cx: &mut StepCx<'_>, companies: &[Company]) -> WorkResult<Vec<Vec<LeadId>>> {
    let known = companies_of(cx).await?;
    let of = |company: &Company| known.iter().find(|(known, _)| known.id == company.id);
    Ok(companies.iter().map(|company| of(company).map(|(_, people)| people.clone()).unwrap_or_default()).collect())
}

/// Who has a usable address goes on; each of the others with its reason.
async fn conclude(cx: &mut StepCx<'_>) -> WorkResult<Next> {
    let capped = cx.noted("over_cap") > 0;
    let (mut enriched, mut missed, mut invalid, mut merged) = (0, 0, 0, 0);
    let mut seen: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
    let mut fields = (0, 0);
    let mut after = Place::start();
    loop {
        let rows = leads::page_of_run(cx.conn, &cx.run.id, Some(LeadState::Kept), &after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = Place::of(last);
        for row in rows {
            let key = row.lead.email.as_deref().and_then(identity::email_key);
            let reason = match key {
                None => {
                    missed += 1;
                    if capped { "no address within the cap of credits" } else { "no address found at any source" }
                }
                Some(_) if row.lead.verdict == Verdict::Invalid => {
                    invalid += 1;
                    "address is invalid"
                }
                Some(key) if !seen.insert(key.clone()) => {
                    merged += 1;
                    "the same address as another lead"
                }
                Some(_) => {
                    enriched += 1;
                    fields = plus(fields, &row.lead);
                    continue;
                }
            };
            leads::set_state(cx.conn, &cx.run.id, &row.lead.id, LeadState::LeftOut, reason).await?;
        }
    }
    cx.note("enriched", enriched);
    cx.note("missed", missed);
    cx.note("invalid", invalid);
    cx.note("merged", merged);
    cx.note("percent_after", percent(fields));
    if enriched == 0 {
        return Ok(Next::Failed("No usable address was found for anybody".to_owned()));
    }
    Ok(Next::Done)
}

/// Filled of the required fields over everybody still in, in percent.
async fn filled(cx: &mut StepCx<'_>) -> WorkResult<i64> {
    let mut fields = (0, 0);
    let mut after = Place::start();
    loop {
        let rows = leads::page_of_run(cx.conn, &cx.run.id, Some(LeadState::Kept), &after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(percent(fields)) };
        after = Place::of(last);
        fields = rows.iter().fold(fields, |fields, row| plus(fields, &row.lead));
    }
}

/// (filled, required) with one lead more.
fn plus(fields: (usize, usize), lead: &Lead) -> (usize, usize) {
    let (filled, required) = quality::completeness(lead);
    (fields.0 + filled, fields.1 + required)
}

fn percent((filled, required): (usize, usize)) -> i64 {
    (filled * 100).checked_div(required).unwrap_or(0) as i64
}
