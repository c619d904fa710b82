//! Freezing a launch: the recipients are scheduled by rank and written one row each, a chunk at a time; then a person
//! is asked. The gate's payload vouches for every row by a digest over their hashes.
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::cards::decisions;
use crate::cards::result::left_out;
use crate::domain::compliance::regions::Regions;
use crate::domain::compliance::windows;
use crate::domain::ids::GateId;
use crate::domain::ids::LeadId;
use crate::domain::person::Role;
use crate::domain::sequence::plan::Sequence;
use crate::domain::sequence::plan::TouchKind;
use crate::domain::time::DAY;
use crate::domain::time::Millis;
use crate::domain::time::zone_or_utc;
use crate::engine::context::Engine;
use crate::engine::executor::NewGate;
use crate::engine::executor::Next;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::run::canonical::canonical;
use crate::run::canonical::hash_text;
use crate::run::gate::Gate;
use crate::run::launch::Draft;
use crate::run::launch::LaunchPayload;
use crate::run::launch::Outgoing;
use crate::run::launch::PEOPLE_MAX;
use crate::run::launch::PlannedTouch;
use crate::run::launch::Roll;
use crate::run::launch::Schedule;
use crate::run::launch::digest;
use crate::run::launch::sample_places;
use crate::run::state::GateKind;
use crate::run::state::LeadState;
use crate::store::gates;
use crate::store::leads;
use crate::store::leads::Place;
use crate::store::leads::RunLead;
use crate::store::outreach;
use crate::store::recipients;
use crate::store::runs::RunRow;

/// In the step's output: the id of the gate whose rows are being written.
pub const UNDER_WAY: &str = "freezing";
const TOTALS: &str = "frozen";
/// Recipients written in one transaction.
const CHUNK: i64 = 200;
/// Sender mailboxes that share the work, as the outreach vendor has them.
const MAILBOXES: u32 = 3;
/// A public holiday is named on the card when it falls into the first days.
const SKIPS_MAX: usize = 4;
/// People who left since the last preview, by name.
const GONE_MAX: usize = 5;

/// Where the writing stands: carried from chunk to chunk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Chunk {
    pub version: i64,
    /// Recipients before this chunk.
    pub idx: i64,
    after: Place,
    day: Day,
}

/// A day of first mails: filled up, then the next begins.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Day {
    start: Millis,
    latest: Millis,
    mails: u32,
}

/// Sums over the rows that are written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Totals {
    from_template: i64,
    body_chars: usize,
    first: Millis,
    last: Millis,
    skips: Vec<String>,
    people: Vec<(LeadId, String)>,
}

pub fn begin(cx: &mut StepCx<'_>, version: i64) -> Chunk {
    let start = first_moment(cx);
    cx.note(UNDER_WAY, cx.engine.ids.fresh("gate"));
    cx.note(TOTALS, Value::Null);
    Chunk { version, idx: 0, after: Place::start(), day: Day { start, latest: start, mails: 0 } }
}

/// Writes the next recipients; `None` when everybody is written.
pub async fn chunk(cx: &mut StepCx<'_>, mut at: Chunk) -> WorkResult<Option<Chunk>> {
    let gate = GateId(cx.text(UNDER_WAY));
    let mut totals = totals(cx)?;
    let per_day = per_day(cx);
    let rows = leads::page_of_run(cx.conn, &cx.run.id, Some(LeadState::Kept), &at.after, CHUNK).await?;
    let full = rows.len() as i64 == CHUNK;
    for row in rows {
        at.after = Place::of(&row);
        let draft = outreach::draft::<Draft>(cx.conn, &cx.run.id, &row.lead.id, at.version).await?;
        let Some(draft) = draft else { continue };
        let mut who = outgoing(&row, draft);
        plan_day(&mut who, &mut at.day, per_day, &cx.engine.rules.regions, &mut totals.skips);
        totals.take(&who);
        let body = canonical(&who);
        recipients::add(cx.conn, &gate, at.idx, &who.lead, (&body, &hash_text(&body))).await?;
        at.idx += 1;
    }
    cx.note(TOTALS, serde_json::to_value(totals)?);
    Ok(full.then_some(at))
}

/// Everybody is written: the payload is closed over the rows, and a person is asked.
pub async fn ask(cx: &mut StepCx<'_>) -> WorkResult<Next> {
    let gate = GateId(cx.text(UNDER_WAY));
    let totals = totals(cx)?;
    cx.note(UNDER_WAY, "");
    cx.note(TOTALS, Value::Null);
    let hashes = recipients::hashes(cx.conn, &gate).await?;
    let count = hashes.len();
    cx.note("drafted", count as i64);
    if count == 0 {
        return Ok(Next::Done);
    }
    let mut samples = Vec::new();
    for place in sample_places(count) {
        samples.extend(recipients::at(cx.conn, &gate, place as i64).await?);
    }
    let roll = Roll {
        count,
        digest: digest(hashes.iter().map(String::as_str)),
        from_template: totals.from_template,
        body_chars: totals.body_chars,
        samples,
        people: totals.people,
    };
    cx.note("from_template", roll.from_template);
    let (first, last) = (totals.first, totals.last);
    let mut payload = LaunchPayload {
        campaign: cx.run.plan.campaign.clone(),
        touches: touches(sequence_of(cx.engine, cx.run)?),
        schedule: Schedule { per_day: per_day(cx), mailboxes: MAILBOXES, first, last, skips: totals.skips },
        recipients: Vec::new(),
        roll: Some(roll),
        wishes: cx.text("wishes"),
        changes: Vec::new(),
        left_out: left_out(&leads::reasons(cx.conn, &cx.run.id).await?),
        policy_hash: cx.engine.rules.hash.clone(),
    };
    payload.changes = match gates::newest(cx.conn, &cx.run.id, cx.step.idx).await? {
        Some((earlier, _)) => changes(cx, (&earlier, &gate), &payload).await?,
        None => after_refusal(cx).await?,
    };
    let rules = &cx.engine.rules;
    let roles = if count > rules.launch_manager_above { vec![Role::Manager] } else { vec![Role::Rep, Role::Manager] };
    let quorum = if count > rules.quorum_above { 2 } else { 1 };
    let payload = serde_json::to_value(payload)?;
    Ok(Next::Gate(NewGate { id: Some(gate), kind: GateKind::Launch, payload, roles, quorum }))
}

/// The first preview after a run that somebody refused says what it answers.
async fn after_refusal(cx: &mut StepCx<'_>) -> WorkResult<Vec<String>> {
    let refused = gates::refused_before(cx.conn, &cx.run.thread, cx.run.created_at).await?;
    let Some(gate) = refused else { return Ok(Vec::new()) };
    Ok(vec![decisions::after_refusal(&cx.engine.words, &gate, &cx.engine.rules.persons)?])
}

impl Totals {
    fn take(&mut self, who: &Outgoing) {
        self.from_template += i64::from(who.draft.written_by == "template");
        self.body_chars += who.draft.mails.first().map_or(0, |mail| mail.body.chars().count());
        self.first = if self.first == Millis(0) { who.first_at } else { self.first.min(who.first_at) };
        self.last = self.last.max(who.first_at);
        if self.people.len() < PEOPLE_MAX {
            self.people.push((who.lead.clone(), who.label()));
        }
    }
}

fn totals(cx: &StepCx<'_>) -> WorkResult<Totals> {
    match cx.step.output.get(TOTALS) {
        Some(known) if !known.is_null() => Ok(serde_json::from_value(known.clone())?),
        _ => Ok(Totals::default()),
    }
}

fn per_day(cx: &StepCx<'_>) -> u32 {
    u32::try_from(cx.noted("per_day")).ok().filter(|n| *n > 0).unwrap_or(cx.engine.rules.mails_per_day)
}

fn outgoing(row: &RunLead, draft: Draft) -> Outgoing {
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
        first_at: Millis(0),
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

/// First mails are spread over days, by rank; what a holiday puts off is said.
fn plan_day(who: &mut Outgoing, day: &mut Day, per_day: u32, regions: &Regions, skips: &mut Vec<String>) {
    if day.mails == per_day.max(1) {
        let start = day.latest.plus(DAY);
        *day = Day { start, latest: start, mails: 0 };
    }
    who.first_at = windows::next_open(&who.country, Some(&who.zone), day.start, regions);
    day.latest = day.latest.max(who.first_at);
    day.mails += 1;
    skips.extend(holiday_before(who, day.start, regions));
    skips.sort();
    skips.dedup();
    skips.truncate(SKIPS_MAX);
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
async fn changes(cx: &mut StepCx<'_>, gates: (&Gate, &GateId), now: &LaunchPayload) -> WorkResult<Vec<String>> {
    let before: LaunchPayload = serde_json::from_value(gates.0.payload.clone())?;
    let mut was = recipients::leads(cx.conn, &gates.0.id).await?;
    was.extend(before.recipients.iter().map(|who| who.lead.clone()));
    let is: std::collections::BTreeSet<LeadId> = recipients::leads(cx.conn, gates.1).await?.into_iter().collect();
    let gone: Vec<LeadId> = was.into_iter().filter(|lead| !is.contains(lead)).collect();
    let mut names = Vec::new();
    for lead in gone.iter().take(GONE_MAX) {
        let lead = leads::get(cx.conn, lead).await?;
        names.extend(lead.map(|lead| format!("{}, {}", lead.full_name(), lead.company.name)));
    }
    let mut lines: Vec<String> = gone_line(gone.len(), &names).into_iter().collect();
    lines.extend(differences(&before, now));
    Ok(lines)
}

fn gone_line(gone: usize, names: &[String]) -> Option<String> {
    let word = if gone == 1 { "recipient" } else { "recipients" };
    let more = if gone > names.len() { format!("; and {} more", gone - names.len()) } else { String::new() };
    (gone > 0).then(|| format!("−{gone} {word} ({}{more})", names.join("; ")))
}

fn differences(before: &LaunchPayload, now: &LaunchPayload) -> Vec<String> {
    let mut lines = Vec::new();
    let (old, new) = (before.body_chars(), now.body_chars());
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
