//! Take back: what was approved is compared once more and written, each batch an effect under the gate.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::domain::identity;
use crate::domain::ids::GateId;
use crate::engine::context::Engine;
use crate::engine::effects;
use crate::engine::effects::effect;
use crate::engine::executor::Executor;
use crate::engine::executor::Next;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkResult;
use crate::engine::steps::compare::undone;
use crate::engine::steps::discover::keys_of;
use crate::engine::steps::granted::granted;
use crate::ports::vendors::Upserted;
use crate::run::state::EffectClass;
use crate::run::state::GateState;
use crate::run::state::StepKind;
use crate::run::undo;
use crate::run::undo::CONTACTS;
use crate::run::undo::Fields;
use crate::run::undo::Planned;
use crate::run::undo::Skipped;
use crate::run::undo::UndoPayload;
use crate::store::before_image;
use crate::store::effects as effect_rows;
use crate::store::gates;
use crate::store::items::ItemRow;
use crate::store::items::NewItem;
use crate::store::leads;
use crate::store::outreach;
use crate::store::runs::RunRow;

pub struct Revert;

/// Places in the approved payload: what is written is read from there and from nowhere else.
#[derive(Serialize, Deserialize)]
struct Ask {
    gate: GateId,
    from: usize,
    to: usize,
}

#[derive(Default, Serialize, Deserialize)]
struct Answer {
    /// (object, key, fields put back)
    reverted: Vec<(String, String, i64)>,
    archived: Vec<(String, String)>,
    skipped: Vec<Skipped>,
}

#[async_trait::async_trait]
impl Executor for Revert {
    async fn begin(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        let step = cx.run.plan.step_index(StepKind::Compare).unwrap_or_default() as i64;
        let gate = gates::newest(cx.conn, &cx.run.id, step).await?.map(|(gate, _)| gate);
        // Nothing to take back: nobody was asked.
        let Some(gate) = gate.filter(|gate| gate.state == GateState::Approved) else { return Ok(Next::Done) };
        let payload: UndoPayload = serde_json::from_value(gate.payload)?;
        let crm = cx.engine.vendors.crm.clone();
        let items: WorkResult<Vec<NewItem>> = payload
            .batches(crm.batch_max())
            .into_iter()
            .map(|(from, to)| {
                let ask = serde_json::to_value(Ask { gate: gate.id.clone(), from, to })?;
                Ok(cx.item(crm.vendor(), &format!("{from:06}"), to - from, ask))
            })
            .collect();
        Ok(Next::Items(items?))
    }

    async fn work(&self, engine: &Engine, _run: &RunRow, item: &ItemRow) -> WorkResult<Value> {
        let ask: Ask = serde_json::from_value(item.payload.clone())?;
        let (approved, gate) = granted(engine, &ask.gate).await?;
        let payload: UndoPayload = serde_json::from_value(gate.payload)?;
        let records = payload.records.get(ask.from..ask.to).unwrap_or_default();
        let Some(first) = records.first() else { return Ok(serde_json::to_value(Answer::default())?) };
        let crm = &engine.vendors.crm;
        let verb = if first.archive { "archive" } else { "put back" };
        let op = format!("{verb} {}", first.object);
        let (rows, answer) = last_look(engine, records, began(engine, item, &op).await?).await?;
        if rows.is_empty() {
            return Ok(serde_json::to_value(answer)?);
        }
        let mut effect = effect(item, crm.vendor(), &op, EffectClass::Idempotent, &rows);
        effect.gate = Some(approved.gate().0.clone());
        let call = || async {
            if first.archive {
                let ids: Vec<String> = rows.iter().map(|(id, _)| id.clone()).collect();
                crm.archive(&first.object, &ids).await?;
                return Ok(serde_json::json!(answer));
            }
            let outcomes = crm.update(&first.object, &rows).await?;
            Ok(serde_json::json!(without_refused(answer, records, rows.iter().map(|(id, _)| id).zip(outcomes))))
        };
        effects::perform(engine, item, &effect, call, effects::nothing_to_look_up).await
    }

    async fn absorb(&self, cx: &mut StepCx<'_>, _item: &ItemRow, answer: &Value) -> WorkResult<Vec<NewItem>> {
        let of = undone(cx.run)?.run.clone();
        let answer: Answer = serde_json::from_value(answer.clone())?;
        for (object, key, fields) in &answer.reverted {
            before_image::set_state(cx.conn, &of, (object, key), "reverted").await?;
            cx.add("records", 1);
            cx.add("fields", *fields);
        }
        for (object, key) in &answer.archived {
            before_image::set_state(cx.conn, &of, (object, key), "archived").await?;
            cx.add("archived", 1);
            if object == CONTACTS {
                forget(cx, key).await?;
            }
        }
        cx.add("skipped", answer.skipped.len() as i64);
        let mut told = cx.step.output.get("skipped_list").and_then(Value::as_array).cloned().unwrap_or_default();
        let room = undo::TOLD_MAX.saturating_sub(told.len());
        for skipped in answer.skipped.into_iter().take(room) {
            told.push(serde_json::to_value(skipped)?);
        }
        cx.note("skipped_list", told);
        Ok(Vec::new())
    }

    async fn settle(&self, _cx: &mut StepCx<'_>) -> WorkResult<Next> {
        Ok(Next::Done)
    }
}

/// An earlier try may have made the call and lost its answer.
async fn began(engine: &Engine, item: &ItemRow, op: &str) -> WorkResult<bool> {
    let mut conn = engine.store.conn().await?;
    Ok(effect_rows::began(&mut conn, &effects::key_of(item, op)).await?)
}

/// The records are read once more: what changed after the preview is left and told. A record that an earlier try of
/// ours may have archived is not missing: it is archived once more.
async fn last_look(engine: &Engine, records: &[Planned], began: bool) -> WorkResult<(Vec<(String, Fields)>, Answer)> {
    let object = records.first().map(|record| record.object.clone()).unwrap_or_default();
    let ids: Vec<String> = records.iter().map(|record| record.record.clone()).collect();
    let now: BTreeMap<String, Fields> =
        engine.vendors.crm.read(&object, &ids).await?.into_iter().map(|record| (record.id, record.fields)).collect();
    let (mut rows, mut answer) = (Vec::new(), Answer::default());
    for record in records {
        let stood = now.get(&record.record);
        if record.archive && began && stood.is_none() {
            answer.archived.push((record.object.clone(), record.key.clone()));
            rows.push((record.record.clone(), Fields::new()));
            continue;
        }
        let (mut kept, mut skipped) = undo::still_as_shown(record, stood);
        if record.archive && stood.is_some() && handed_over(engine, record).await? {
            kept.clear();
            skipped = vec![Skipped {
                object: record.object.clone(),
                key: record.key.clone(),
                name: record.name.clone(),
                field: String::new(),
                before: String::new(),
                now: String::new(),
                why: "it is in a campaign since".to_owned(),
            }];
        }
        answer.skipped.extend(skipped);
        let at = (record.object.clone(), record.key.clone());
        if record.archive && !kept.is_empty() {
            answer.archived.push(at);
            rows.push((record.record.clone(), Fields::new()));
        } else if !kept.is_empty() {
            answer.reverted.push((at.0, at.1, kept.len() as i64));
            rows.push((record.record.clone(), kept.into_iter().map(|one| (one.field, one.before)).collect()));
        }
    }
    Ok((rows, answer))
}

async fn handed_over(engine: &Engine, record: &Planned) -> WorkResult<bool> {
    let Some(key) = identity::email_key(&record.key).filter(|_| record.object == CONTACTS) else { return Ok(false) };
    let mut conn = engine.store.conn().await?;
    Ok(outreach::was_enrolled(&mut conn, &key).await?)
}

/// What the CRM would not take is told like what we left ourselves.
fn without_refused<'a>(
    mut answer: Answer,
    records: &[Planned],
    outcomes: impl Iterator<Item = (&'a String, Upserted)>,
) -> Answer {
    for (id, outcome) in outcomes {
        let (Upserted::Refused { why }, Some(record)) = (outcome, records.iter().find(|record| record.record == *id))
        else {
            continue;
        };
        answer.reverted.retain(|(_, key, _)| *key != record.key);
        answer.skipped.push(Skipped {
            object: record.object.clone(),
            key: record.key.clone(),
            name: record.name.clone(),
            field: String::new(),
            before: String::new(),
            now: String::new(),
            why: format!("the CRM refused it: {why}"),
        });
    }
    answer
}

/// An archived contact is no link to write to any more.
async fn forget(cx: &mut StepCx<'_>, email: &str) -> WorkResult<()> {
    let Some(key) = identity::email_key(email) else { return Ok(()) };
    if let Some(mut lead) = leads::by_email(cx.conn, &key).await? {
        lead.crm = None;
        leads::put(cx.conn, &lead, &keys_of(&lead), cx.now).await?;
    }
    Ok(())
}
