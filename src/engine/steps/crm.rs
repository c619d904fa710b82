//! CRM: companies, then contacts, then their links; read before write, only what changed, every write in the ledger.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::domain::ids::LeadId;
use crate::domain::lead::CrmLink;
use crate::domain::lead::Lead;
use crate::engine::context::Engine;
use crate::engine::effects;
use crate::engine::effects::effect;
use crate::engine::executor::Executor;
use crate::engine::executor::Next;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkResult;
use crate::engine::steps::discover::keys_of;
use crate::ports::vendors::Upserted;
use crate::run::state::EffectClass;
use crate::run::state::LeadState;
use crate::store::items::ItemRow;
use crate::store::items::NewItem;
use crate::store::leads;
use crate::store::leads::RunLead;
use crate::store::runs::RunRow;

type Fields = BTreeMap<String, String>;

pub struct CrmStep;

#[derive(Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Ask {
    /// (our company id, its fields)
    Companies {
        rows: Vec<(String, Fields)>,
    },
    Contacts {
        rows: Vec<(LeadId, Fields)>,
    },
    Links {
        pairs: Vec<(String, String)>,
    },
}

#[derive(Serialize, Deserialize)]
struct Outcome {
    /// created | updated | refused
    what: String,
    /// Vendor id, or why refused.
    text: String,
}

#[async_trait::async_trait]
impl Executor for CrmStep {
    async fn begin(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        let mut companies: BTreeMap<String, Fields> = BTreeMap::new();
        for row in writable(cx).await? {
            companies.entry(row.lead.company.id.0.clone()).or_insert_with(|| company_fields(&row.lead));
        }
        let rows: Vec<(String, Fields)> = companies.into_iter().collect();
        round(cx, "companies", rows, |rows| Ask::Companies { rows })
    }

    async fn work(&self, engine: &Engine, _run: &RunRow, item: &ItemRow) -> WorkResult<Value> {
        let crm = &engine.vendors.crm;
        match serde_json::from_value(item.payload.clone())? {
            Ask::Companies { rows } => {
                let fields: Vec<Fields> = rows.into_iter().map(|(_, fields)| fields).collect();
                let effect = effect(item, crm.vendor(), "upsert companies", EffectClass::Idempotent, &fields);
                let call = || async { Ok(json!(outcomes(crm.upsert_companies(&fields).await?))) };
                effects::perform(engine, item, &effect, call, effects::nothing_to_look_up).await
            }
            Ask::Contacts { rows } => {
                let fields: Vec<Fields> = rows.into_iter().map(|(_, fields)| fields).collect();
                let effect = effect(item, crm.vendor(), "upsert contacts", EffectClass::Idempotent, &fields);
                let call = || async { Ok(json!(outcomes(crm.upsert_contacts(&fields).await?))) };
                effects::perform(engine, item, &effect, call, effects::nothing_to_look_up).await
            }
            Ask::Links { pairs } => {
                let effect = effect(item, crm.vendor(), "associate", EffectClass::Idempotent, &pairs);
                let call = || async {
                    crm.associate(&pairs).await?;
                    Ok(json!([]))
                };
                effects::perform(engine, item, &effect, call, effects::nothing_to_look_up).await
            }
        }
    }

    async fn absorb(&self, cx: &mut StepCx<'_>, item: &ItemRow, answer: &Value) -> WorkResult<Vec<NewItem>> {
        let outcomes: Vec<Outcome> = serde_json::from_value(answer.clone())?;
        match serde_json::from_value(item.payload.clone())? {
            Ask::Companies { rows } => take_companies(cx, rows, outcomes).await?,
            Ask::Contacts { rows } => take_contacts(cx, rows, outcomes).await?,
            Ask::Links { pairs } => cx.add("associated", pairs.len() as i64),
        }
        Ok(Vec::new())
    }

    async fn settle(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        let round_done = cx.noted("round");
        cx.note("round", round_done + 1);
        let rows = writable(cx).await?;
        match round_done {
            0 => {
                let contacts: Vec<(LeadId, Fields)> =
                    rows.iter().map(|row| (row.lead.id.clone(), contact_fields(&row.lead))).collect();
                round(cx, "contacts", contacts, |rows| Ask::Contacts { rows })
            }
            1 => {
                let pair = |row: &RunLead| {
                    let crm = row.lead.crm.as_ref()?;
                    Some((crm.contact_id.clone(), crm.company_id.clone()?))
                };
                let pairs: Vec<(String, String)> = rows.iter().filter_map(pair).collect();
                round(cx, "links", pairs, |pairs| Ask::Links { pairs })
            }
            _ => {
                conclude(cx, rows).await?;
                Ok(Next::Done)
            }
        }
    }
}

/// Everybody with an address goes into the CRM, those that may not be mailed as research.
async fn writable(cx: &mut StepCx<'_>) -> WorkResult<Vec<RunLead>> {
    let rows = leads::of_run(cx.conn, &cx.run.id, None).await?;
    let wanted = [LeadState::Kept, LeadState::Research, LeadState::BelowThreshold];
    Ok(rows.into_iter().filter(|row| wanted.contains(&row.state) && row.lead.email.is_some()).collect())
}

/// A round of items; an empty one is over at once and settles again.
fn round<T: Clone>(cx: &mut StepCx<'_>, key: &str, rows: Vec<T>, ask: impl Fn(Vec<T>) -> Ask) -> WorkResult<Next> {
    let crm = cx.engine.vendors.crm.clone();
    let chunks = rows.chunks(crm.batch_max().max(1)).enumerate();
    let items: WorkResult<Vec<NewItem>> = chunks
        .map(|(index, chunk)| {
            let payload = serde_json::to_value(ask(chunk.to_vec()))?;
            Ok(cx.item(crm.vendor(), &format!("{key}:{index:04}"), chunk.len(), payload))
        })
        .collect();
    Ok(Next::Items(items?))
}

fn outcomes(rows: Vec<Upserted>) -> Vec<Outcome> {
    let outcome = |what: &str, text: String| Outcome { what: what.to_owned(), text };
    rows.into_iter()
        .map(|row| match row {
            Upserted::Created { id } => outcome("created", id),
            Upserted::Updated { id } => outcome("updated", id),
            Upserted::Refused { why } => outcome("refused", why),
        })
        .collect()
}

async fn take_companies(cx: &mut StepCx<'_>, asked: Vec<(String, Fields)>, outcomes: Vec<Outcome>) -> WorkResult<()> {
    let rows = writable(cx).await?;
    for ((company, _), outcome) in asked.into_iter().zip(outcomes) {
        if outcome.what == "refused" {
            cx.add("companies_refused", 1);
            continue;
        }
        cx.add("companies", 1);
        for row in rows.iter().filter(|row| row.lead.company.id.as_str() == company) {
            let mut lead = row.lead.clone();
            let crm = lead.crm.get_or_insert_with(CrmLink::default);
            crm.company_id = Some(outcome.text.clone());
            leads::put(cx.conn, &lead, &keys_of(&lead), cx.now).await?;
        }
    }
    Ok(())
}

async fn take_contacts(cx: &mut StepCx<'_>, asked: Vec<(LeadId, Fields)>, outcomes: Vec<Outcome>) -> WorkResult<()> {
    for ((id, _), outcome) in asked.into_iter().zip(outcomes) {
        if outcome.what == "refused" {
            cx.add("refused", 1);
            let reason = format!("the CRM refused it: {}", outcome.text);
            leads::set_state(cx.conn, &cx.run.id, &id, LeadState::Failed, &reason).await?;
            continue;
        }
        cx.add(&outcome.what, 1);
        if let Some(mut lead) = leads::get(cx.conn, &id).await? {
            lead.crm.get_or_insert_with(CrmLink::default).contact_id = outcome.text;
            leads::put(cx.conn, &lead, &keys_of(&lead), cx.now).await?;
        }
    }
    Ok(())
}

/// Without a campaign the CRM is where the journey ends.
async fn conclude(cx: &mut StepCx<'_>, rows: Vec<RunLead>) -> WorkResult<()> {
    if cx.run.plan.criteria.launch {
        return Ok(());
    }
    for row in rows.iter().filter(|row| row.state == LeadState::Kept) {
        leads::set_state(cx.conn, &cx.run.id, &row.lead.id, LeadState::InCrm, &row.reason).await?;
    }
    Ok(())
}

fn company_fields(lead: &Lead) -> Fields {
    let company = &lead.company;
    let mut fields = Fields::new();
    fields.insert("quarterdeck_id".into(), company.id.0.clone());
    fields.insert("name".into(), company.name.clone());
    put(&mut fields, "domain", company.domain.as_ref());
    put(&mut fields, "country", company.country.as_ref());
    put(&mut fields, "city", company.city.as_ref());
    if let Some(count) = company.employees_min.or(company.employees_max) {
        fields.insert("numberofemployees".into(), count.to_string());
    }
    fields
}

/// Only what the CRM does not hold yet: it is the source of truth for what people entered there.
fn contact_fields(lead: &Lead) -> Fields {
    let mut fields = Fields::new();
    put(&mut fields, "firstname", Some(&lead.given_name));
    put(&mut fields, "lastname", Some(&lead.surname));
    put(&mut fields, "jobtitle", lead.title.as_ref());
    put(&mut fields, "company", Some(&lead.company.name));
    put(&mut fields, "country", lead.country.as_ref());
    put(&mut fields, "phone", lead.phone.as_ref());
    if let Some(crm) = &lead.crm {
        fields.retain(|name, _| crm.fields.get(name).is_none_or(String::is_empty));
    }
    put(&mut fields, "email", lead.email.as_ref());
    fields
}

fn put(fields: &mut Fields, name: &str, value: Option<&String>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        fields.insert(name.to_owned(), value.clone());
    }
}
