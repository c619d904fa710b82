//! CRM: companies, then contacts, then their links; read before write, only what changed, every write in the ledger.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::domain::ids::LeadId;
use crate::domain::lead::CrmLink;
use crate::domain::lead::Lead;
use crate::domain::time::Millis;
use crate::engine::context::Engine;
use crate::engine::effects;
use crate::engine::effects::effect;
use crate::engine::executor::Executor;
use crate::engine::executor::Next;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::steps::discover::keys_of;
use crate::ports::vendors::CrmRecord;
use crate::ports::vendors::Upserted;
use crate::run::state::EffectClass;
use crate::run::state::LeadState;
use crate::run::undo;
use crate::run::undo::COMPANIES;
use crate::run::undo::CONTACTS;
use crate::run::undo::Fields;
use crate::run::undo::Image;
use crate::run::undo::LINKS;
use crate::store::before_image;
use crate::store::items;
use crate::store::items::ItemRow;
use crate::store::items::NewItem;
use crate::store::leads;
use crate::store::leads::RunLead;
use crate::store::open::StoreError;
use crate::store::runs::RunRow;

/// Our key of a company in the CRM.
const OWN_KEY: &str = "quarterdeck_id";

pub struct CrmStep;

#[derive(Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Ask {
    /// (fields, the leads that work there)
    Companies {
        rows: Vec<(Fields, Vec<LeadId>)>,
    },
    Contacts {
        rows: Vec<(Fields, LeadId)>,
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
        let mut companies: BTreeMap<String, (Fields, Vec<LeadId>)> = BTreeMap::new();
        for row in writable(cx).await? {
            let company = row.lead.company.id.0.clone();
            let known = companies.entry(company).or_insert_with(|| (company_fields(&row.lead), Vec::new()));
            known.1.push(row.lead.id);
        }
        round(cx, "companies", companies.into_values().collect(), |rows| Ask::Companies { rows })
    }

    async fn work(&self, engine: &Engine, _run: &RunRow, item: &ItemRow) -> WorkResult<Value> {
        let crm = &engine.vendors.crm;
        match serde_json::from_value(item.payload.clone())? {
            Ask::Companies { rows } => {
                let fields: Vec<Fields> = rows.into_iter().map(|(fields, _)| fields).collect();
                let standing = crm.standing(COMPANIES, &fields).await?;
                keep_images(engine, item, COMPANIES, (&fields, &standing)).await?;
                let effect = effect(item, crm.vendor(), "upsert companies", EffectClass::Idempotent, &fields);
                let call = || async { Ok(json!(outcomes(crm.upsert_companies(&fields, &standing).await?))) };
                effects::perform(engine, item, &effect, call, effects::nothing_to_look_up).await
            }
            Ask::Contacts { rows } => {
                let fields: Vec<Fields> = rows.into_iter().map(|(fields, _)| fields).collect();
                let standing = crm.standing(CONTACTS, &fields).await?;
                keep_images(engine, item, CONTACTS, (&fields, &standing)).await?;
                let effect = effect(item, crm.vendor(), "upsert contacts", EffectClass::Idempotent, &fields);
                let call = || async { Ok(json!(outcomes(crm.upsert_contacts(&fields).await?))) };
                effects::perform(engine, item, &effect, call, effects::nothing_to_look_up).await
            }
            Ask::Links { pairs } => {
                keep_links(engine, item, &pairs).await?;
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
                let contacts: Vec<(Fields, LeadId)> =
                    rows.iter().map(|row| (contact_fields(&row.lead), row.lead.id.clone())).collect();
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

/// Kept in rows of their own before the write leaves: a crash on either side of it loses nothing.
async fn keep_images(
    engine: &Engine,
    item: &ItemRow,
    object: &str,
    rows: (&[Fields], &[Option<CrmRecord>]),
) -> WorkResult<()> {
    let at = engine.clock.now();
    let (fields, standing) = rows;
    let images: Vec<Image> =
        fields.iter().zip(standing).filter_map(|(row, stood)| image(object, row, stood.as_ref(), at)).collect();
    keep(engine, item, &images).await
}

/// A field that holds the same value already is not a change.
fn image(object: &str, row: &Fields, stood: Option<&CrmRecord>, at: Millis) -> Option<Image> {
    let key = key_of(object, row)?;
    let old = |field: &str| stood.and_then(|record| record.fields.get(field)).map_or("", String::as_str);
    let after: Fields = row
        .iter()
        .filter(|(field, value)| !undo::same(field, value, old(field)))
        // A company that is known under another key keeps that key.
        .filter(|(field, _)| *field != OWN_KEY || old(OWN_KEY).is_empty())
        .map(|(field, value)| (field.clone(), value.clone()))
        .collect();
    let before =
        after.keys().filter(|field| !old(field).is_empty()).map(|field| (field.clone(), old(field).to_owned()));
    if stood.is_some() && after.is_empty() {
        return None;
    }
    Some(Image {
        object: object.to_owned(),
        key,
        record: stood.map(|record| record.id.clone()).unwrap_or_default(),
        created: stood.is_none(),
        before: before.collect(),
        after,
        at,
    })
}

fn key_of(object: &str, row: &Fields) -> Option<String> {
    row.get(if object == CONTACTS { "email" } else { OWN_KEY }).map(|key| key.trim().to_lowercase())
}

async fn keep_links(engine: &Engine, item: &ItemRow, pairs: &[(String, String)]) -> WorkResult<()> {
    let at = engine.clock.now();
    let image = |(contact, company): &(String, String)| Image {
        object: LINKS.to_owned(),
        key: format!("{contact} {company}"),
        record: String::new(),
        created: true,
        before: Fields::new(),
        after: Fields::new(),
        at,
    };
    keep(engine, item, &pairs.iter().map(image).collect::<Vec<_>>()).await
}

/// Nothing is kept for an item that was taken away.
async fn keep(engine: &Engine, item: &ItemRow, images: &[Image]) -> WorkResult<()> {
    let mut tx = engine.store.begin().await?;
    if !items::holds(&mut tx, item).await? {
        return Err(WorkError::Lost(item.id.0.clone()));
    }
    for image in images {
        before_image::keep(&mut tx, &item.run, image).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

async fn take_companies(
    cx: &mut StepCx<'_>,
    asked: Vec<(Fields, Vec<LeadId>)>,
    outcomes: Vec<Outcome>,
) -> WorkResult<()> {
    for ((fields, people), outcome) in asked.into_iter().zip(outcomes) {
        landed(cx, COMPANIES, &fields, &outcome).await?;
        if outcome.what == "refused" {
            cx.add("companies_refused", 1);
            continue;
        }
        cx.add("companies", 1);
        for id in people {
            if let Some(mut lead) = leads::get(cx.conn, &id).await? {
                lead.crm.get_or_insert_with(CrmLink::default).company_id = Some(outcome.text.clone());
                leads::put(cx.conn, &lead, &keys_of(&lead), cx.now).await?;
            }
        }
    }
    Ok(())
}

async fn take_contacts(cx: &mut StepCx<'_>, asked: Vec<(Fields, LeadId)>, outcomes: Vec<Outcome>) -> WorkResult<()> {
    for ((fields, id), outcome) in asked.into_iter().zip(outcomes) {
        landed(cx, CONTACTS, &fields, &outcome).await?;
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

/// The image learns the CRM's id of its record, or that nothing was written.
async fn landed(cx: &mut StepCx<'_>, object: &str, fields: &Fields, outcome: &Outcome) -> WorkResult<()> {
    let Some(key) = key_of(object, fields) else { return Ok(()) };
    let (record, state) = if outcome.what == "refused" { ("", "refused") } else { (outcome.text.as_str(), "written") };
    Ok(before_image::landed(cx.conn, &cx.run.id, (object, &key), record, state).await?)
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
    fields.insert(OWN_KEY.into(), company.id.0.clone());
    fields.insert("name".into(), company.name.clone());
    put(&mut fields, "domain", company.domain.as_ref());
    put(&mut fields, "country", company.country.as_ref());
    put(&mut fields, "city", company.city.as_ref());
    if let Some(count) = company.employees_min.or(company.employees_max) {
        fields.insert("employees".into(), count.to_string());
    }
    fields
}

/// Only what the CRM does not hold yet: it is the source of truth for what people entered there.
fn contact_fields(lead: &Lead) -> Fields {
    let mut fields = Fields::new();
    put(&mut fields, "given_name", Some(&lead.given_name));
    put(&mut fields, "surname", Some(&lead.surname));
    put(&mut fields, "title", lead.title.as_ref());
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
