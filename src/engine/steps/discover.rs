//! Discover: pages of every source, duplicates merged before anything is paid for, the best kept by fit.
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::cards::names;
use crate::domain::dedupe::Same;
use crate::domain::dedupe::merge_batch;
use crate::domain::dedupe::same_person;
use crate::domain::identity;
use crate::domain::lead::Lead;
use crate::domain::score;
use crate::domain::title;
use crate::domain::title::TitleMatch;
use crate::engine::context::Engine;
use crate::engine::executor::Executor;
use crate::engine::executor::Next;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::run::state::LeadState;
use crate::store::items::ItemRow;
use crate::store::items::NewItem;
use crate::store::leads;
use crate::store::leads::LeadKeys;
use crate::store::leads::RunLead;
use crate::store::open::Conn;
use crate::store::runs::RunRow;

const PAGE_SIZE: u32 = 100;
const PAGES_MAX: u32 = 200;
/// People looked at per lead wanted, in percent: what filters take away is made up for from these.
const OVERSOURCE_PERCENT: i64 = 140;
/// Leads that a run may look at, whatever was asked.
const FOUND_MAX: i64 = 20_000;

pub struct Discover;

#[derive(Serialize, Deserialize)]
struct Ask {
    vendor: String,
    cursor: Option<String>,
    page: u32,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    leads: Vec<Lead>,
    next: Option<String>,
}

#[async_trait::async_trait]
impl Executor for Discover {
    async fn begin(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        let sources: Vec<&'static str> = cx.engine.vendors.prospecting.iter().map(|source| source.vendor()).collect();
        if sources.is_empty() {
            return Ok(Next::Failed("No source of people is connected".to_owned()));
        }
        let items =
            sources.into_iter().map(|vendor| page_item(cx, Ask { vendor: vendor.to_owned(), cursor: None, page: 0 }));
        Ok(Next::Items(items.collect::<Result<_, _>>()?))
    }

    async fn work(&self, engine: &Engine, run: &RunRow, item: &ItemRow) -> WorkResult<Value> {
        let ask: Ask = serde_json::from_value(item.payload.clone())?;
        let source = engine.vendors.prospecting.iter().find(|source| source.vendor() == ask.vendor);
        let source =
            source.ok_or_else(|| WorkError::Refused(format!("search {}: it is not connected any more", ask.vendor)))?;
        let page =
            source.people(&run.plan.criteria, ask.cursor.as_deref(), PAGE_SIZE).await.map_err(WorkError::Port)?;
        Ok(serde_json::to_value(Answer { leads: page.rows, next: page.next })?)
    }

    async fn absorb(&self, cx: &mut StepCx<'_>, item: &ItemRow, answer: &Value) -> WorkResult<Vec<NewItem>> {
        let ask: Ask = serde_json::from_value(item.payload.clone())?;
        let answer: Answer = serde_json::from_value(answer.clone())?;
        let base = i64::from(ask.page) * i64::from(PAGE_SIZE);
        let mut new = 0;
        for (place, lead) in answer.leads.into_iter().enumerate() {
            let lead = known_or_new(cx, lead).await?;
            let row = RunLead {
                lead,
                state: LeadState::Found,
                reason: String::new(),
                position: base + place as i64,
                fit: -1,
                score: -1,
                detail: json!({}),
            };
            new += i64::from(leads::add_to_run(cx.conn, &cx.run.id, &row).await?);
        }
        cx.add("found", new);
        cx.add(&format!("from_{}", ask.vendor), new);
        let wanted = (i64::from(cx.run.plan.criteria.count) * OVERSOURCE_PERCENT / 100).min(FOUND_MAX);
        let have = cx.noted(&format!("from_{}", ask.vendor));
        match answer.next {
            Some(cursor) if have < wanted && ask.page + 1 < PAGES_MAX => {
                Ok(vec![page_item(cx, Ask { vendor: ask.vendor, cursor: Some(cursor), page: ask.page + 1 })?])
            }
            _ => Ok(Vec::new()),
        }
    }

    async fn settle(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        let rows = leads::of_run(cx.conn, &cx.run.id, None).await?;
        if rows.is_empty() {
            return Ok(Next::Failed(
                "Nobody matches this at the connected sources; widen the titles, size or countries".to_owned(),
            ));
        }
        let people: Vec<Lead> = rows.into_iter().map(|row| row.lead).collect();
        let merged = merge_batch(people);
        cx.note("merged", merged.merged.len() as i64);
        for (into, gone, why) in &merged.merged {
            let reason = format!("the same person as another ({why})");
            tracing::debug!(lead = %gone, into = %into, "merged");
            leads::set_state(cx.conn, &cx.run.id, gone, LeadState::LeftOut, &reason).await?;
        }
        rank(cx, merged.leads).await?;
        Ok(Next::Done)
    }
}

fn page_item(cx: &StepCx<'_>, ask: Ask) -> WorkResult<NewItem> {
    let key = format!("{}:{}", ask.vendor, ask.page);
    Ok(cx.item(&ask.vendor.clone(), &key, PAGE_SIZE as usize, serde_json::to_value(ask)?))
}

/// Scores by first fit; the best stay, the others wait in reserve.
async fn rank(cx: &mut StepCx<'_>, people: Vec<Lead>) -> WorkResult<()> {
    let profile = cx
        .engine
        .rules
        .profile(&cx.run.plan.profile)
        .ok_or_else(|| WorkError::Refused("find the ICP profile of the plan".to_owned()))?;
    let criteria = &cx.run.plan.criteria;
    let mut ranked: Vec<(i64, Lead)> = Vec::with_capacity(people.len());
    let mut excluded = 0;
    for lead in people {
        leads::put(cx.conn, &lead, &keys_of(&lead), cx.now).await?;
        if let Some(reason) = excluded_by(&lead, &criteria.exclude) {
            excluded += 1;
            leads::set_state(cx.conn, &cx.run.id, &lead.id, LeadState::LeftOut, &reason).await?;
            continue;
        }
        ranked.push((millionths(score::fit_of(&lead, profile, cx.now)), lead));
    }
    ranked.sort_by(|(a, left), (b, right)| b.cmp(a).then_with(|| left.id.cmp(&right.id)));
    let wanted = usize::try_from(criteria.count).unwrap_or(usize::MAX);
    let mut sum = 0;
    for (place, (fit, lead)) in ranked.iter().enumerate() {
        let keep = place < wanted;
        sum += if keep { *fit } else { 0 };
        let reason = if keep { String::new() } else { format!("below the best {wanted} by fit") };
        let state = if keep { LeadState::Kept } else { LeadState::Held };
        let row = RunLead {
            lead: lead.clone(),
            state,
            reason,
            position: place as i64,
            fit: *fit,
            score: -1,
            detail: json!({}),
        };
        leads::update_in_run(cx.conn, &cx.run.id, &row).await?;
    }
    let kept = ranked.len().min(wanted) as i64;
    cx.note("excluded", excluded);
    cx.note("kept", kept);
    cx.note("reserve", ranked.len() as i64 - kept);
    cx.note("average", if kept > 0 { names::score(sum / kept) } else { String::new() });
    Ok(())
}

/// A person we know already keeps their row; what the source knows more is merged in.
async fn known_or_new(cx: &mut StepCx<'_>, mut lead: Lead) -> WorkResult<Lead> {
    let engine = cx.engine;
    let known = known(cx.conn, &lead).await?;
    lead.id = match &known {
        Some(old) => old.id.clone(),
        None => crate::domain::ids::LeadId(engine.ids.fresh("lead")),
    };
    if lead.company.id.as_str().is_empty() {
        lead.company.id = known.as_ref().map_or_else(|| company_id(&lead), |old| old.company.id.clone());
    }
    if let Some(old) = known {
        let mut both = merge_batch(vec![old, lead.clone()]).leads;
        if both.len() == 1 {
            lead = both.remove(0);
        }
    }
    leads::put(cx.conn, &lead, &keys_of(&lead), cx.now).await?;
    Ok(lead)
}

async fn known(c: &mut Conn, lead: &Lead) -> WorkResult<Option<Lead>> {
    for source in &lead.sources {
        if let Some(old) = leads::by_source(c, &source.vendor, &source.id).await? {
            return Ok(Some(old));
        }
    }
    let keys = keys_of(lead);
    if let Some(key) = &keys.email
        && let Some(old) = leads::by_email(c, key).await?
        && !matches!(same_person(&old, lead), Same::No)
    {
        return Ok(Some(old));
    }
    match &keys.linkedin {
        Some(key) => Ok(leads::by_linkedin(c, key).await?),
        None => Ok(None),
    }
}

/// The same company has the same id, whoever found it: its domain, else its name.
pub fn company_id(lead: &Lead) -> crate::domain::ids::CompanyId {
    let key = lead.company.domain.clone().unwrap_or_else(|| identity::company_key(&lead.company.name));
    crate::domain::ids::CompanyId(format!("co_{}", &crate::run::canonical::hash_text(&key)[..20]))
}

pub fn keys_of(lead: &Lead) -> LeadKeys {
    LeadKeys {
        email: lead.email.as_deref().and_then(identity::email_key),
        linkedin: lead.linkedin_url.as_deref().and_then(identity::linkedin_key),
    }
}

/// `country:DE`, `technology:…`, `industry:…`, `title:…`, or a company by name or domain.
fn excluded_by(lead: &Lead, exclude: &[String]) -> Option<String> {
    let hit = exclude.iter().find(|entry| is_excluded(lead, entry))?;
    Some(format!("excluded as asked ({})", hit.split_once(':').map_or(hit.as_str(), |(_, what)| what)))
}

fn is_excluded(lead: &Lead, entry: &str) -> bool {
    let company = &lead.company;
    match entry.split_once(':') {
        Some(("country", code)) => lead.country_or_seat().is_some_and(|country| country.eq_ignore_ascii_case(code)),
        Some(("technology", name)) => company.technologies.iter().any(|used| used.eq_ignore_ascii_case(name)),
        Some(("industry", name)) => {
            company.industry.as_deref().is_some_and(|industry| industry.eq_ignore_ascii_case(name))
        }
        Some(("title", name)) => {
            title::matches(lead.title.as_deref().unwrap_or_default(), &[name.to_owned()]) == TitleMatch::Exact
        }
        _ => {
            let (name, domain) = (identity::company_key(entry), identity::domain_key(entry));
            (!name.is_empty() && identity::company_key(&company.name) == name)
                || company.domain.as_deref() == Some(domain.as_str())
        }
    }
}

pub fn millionths(share: f64) -> i64 {
    (share.clamp(0.0, 1.0) * 1_000_000.0).round() as i64
}
