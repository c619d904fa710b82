//! Preview: every mail is written, frozen and shown; nothing goes on without a person.
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::domain::ids::LeadId;
use crate::engine::context::Engine;
use crate::engine::executor::Executor;
use crate::engine::executor::Next;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::steps::draft;
use crate::engine::steps::draft::Common;
use crate::engine::steps::freeze;
use crate::engine::steps::freeze::Chunk;
use crate::engine::steps::freeze::sequence_of;
use crate::run::gate::Gate;
use crate::run::launch::Draft;
use crate::run::launch::LaunchChanges;
use crate::run::plan::DRAFT_TOKENS_MAX;
use crate::run::state::GateState;
use crate::run::state::LeadState;
use crate::run::turn::Usage;
use crate::store::cost;
use crate::store::gates;
use crate::store::items::ItemRow;
use crate::store::items::NewItem;
use crate::store::leads;
use crate::store::open::StoreError;
use crate::store::outreach;
use crate::store::plans::UsageRow;
use crate::store::runs::RunRow;

pub struct Preview;

/// What an item of this step does.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Job {
    Freeze { freeze: Chunk },
    Draft(Ask),
}

#[derive(Serialize, Deserialize)]
struct Ask {
    lead: LeadId,
    version: i64,
    wishes: String,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    draft: Draft,
    usage: Usage,
    /// The run's cap of tokens left no room for the model.
    #[serde(default)]
    over_cap: bool,
}

#[async_trait::async_trait]
impl Executor for Preview {
    async fn begin(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        let wishes = cx.run.plan.criteria.mail_wishes.clone();
        cx.note("wishes", wishes.clone());
        let items = draft_items(cx, 1, &wishes).await?;
        if items.is_empty() {
            return Ok(Next::Done);
        }
        Ok(Next::Items(items))
    }

    async fn work(&self, engine: &Engine, run: &RunRow, item: &ItemRow) -> WorkResult<Value> {
        match serde_json::from_value(item.payload.clone())? {
            Job::Freeze { .. } => Ok(Value::Null),
            Job::Draft(ask) => written(engine, (run, item), &ask).await,
        }
    }

    async fn absorb(&self, cx: &mut StepCx<'_>, item: &ItemRow, answer: &Value) -> WorkResult<Vec<NewItem>> {
        match serde_json::from_value(item.payload.clone())? {
            Job::Freeze { freeze } => {
                let next = freeze::chunk(cx, freeze).await?;
                next.map(|next| freeze_item(cx, next)).into_iter().collect()
            }
            Job::Draft(ask) => {
                let answer: Answer = serde_json::from_value(answer.clone())?;
                keep(cx, item, &ask, answer).await?;
                Ok(Vec::new())
            }
        }
    }

    async fn settle(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        if !cx.text(freeze::UNDER_WAY).is_empty() {
            return freeze::ask(cx).await;
        }
        let earlier = gates::newest(cx.conn, &cx.run.id, cx.step.idx).await?.map(|(gate, _)| gate);
        begin_freezing(cx, earlier.map_or(1, |gate| gate.version + 1))
    }

    async fn decided(&self, cx: &mut StepCx<'_>, gate: &Gate) -> WorkResult<Next> {
        if gate.state != GateState::Modified {
            return Ok(Next::Done);
        }
        let changes: LaunchChanges = serde_json::from_value(gate.decision.clone())?;
        let by = cx.engine.rules.name_of(gate.decided_by.as_ref().map_or("", |voice| &voice.person));
        for lead in &changes.exclude {
            leads::set_state(cx.conn, &cx.run.id, lead, LeadState::LeftOut, &format!("left out by {by}")).await?;
        }
        if let Some(per_day) = changes.per_day {
            cx.note("per_day", i64::from(per_day));
        }
        if let Some(start) = changes.start.filter(|text| !text.is_empty()) {
            cx.note("start", start);
        }
        if changes.wishes.trim().is_empty() || changes.wishes == cx.text("wishes") {
            return begin_freezing(cx, gate.version + 1);
        }
        cx.note("wishes", changes.wishes.clone());
        Ok(Next::Items(draft_items(cx, gate.version + 1, &changes.wishes).await?))
    }
}

fn begin_freezing(cx: &mut StepCx<'_>, version: i64) -> WorkResult<Next> {
    let first = freeze::begin(cx, version);
    Ok(Next::Items(vec![freeze_item(cx, first)?]))
}

fn freeze_item(cx: &StepCx<'_>, chunk: Chunk) -> WorkResult<NewItem> {
    let key = format!("freeze:{}:{:06}", chunk.version, chunk.idx);
    Ok(cx.own_item(&key, serde_json::to_value(Job::Freeze { freeze: chunk })?))
}

async fn written(engine: &Engine, at: (&RunRow, &ItemRow), ask: &Ask) -> WorkResult<Value> {
    let (run, item) = at;
    let lead = {
        let mut conn = engine.store.conn().await?;
        leads::get(&mut conn, &ask.lead).await?
    };
    let lead = lead.ok_or_else(|| WorkError::Refused("write a mail: the lead is gone".to_owned()))?;
    let name = run.plan.playbook.clone().unwrap_or_default();
    let playbook = engine.rules.playbooks.iter().find(|(file, _)| *file == name).map_or(&[][..], |(_, lines)| lines);
    let sequence = sequence_of(engine, run)?;
    let common = Common { engine, sequence, playbook, playbook_name: &name, wishes: &ask.wishes };
    if !set_aside(engine, run, item).await? {
        let draft = draft::plain(&common, &lead)?;
        return Ok(serde_json::to_value(Answer { draft, usage: Usage::default(), over_cap: true })?);
    }
    let (draft, usage) = draft::write(&common, &lead).await?;
    Ok(serde_json::to_value(Answer { draft, usage, over_cap: false })?)
}

async fn keep(cx: &mut StepCx<'_>, item: &ItemRow, ask: &Ask, answer: Answer) -> WorkResult<()> {
    outreach::put_draft(cx.conn, &cx.run.id, &ask.lead, ask.version, &answer.draft).await?;
    cx.add("over_tokens", i64::from(answer.over_cap));
    let cost = cx.engine.rules.price.of(answer.usage);
    let used = (answer.usage.prompt_tokens as i64, answer.usage.completion_tokens as i64, cost);
    cost::settle_tokens(cx.conn, &usage_id(item), used, cx.now).await?;
    Ok(())
}

fn usage_id(item: &ItemRow) -> String {
    format!("usage:{}", item.key)
}

/// The most that a draft can use is set aside first; a plan without a cap has room for every draft.
async fn set_aside(engine: &Engine, run: &RunRow, item: &ItemRow) -> WorkResult<bool> {
    let most = UsageRow {
        id: usage_id(item),
        thread: run.thread.clone(),
        run: Some(run.id.0.clone()),
        purpose: "draft".to_owned(),
        model: engine.llm.name().to_owned(),
        prompt_tokens: DRAFT_TOKENS_MAX,
        completion_tokens: 0,
        cost_micro_usd: 0,
        at: engine.clock.now(),
    };
    let mut tx = engine.store.begin().await?;
    let allowed = cost::reserve_tokens(&mut tx, &run.id, &most, run.plan.tokens_cap.unwrap_or(i64::MAX)).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(allowed)
}

async fn draft_items(cx: &mut StepCx<'_>, version: i64, wishes: &str) -> WorkResult<Vec<NewItem>> {
    let leads = leads::ids_of_run(cx.conn, &cx.run.id, LeadState::Kept).await?;
    leads
        .into_iter()
        .map(|lead| {
            let key = lead.0.clone();
            let ask = Ask { lead, version, wishes: wishes.to_owned() };
            Ok(cx.item("model", &key, 1, serde_json::to_value(Job::Draft(ask))?))
        })
        .collect()
}
