//! Discover: pages of every source, duplicates merged before anything is paid for, the best kept by fit.
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::domain::dedupe::Same;
use crate::domain::dedupe::merge_batch;
use crate::domain::dedupe::same_person;
use crate::domain::identity;
use crate::domain::lead::Lead;
use crate::engine::context::Engine;
use crate::engine::executor::Executor;
use crate::engine::executor::Next;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::steps::rank;
use crate::engine::steps::rank::Ranked;
use crate::engine::steps::rank::Verdicts;
use crate::run::state::LeadState;
use crate::store::items::ItemRow;
use crate::store::items::NewItem;
use crate::store::leads;
use crate::store::leads::LeadKeys;
use crate::store::leads::RunLead;
use crate::store::open::Conn;
use crate::store::runs::RunRow;

/// People of one page: enough for a list, and what the largest page of a source holds for thousands.
const PAGE_SIZE: u32 = 100;
const PAGE_SIZE_MAX: u32 = 500;
/// Runs for more leads than this ask for the largest pages.
const LARGE_FROM: u32 = 1_000;
const PAGES_MAX: u32 = 200;
/// Leads whose outcome is written in one transaction.
const PIECE: usize = 400;
/// In the step's output: the ranking has begun.
const RANKING: &str = "ranking";
/// People looked at per lead wanted, in percent: what filters take away is made up for from these.
const OVERSOURCE_PERCENT: i64 = 140;
/// Leads that a run may look at, whatever was asked.
const FOUND_MAX: i64 = 20_000;

pub struct Discover;

/// What an item of this step does.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Job {
    Write { write: Verdicts },
    Rank { rank: bool },
    Page(Ask),
}

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
        let ask = match serde_json::from_value(item.payload.clone())? {
            Job::Page(ask) => ask,
            Job::Rank { .. } => return Ok(serde_json::to_value(rank::judged(engine, run).await?)?),
            Job::Write { .. } => return Ok(Value::Null),
        };
        let source = engine.vendors.prospecting.iter().find(|source| source.vendor() == ask.vendor);
        let source =
            source.ok_or_else(|| WorkError::Refused(format!("search {}: it is not connected any more", ask.vendor)))?;
        let page =
            source.people(&run.plan.criteria, ask.cursor.as_deref(), page_size(run)).await.map_err(WorkError::Port)?;
        Ok(serde_json::to_value(Answer { leads: page.rows, next: page.next })?)
    }

    async fn absorb(&self, cx: &mut StepCx<'_>, item: &ItemRow, answer: &Value) -> WorkResult<Vec<NewItem>> {
        match serde_json::from_value(item.payload.clone())? {
            Job::Page(ask) => take_page(cx, ask, serde_json::from_value(answer.clone())?).await,
            Job::Rank { .. } => write_items(cx, serde_json::from_value(answer.clone())?),
            Job::Write { write } => {
                rank::write(cx, write).await?;
                Ok(Vec::new())
            }
        }
    }

    /// When all pages are in, the people are compared and ranked in one piece, and the outcome is written in several.
    async fn settle(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        if !cx.text(RANKING).is_empty() {
            return Ok(Next::Done);
        }
        if cx.noted("found") == 0 {
            return Ok(Next::Failed(
                "Nobody matches this at the connected sources; widen the titles, size or countries".to_owned(),
            ));
        }
        cx.note(RANKING, "begun");
        Ok(Next::Items(vec![cx.own_item("rank", serde_json::to_value(Job::Rank { rank: true })?)]))
    }
}

fn write_items(cx: &mut StepCx<'_>, ranked: Ranked) -> WorkResult<Vec<NewItem>> {
    for (key, value) in &ranked.notes {
        cx.note(key, value.clone());
    }
    let verdicts = ranked.in_pieces(PIECE).into_iter().enumerate();
    verdicts
        .map(|(number, write)| {
            Ok(cx.own_item(&format!("write:{number:04}"), serde_json::to_value(Job::Write { write })?))
        })
        .collect()
}

/// The people of a page become leads of the run; the next page is asked for while more are wanted.
async fn take_page(cx: &mut StepCx<'_>, ask: Ask, answer: Answer) -> WorkResult<Vec<NewItem>> {
    let base = i64::from(ask.page) * i64::from(page_size(cx.run));
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

fn page_size(run: &RunRow) -> u32 {
    if run.plan.criteria.count > LARGE_FROM { PAGE_SIZE_MAX } else { PAGE_SIZE }
}

fn page_item(cx: &StepCx<'_>, ask: Ask) -> WorkResult<NewItem> {
    let key = format!("{}:{}", ask.vendor, ask.page);
    Ok(cx.item(&ask.vendor.clone(), &key, page_size(cx.run) as usize, serde_json::to_value(Job::Page(ask))?))
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

pub fn millionths(share: f64) -> i64 {
    (share.clamp(0.0, 1.0) * 1_000_000.0).round() as i64
}
