//! Preview: every mail is written, frozen and shown; nothing goes on without a person.
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::cards::decisions;
use crate::cards::result::left_out;
use crate::domain::compliance::regions::Regions;
use crate::domain::compliance::windows;
use crate::domain::ids::LeadId;
use crate::domain::person::Role;
use crate::domain::sequence::plan::Sequence;
use crate::domain::sequence::plan::TouchKind;
use crate::domain::time::DAY;
use crate::domain::time::Millis;
use crate::domain::time::zone_or_utc;
use crate::engine::context::Engine;
use crate::engine::executor::Executor;
use crate::engine::executor::NewGate;
use crate::engine::executor::Next;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::steps::draft;
use crate::engine::steps::draft::Common;
use crate::run::gate::Gate;
use crate::run::launch::Draft;
use crate::run::launch::LaunchChanges;
use crate::run::launch::LaunchPayload;
use crate::run::launch::Outgoing;
use crate::run::launch::PlannedTouch;
use crate::run::launch::Schedule;
use crate::run::plan::DRAFT_TOKENS_MAX;
use crate::run::state::GateKind;
use crate::run::state::GateState;
use crate::run::state::LeadState;
use crate::run::turn::Usage;
use crate::store::cost;
use crate::store::gates;
use crate::store::items::ItemRow;
use crate::store::items::NewItem;
use crate::store::leads;
use crate::store::leads::RunLead;
use crate::store::open::StoreError;
use crate::store::outreach;
use crate::store::plans::UsageRow;
use crate::store::runs::RunRow;

/// Sender mailboxes that share the work, as the outreach vendor has them.
const MAILBOXES: u32 = 3;
/// A public holiday is named on the card when it falls into the first days.
const SKIPS_MAX: usize = 4;

pub struct Preview;

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
        let ask: Ask = serde_json::from_value(item.payload.clone())?;
        let lead = {
            let mut conn = engine.store.conn().await?;
            leads::get(&mut conn, &ask.lead).await?
        };
        let lead = lead.ok_or_else(|| WorkError::Refused("write a mail: the lead is gone".to_owned()))?;
        let name = run.plan.playbook.clone().unwrap_or_default();
        let playbook =
            engine.rules.playbooks.iter().find(|(file, _)| *file == name).map_or(&[][..], |(_, lines)| lines);
        let sequence = sequence_of(engine, run)?;
        let common = Common { engine, sequence, playbook, playbook_name: &name, wishes: &ask.wishes };
        if !set_aside(engine, run, item).await? {
            let draft = draft::plain(&common, &lead)?;
            return Ok(serde_json::to_value(Answer { draft, usage: Usage::default(), over_cap: true })?);
        }
        let (draft, usage) = draft::write(&common, &lead).await?;
        Ok(serde_json::to_value(Answer { draft, usage, over_cap: false })?)
    }

    async fn absorb(&self, cx: &mut StepCx<'_>, item: &ItemRow, answer: &Value) -> WorkResult<Vec<NewItem>> {
        let ask: Ask = serde_json::from_value(item.payload.clone())?;
        let answer: Answer = serde_json::from_value(answer.clone())?;
        outreach::put_draft(cx.conn, &cx.run.id, &ask.lead, ask.version, &answer.draft).await?;
        cx.add("over_tokens", i64::from(answer.over_cap));
        let cost = cx.engine.rules.price.of(answer.usage);
        let used = (answer.usage.prompt_tokens as i64, answer.usage.completion_tokens as i64, cost);
        cost::settle_tokens(cx.conn, &usage_id(item), used, cx.now).await?;
        Ok(Vec::new())
    }

    async fn settle(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        let earlier = gates::newest(cx.conn, &cx.run.id, cx.step.idx).await?.map(|(gate, _)| gate);
        show(cx, earlier.as_ref()).await
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
        let before = cx.step.output.get("wishes").and_then(Value::as_str).unwrap_or_default().to_owned();
        if changes.wishes.trim().is_empty() || changes.wishes == before {
            return show(cx, Some(gate)).await;
        }
        cx.note("wishes", changes.wishes.clone());
        Ok(Next::Items(draft_items(cx, gate.version + 1, &changes.wishes).await?))
    }
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
    let rows = leads::of_run(cx.conn, &cx.run.id, Some(LeadState::Kept)).await?;
    rows.into_iter()
        .map(|row| {
            let ask = Ask { lead: row.lead.id.clone(), version, wishes: wishes.to_owned() };
            Ok(cx.item("model", row.lead.id.as_str(), 1, serde_json::to_value(ask)?))
        })
        .collect()
}

/// Freezes what will happen and asks.
async fn show(cx: &mut StepCx<'_>, earlier: Option<&Gate>) -> WorkResult<Next> {
    let version = earlier.map_or(1, |gate| gate.version + 1);
    let all = leads::of_run(cx.conn, &cx.run.id, None).await?;
    let start = first_moment(cx);
    let mut recipients = Vec::new();
    for row in all.iter().filter(|row| row.state == LeadState::Kept) {
        let Some(draft) = outreach::draft::<Draft>(cx.conn, &cx.run.id, &row.lead.id, version).await? else { continue };
        recipients.push(outgoing(cx, row, draft, start));
    }
    if recipients.is_empty() {
        cx.note("drafted", 0);
        return Ok(Next::Done);
    }
    let before: Option<LaunchPayload> = earlier.and_then(|gate| serde_json::from_value(gate.payload.clone()).ok());
    let per_day = u32::try_from(cx.noted("per_day")).ok().filter(|n| *n > 0).unwrap_or(cx.engine.rules.mails_per_day);
    let mut payload = LaunchPayload {
        campaign: cx.run.plan.campaign.clone(),
        touches: touches(sequence_of(cx.engine, cx.run)?),
        schedule: schedule(cx, &mut recipients, per_day, start),
        recipients,
        wishes: cx.step.output.get("wishes").and_then(Value::as_str).unwrap_or_default().to_owned(),
        changes: Vec::new(),
        left_out: left_out(&all),
        policy_hash: cx.engine.rules.hash.clone(),
    };
    payload.changes = match before {
        Some(before) => differences(&before, &payload),
        None => after_refusal(cx).await?,
    };
    cx.note("drafted", payload.recipients.len() as i64);
    cx.note("from_template", payload.recipients.iter().filter(|who| who.draft.written_by == "template").count() as i64);
    let (many, rules) = (payload.recipients.len(), &cx.engine.rules);
    let roles = if many > rules.launch_manager_above { vec![Role::Manager] } else { vec![Role::Rep, Role::Manager] };
    let quorum = if many > rules.quorum_above { 2 } else { 1 };
    Ok(Next::Gate(NewGate { kind: GateKind::Launch, payload: serde_json::to_value(payload)?, roles, quorum }))
}

/// The first preview after a run that somebody refused says what it answers.
async fn after_refusal(cx: &mut StepCx<'_>) -> WorkResult<Vec<String>> {
    let refused = gates::refused_before(cx.conn, &cx.run.thread, cx.run.created_at).await?;
    let Some(gate) = refused else { return Ok(Vec::new()) };
    Ok(vec![decisions::after_refusal(&cx.engine.words, &gate, &cx.engine.rules.persons)?])
}

fn outgoing(cx: &StepCx<'_>, row: &RunLead, draft: Draft, start: Millis) -> Outgoing {
    let lead = &row.lead;
    let country = lead.country_or_seat().unwrap_or_default().to_owned();
    let place = lead.city.as_deref().or(lead.company.city.as_deref());
    Outgoing {
        lead: lead.id.clone(),
        name: lead.full_name(),
        title: lead.title.clone().unwrap_or_default(),
        company: lead.company.name.clone(),
        email: lead.email.clone().unwrap_or_default(),
        zone: windows::zone_of(&country, place),
        first_at: windows::next_open(&country, place, start, &cx.engine.rules.regions),
        country,
        score: row.score,
        draft,
    }
}

/// The chosen first day, or now.
fn first_moment(cx: &StepCx<'_>) -> Millis {
    let chosen = cx.step.output.get("start").and_then(Value::as_str);
    let day = chosen.and_then(|text| text.parse::<jiff::civil::Date>().ok());
    let at = day
        .and_then(|day| day.to_zoned(zone_or_utc(&cx.engine.rules.zone)).ok())
        .map(|at| Millis(at.timestamp().as_millisecond()));
    at.unwrap_or(cx.now).max(cx.now)
}

/// Spreads first mails over days, by rank, and says what it skips.
fn schedule(cx: &StepCx<'_>, recipients: &mut [Outgoing], per_day: u32, start: Millis) -> Schedule {
    let regions = &cx.engine.rules.regions;
    let mut skips: Vec<String> = Vec::new();
    let mut day_start = start;
    for batch in recipients.chunks_mut(usize::try_from(per_day.max(1)).unwrap_or(1)) {
        let mut latest = day_start;
        for who in batch {
            who.first_at = windows::next_open(&who.country, Some(&who.zone), day_start, regions);
            latest = latest.max(who.first_at);
            skips.extend(holiday_before(who, day_start, regions));
        }
        day_start = latest.plus(DAY);
    }
    skips.sort();
    skips.dedup();
    skips.truncate(SKIPS_MAX);
    let first = recipients.iter().map(|who| who.first_at).min().unwrap_or(start);
    let last = recipients.iter().map(|who| who.first_at).max().unwrap_or(start);
    Schedule { per_day, mailboxes: MAILBOXES, first, last, skips }
}

/// "Thanksgiving (US)" when a holiday put this person's first mail off.
fn holiday_before(who: &Outgoing, from: Millis, regions: &Regions) -> Option<String> {
    let zone = zone_or_utc(&who.zone);
    let first = from.timestamp().to_zoned(zone.clone()).date();
    let last = who.first_at.timestamp().to_zoned(zone).date();
    let name = first
        .series(jiff::Span::new().days(1))
        .take_while(|day| *day < last)
        .find_map(|day| regions.holidays().on(&who.country, day))?;
    Some(format!("{name} ({})", who.country))
}

pub fn sequence_of<'a>(engine: &'a Engine, run: &RunRow) -> WorkResult<&'a Sequence> {
    let name = &run.plan.sequence;
    engine.rules.sequence(name).ok_or_else(|| WorkError::Refused(format!("find the sequence `{name}`")))
}

fn touches(sequence: &Sequence) -> Vec<PlannedTouch> {
    let kind = |kind: TouchKind| match kind {
        TouchKind::Email => "email",
        TouchKind::Linkedin => "linkedin",
        TouchKind::Call => "call",
    };
    let touch = sequence.touch.iter();
    touch
        .map(|touch| PlannedTouch {
            kind: kind(touch.kind).to_owned(),
            delay_days: touch.delay_days,
            note: touch.says.clone(),
        })
        .collect()
}

/// What a reader of the new preview must know first.
fn differences(before: &LaunchPayload, now: &LaunchPayload) -> Vec<String> {
    let mut lines = Vec::new();
    let gone: Vec<String> = before
        .recipients
        .iter()
        .filter(|old| !now.recipients.iter().any(|new| new.lead == old.lead))
        .map(|old| format!("{}, {}", old.name, old.company))
        .collect();
    if !gone.is_empty() {
        let word = if gone.len() == 1 { "recipient" } else { "recipients" };
        lines.push(format!("−{} {word} ({})", gone.len(), gone.join("; ")));
    }
    let length = |payload: &LaunchPayload| -> usize {
        let total: usize = payload
            .recipients
            .iter()
            .filter_map(|who| who.draft.mails.first())
            .map(|mail| mail.body.chars().count())
            .sum();
        total / payload.recipients.len().max(1)
    };
    let (old, new) = (length(before), length(now));
    if before.wishes != now.wishes && old > 0 {
        let percent = (new as i64 - old as i64) * 100 / old as i64;
        let word = if percent < 0 { "shorter" } else { "longer" };
        lines.push(format!("Mails written again (\"{}\"), bodies {} % {word}", now.wishes, percent.abs()));
    }
    if before.schedule.per_day != now.schedule.per_day {
        lines.push(format!("{} → {} a day", before.schedule.per_day, now.schedule.per_day));
    }
    let (old_day, new_day) = (before.schedule.first.day("UTC"), now.schedule.first.day("UTC"));
    if old_day != new_day {
        lines.push(format!("First mail {old_day} → {new_day}"));
    }
    lines
}
