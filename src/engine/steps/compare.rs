//! Compare: the records that a run wrote, as they stand now, beside what it found and what it wrote; then a person decides.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::domain::identity;
use crate::domain::person::Role;
use crate::engine::context::Engine;
use crate::engine::executor::Executor;
use crate::engine::executor::NewGate;
use crate::engine::executor::Next;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::ports::vendors::CrmRecord;
use crate::run::plan::Undone;
use crate::run::state::GateKind;
use crate::run::state::LeadState;
use crate::run::undo;
use crate::run::undo::COMPANIES;
use crate::run::undo::CONTACTS;
use crate::run::undo::Fields;
use crate::run::undo::Image;
use crate::run::undo::LINKS;
use crate::run::undo::Skipped;
use crate::run::undo::Stands;
use crate::run::undo::UndoPayload;
use crate::store::before_image;
use crate::store::items::ItemRow;
use crate::store::items::NewItem;
use crate::store::leads;
use crate::store::outreach;
use crate::store::runs::RunRow;

pub struct Compare;

#[derive(Serialize, Deserialize)]
struct Ask {
    object: String,
    rows: Vec<Row>,
}

/// Enough of an image to read its record.
#[derive(Serialize, Deserialize)]
struct Row {
    key: String,
    record: String,
    created: bool,
}

#[async_trait::async_trait]
impl Executor for Compare {
    async fn begin(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        let of = undone(cx.run)?;
        let crm = cx.engine.vendors.crm.clone();
        let mut items = Vec::new();
        for object in [CONTACTS, COMPANIES] {
            let images = before_image::of_run(cx.conn, &of.run, object).await?;
            for (index, some) in images.chunks(crm.batch_max().max(1)).enumerate() {
                let row = |(image, _): &(Image, Option<Stands>)| Row {
                    key: image.key.clone(),
                    record: image.record.clone(),
                    created: image.created,
                };
                let ask = Ask { object: object.to_owned(), rows: some.iter().map(row).collect() };
                let key = format!("{object}:{index:04}");
                items.push(cx.item(crm.vendor(), &key, some.len(), serde_json::to_value(ask)?));
            }
        }
        Ok(if items.is_empty() { Next::Done } else { Next::Items(items) })
    }

    async fn work(&self, engine: &Engine, _run: &RunRow, item: &ItemRow) -> WorkResult<Value> {
        let ask: Ask = serde_json::from_value(item.payload.clone())?;
        Ok(serde_json::to_value(read(engine, &ask).await?)?)
    }

    async fn absorb(&self, cx: &mut StepCx<'_>, item: &ItemRow, answer: &Value) -> WorkResult<Vec<NewItem>> {
        let of = undone(cx.run)?.run.clone();
        let ask: Ask = serde_json::from_value(item.payload.clone())?;
        let found: Vec<Option<Stands>> = serde_json::from_value(answer.clone())?;
        for (row, mut stands) in ask.rows.into_iter().zip(found) {
            if let (Some(stands), CONTACTS) = (&mut stands, ask.object.as_str()) {
                let key = identity::email_key(&row.key).unwrap_or_default();
                stands.enrolled = outreach::was_enrolled(cx.conn, &key).await?;
            }
            before_image::set_stands(cx.conn, &of, (&ask.object, &row.key), stands.as_ref()).await?;
        }
        Ok(Vec::new())
    }

    async fn settle(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        let payload = payload(cx).await?;
        cx.note("records", (payload.records.len() - payload.archived()) as i64);
        cx.note("fields", payload.fields() as i64);
        cx.note("archived", payload.archived() as i64);
        cx.note("skipped", payload.skipped.len() as i64);
        cx.note("enrolled", payload.enrolled);
        cx.note("skipped_list", serde_json::to_value(&payload.skipped[..payload.skipped.len().min(undo::TOLD_MAX)])?);
        if payload.records.is_empty() {
            return Ok(Next::Done);
        }
        let roles = vec![Role::Revops, Role::Manager];
        Ok(Next::Gate(NewGate {
            id: None,
            kind: GateKind::Undo,
            payload: serde_json::to_value(payload)?,
            roles,
            quorum: 1,
        }))
    }
}

pub fn undone(run: &RunRow) -> WorkResult<&Undone> {
    run.plan.undo.as_ref().ok_or_else(|| WorkError::Refused("find the run that this one takes back".to_owned()))
}

/// By id where we know it, else by our key: a write whose answer was lost may have made the record.
async fn read(engine: &Engine, ask: &Ask) -> WorkResult<Vec<Option<Stands>>> {
    let crm = &engine.vendors.crm;
    let ids: Vec<String> = ask.rows.iter().map(|row| row.record.clone()).filter(|id| !id.is_empty()).collect();
    let key = if ask.object == CONTACTS { "email" } else { "quarterdeck_id" };
    let unknown: Vec<Fields> = ask
        .rows
        .iter()
        .filter(|row| row.record.is_empty())
        .map(|row| Fields::from([(key.to_owned(), row.key.clone())]))
        .collect();
    let mut found: Vec<CrmRecord> = if ids.is_empty() { Vec::new() } else { crm.read(&ask.object, &ids).await? };
    if !unknown.is_empty() {
        found.extend(crm.standing(&ask.object, &unknown).await?.into_iter().flatten());
    }
    let of = |row: &Row| {
        found.iter().find(|record| match row.record.as_str() {
            "" => record.fields.get(key).is_some_and(|value| value.eq_ignore_ascii_case(&row.key)),
            id => record.id == id,
        })
    };
    let created: Vec<String> =
        ask.rows.iter().filter(|row| row.created).filter_map(of).map(|record| record.id.clone()).collect();
    let links = if created.is_empty() { BTreeMap::new() } else { crm.links(&ask.object, &created).await? };
    let stands = |record: &CrmRecord| Stands {
        record: record.id.clone(),
        fields: record.fields.clone(),
        links: links.get(&record.id).cloned().unwrap_or_default(),
        enrolled: false,
    };
    Ok(ask.rows.iter().map(|row| of(row).map(stands)).collect())
}

/// Judges every image; what a person will approve.
async fn payload(cx: &mut StepCx<'_>) -> WorkResult<UndoPayload> {
    let of = undone(cx.run)?.clone();
    let mut own: BTreeSet<(String, String)> = BTreeSet::new();
    for (link, _) in before_image::of_run(cx.conn, &of.run, LINKS).await? {
        own.extend(link.key.split_once(' ').map(|(contact, company)| (contact.to_owned(), company.to_owned())));
    }
    let enrolled = leads::of_run(cx.conn, &of.run, Some(LeadState::Enrolled)).await?.len() as i64;
    let mut payload = UndoPayload {
        of: of.run.clone(),
        code: of.code,
        records: Vec::new(),
        skipped: Vec::new(),
        already: 0,
        enrolled,
    };
    // Contacts first: a company stays when somebody of it does.
    let mut staying: BTreeSet<String> = BTreeSet::new();
    for object in [CONTACTS, COMPANIES] {
        for (image, stands) in before_image::of_run(cx.conn, &of.run, object).await? {
            let stands = stands.map(|stands| without_own(object, stands, &own));
            let mut judged = undo::judge(&image, stands.as_ref());
            let goes = judged.planned.as_ref().is_some_and(|planned| planned.archive);
            if let (true, false, Some(stands)) = (object == CONTACTS && image.created, goes, &stands) {
                staying.extend(
                    own.iter().filter(|(contact, _)| *contact == stands.record).map(|(_, company)| company.clone()),
                );
            }
            if let (true, COMPANIES, Some(planned)) = (goes, object, judged.planned.as_ref())
                && staying.contains(&planned.record)
            {
                judged.skipped.push(somebody_stays(planned));
                judged.planned = None;
            }
            payload.already += judged.already;
            payload.skipped.extend(judged.skipped);
            payload.records.extend(judged.planned);
        }
    }
    payload.records.sort_by(|a, b| (a.archive, &a.object, &a.key).cmp(&(b.archive, &b.object, &b.key)));
    Ok(payload)
}

/// What this run linked itself says nothing about others.
fn without_own(object: &str, mut stands: Stands, own: &BTreeSet<(String, String)>) -> Stands {
    let record = stands.record.clone();
    stands.links.retain(|link| match (object, link.split_once(' ')) {
        (CONTACTS, Some(("companies", company))) => !own.contains(&(record.clone(), company.to_owned())),
        (COMPANIES, Some(("contacts", contact))) => !own.contains(&(contact.to_owned(), record.clone())),
        _ => true,
    });
    stands
}

fn somebody_stays(planned: &undo::Planned) -> Skipped {
    Skipped {
        object: planned.object.clone(),
        key: planned.key.clone(),
        name: planned.name.clone(),
        field: String::new(),
        before: String::new(),
        now: String::new(),
        why: "a contact of it stays".to_owned(),
    }
}
