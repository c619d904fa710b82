//! Launch: the campaign is made, each person is cleared and handed over under the approval, then it starts.
//! The only place where mails are let go; each hand-over holds both keys.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::domain::compliance::decide::Ruling;
use crate::domain::compliance::decide::RulingVerdict;
use crate::domain::compliance::decide::clear;
use crate::domain::compliance::facts::Rendered;
use crate::domain::compliance::permit::Cleared;
use crate::domain::identity;
use crate::domain::ids::CampaignId;
use crate::domain::ids::GateId;
use crate::domain::ids::LeadId;
use crate::domain::time::Millis;
use crate::engine::context::Engine;
use crate::engine::effects;
use crate::engine::effects::effect;
use crate::engine::executor::Executor;
use crate::engine::executor::Next;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::steps::validate::company_key;
use crate::engine::steps::validate::question;
use crate::ports::vendors::CampaignSetup;
use crate::ports::vendors::CrmActivity;
use crate::ports::vendors::Recipient;
use crate::ports::vendors::Touch;
use crate::ports::vendors::Upserted;
use crate::run::gate::Gate;
use crate::run::launch::LaunchPayload;
use crate::run::launch::Outgoing;
use crate::run::state::EffectClass;
use crate::run::state::GateState;
use crate::run::state::LeadState;
use crate::run::state::StepKind;
use crate::store::gates;
use crate::store::items::ItemRow;
use crate::store::items::NewItem;
use crate::store::leads;
use crate::store::open::StoreError;
use crate::store::outreach;
use crate::store::outreach::CampaignRow;
use crate::store::outreach::Enrolment;
use crate::store::recipients;
use crate::store::runs::RunRow;

pub struct Launch;

#[derive(Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Ask {
    Campaign { gate: GateId },
    Enrol { gate: GateId, lead: LeadId, campaign: String },
    Start { gate: GateId, campaign: String },
    Log { lead: LeadId },
    LogMany { leads: Vec<LeadId> },
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "done", rename_all = "snake_case")]
enum Answer {
    Campaign {
        id: String,
    },
    Enrolled {
        id: String,
        ruling: Value,
    },
    /// The rules said no at the last moment.
    Held {
        reason: String,
        ruling: Value,
    },
    Started,
    Logged,
    LoggedMany {
        refused: usize,
    },
}

#[async_trait::async_trait]
impl Executor for Launch {
    async fn begin(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        let Some(gate) = approved_gate(cx).await? else {
            // The preview found nobody to mail: nothing was asked and nothing is sent.
            return Ok(Next::Done);
        };
        let payload = payload_of(&gate)?;
        cx.note("gate", gate.id.0.clone());
        cx.note("first_at", payload.schedule.first.0);
        let ask = Ask::Campaign { gate: gate.id };
        Ok(Next::Items(vec![cx.item(cx.engine.vendors.outreach.vendor(), "campaign", 0, serde_json::to_value(ask)?)]))
    }

    async fn work(&self, engine: &Engine, run: &RunRow, item: &ItemRow) -> WorkResult<Value> {
        let answer = match serde_json::from_value(item.payload.clone())? {
            Ask::Campaign { gate } => campaign(engine, run, item, &gate).await?,
            Ask::Enrol { gate, lead, campaign } => enrol(engine, run, item, (&gate, &lead, &campaign)).await?,
            Ask::Start { gate, campaign } => start(engine, item, &gate, &campaign).await?,
            Ask::Log { lead } => log(engine, run, item, &[lead]).await?,
            Ask::LogMany { leads } => log(engine, run, item, &leads).await?,
        };
        Ok(serde_json::to_value(answer)?)
    }

    async fn absorb(&self, cx: &mut StepCx<'_>, item: &ItemRow, answer: &Value) -> WorkResult<Vec<NewItem>> {
        let ask: Ask = serde_json::from_value(item.payload.clone())?;
        match (ask, serde_json::from_value(answer.clone())?) {
            (Ask::Campaign { gate }, Answer::Campaign { id }) => {
                let row = campaign_row(cx, &gate, &id, "created", None);
                outreach::put_campaign(cx.conn, &row).await?;
                cx.note("campaign", id);
            }
            (Ask::Enrol { lead, .. }, Answer::Enrolled { id, ruling }) => {
                let out = (Some(id), &ruling, "enrolled");
                outreach::handed_over(cx.conn, &campaign_id(cx.run), &lead, out).await?;
                leads::move_to(cx.conn, &cx.run.id, &lead, LeadState::Enrolled).await?;
                cx.add("enrolled", 1);
            }
            (Ask::Enrol { lead, .. }, Answer::Held { reason, ruling }) => {
                outreach::handed_over(cx.conn, &campaign_id(cx.run), &lead, (None, &ruling, "ended")).await?;
                leads::set_state(cx.conn, &cx.run.id, &lead, LeadState::LeftOut, &reason).await?;
                cx.add("held", 1);
            }
            (Ask::Start { gate, campaign }, Answer::Started) => {
                let row = campaign_row(cx, &gate, &campaign, "running", Some(cx.now));
                outreach::put_campaign(cx.conn, &row).await?;
            }
            (Ask::LogMany { leads }, Answer::LoggedMany { refused }) => {
                cx.add("logged", leads.len() as i64 - refused as i64);
                cx.add("not_logged", refused as i64);
            }
            (Ask::Log { .. }, _) => cx.add("logged", 1),
            _ => return Err(WorkError::Refused("match an answer to what was asked".to_owned())),
        }
        Ok(Vec::new())
    }

    async fn settle(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        let round = cx.noted("round");
        cx.note("round", round + 1);
        let campaign = cx.step.output.get("campaign").and_then(Value::as_str).unwrap_or_default().to_owned();
        let gate = GateId(cx.step.output.get("gate").and_then(Value::as_str).unwrap_or_default().to_owned());
        let vendor = cx.engine.vendors.outreach.vendor();
        match round {
            0 => enrol_items(cx, &gate, &campaign).await,
            1 if cx.noted("enrolled") > 0 => {
                let ask = Ask::Start { gate, campaign };
                Ok(Next::Items(vec![cx.item(vendor, "start", 0, serde_json::to_value(ask)?)]))
            }
            2 => log_items(cx).await,
            _ => Ok(Next::Done),
        }
    }
}

/// The approved preview of this run, its approver still entitled.
async fn approved_gate(cx: &mut StepCx<'_>) -> WorkResult<Option<Gate>> {
    let Some(step) = cx.run.plan.step_index(StepKind::Preview) else { return Ok(None) };
    let gate = gates::newest(cx.conn, &cx.run.id, step as i64).await?.map(|(gate, _)| gate);
    Ok(gate.filter(|gate| gate.state == GateState::Approved))
}

fn payload_of(gate: &Gate) -> WorkResult<LaunchPayload> {
    Ok(serde_json::from_value(gate.payload.clone())?)
}

async fn campaign(engine: &Engine, run: &RunRow, item: &ItemRow, gate: &GateId) -> WorkResult<Answer> {
    let grant = engine.grants.of(engine, gate).await?;
    if let Some(id) = taken_over(engine, run).await? {
        return Ok(Answer::Campaign { id });
    }
    let (approved, setup) = (grant.approved(), setup(engine, run, grant.payload()));
    let out = &engine.vendors.outreach;
    let mut effect = effect(item, out.vendor(), "create campaign", EffectClass::LookUp, &setup.name);
    effect.gate = Some(approved.gate().0.clone());
    let call = || async { Ok(Value::from(out.create_campaign(&setup).await?)) };
    let look = || async {
        let Some(id) = out.find_campaign(&setup.name).await? else { return Ok(None) };
        out.update_sequence(&id, &setup).await?;
        Ok(Some(Value::from(id)))
    };
    let id = effects::perform(engine, item, &effect, call, look).await?;
    Ok(Answer::Campaign { id: id.as_str().unwrap_or_default().to_owned() })
}

/// The campaign of an earlier life of this run, which a restored backup did not know.
async fn taken_over(engine: &Engine, run: &RunRow) -> WorkResult<Option<String>> {
    let mut conn = engine.store.conn().await?;
    Ok(outreach::campaign_of_run(&mut conn, &run.id).await?.and_then(|row| row.vendor_id))
}

/// Handed over in an earlier life: that is counted, not done again.
async fn already_there(engine: &Engine, run: &RunRow, lead: &LeadId) -> WorkResult<Option<(String, Value)>> {
    let mut conn = engine.store.conn().await?;
    let row = outreach::enrolment(&mut conn, &campaign_id(run), lead).await?;
    Ok(row.and_then(|row| Some((row.vendor_lead?, row.ruling))))
}

/// Every text travels as a variable of the lead: the vendor sends exactly the approved words.
fn setup(engine: &Engine, run: &RunRow, payload: &LaunchPayload) -> CampaignSetup {
    let touch = |(step, touch): (usize, &crate::run::launch::PlannedTouch)| {
        let is_mail = touch.kind == "email";
        Touch {
            kind: touch.kind.clone(),
            delay_days: touch.delay_days,
            subject: if is_mail { format!("{{{{qd_subject_{step}}}}}") } else { String::new() },
            body: if is_mail { format!("{{{{qd_body_{step}}}}}") } else { touch.note.clone() },
        }
    };
    CampaignSetup {
        name: outreach::name_at_vendor(&payload.campaign, &run.code),
        touches: payload.touches.iter().enumerate().map(touch).collect(),
        zone: engine.rules.zone.clone(),
        daily_limit: payload.schedule.per_day,
        mailboxes: payload.schedule.mailboxes,
    }
}

async fn enrol_items(cx: &mut StepCx<'_>, gate: &GateId, campaign: &str) -> WorkResult<Next> {
    let mut people = recipients::leads(cx.conn, gate).await?;
    if people.is_empty() {
        let stored = gates::get(cx.conn, gate).await?;
        let payload = payload_of(&stored.ok_or_else(|| WorkError::Refused("find the approved preview".to_owned()))?)?;
        people.extend(payload.recipients.into_iter().map(|who| who.lead));
    }
    let vendor = cx.engine.vendors.outreach.vendor();
    let items: WorkResult<Vec<NewItem>> = people
        .into_iter()
        .map(|lead| {
            let key = format!("enrol:{lead}");
            let ask = Ask::Enrol { gate: gate.clone(), lead, campaign: campaign.to_owned() };
            Ok(cx.item(vendor, &key, 1, serde_json::to_value(ask)?))
        })
        .collect();
    Ok(Next::Items(items?))
}

/// Both keys, then the hand-over. What the rules refuse now is not sent, whatever was approved.
async fn enrol(engine: &Engine, run: &RunRow, item: &ItemRow, at: (&GateId, &LeadId, &str)) -> WorkResult<Answer> {
    let (gate, lead, campaign) = at;
    let grant = engine.grants.of(engine, gate).await?;
    let who = &grant.recipient(engine, lead).await?;
    if let Some((id, ruling)) = already_there(engine, run, lead).await? {
        return Ok(Answer::Enrolled { id, ruling });
    }
    let (cleared, ruling) = match permit(engine, run, who).await? {
        Ok(keys) => keys,
        Err(ruling) => {
            let reason = ruling
                .reasons
                .first()
                .map_or_else(|| "held back by the rules".to_owned(), |reason| reason.text.clone());
            return Ok(Answer::Held { reason, ruling: serde_json::to_value(ruling)? });
        }
    };
    let out = &engine.vendors.outreach;
    let recipient = recipient(who);
    let keys = (grant.approved(), &cleared);
    let mut effect = effect(item, out.vendor(), "enrol", EffectClass::LookUp, &who.payload_hash());
    effect.gate = Some(gate.0.clone());
    let call = || async { Ok(Value::from(out.enrol(campaign, &recipient, keys).await?)) };
    let look = || async {
        let Some(found) = out.find_lead(campaign, &recipient.email).await? else { return Ok(None) };
        if !found.released {
            out.release(campaign, &found.id, keys).await?;
        }
        Ok(Some(Value::from(found.id)))
    };
    let id = effects::perform(engine, item, &effect, call, look).await?;
    Ok(Answer::Enrolled { id: id.as_str().unwrap_or_default().to_owned(), ruling: serde_json::to_value(ruling)? })
}

/// Second key: the rules are asked now, with the mail as it is; the "sending" row is written in the same transaction.
async fn permit(engine: &Engine, run: &RunRow, who: &Outgoing) -> WorkResult<Result<(Cleared, Ruling), Ruling>> {
    let now = engine.clock.now();
    let mut tx = engine.store.begin().await?;
    let row = leads::one_of_run(&mut tx, &run.id, &who.lead).await?;
    let row = row.ok_or_else(|| WorkError::Refused("send: the lead is gone".to_owned()))?;
    let same = row.lead.email.as_deref().and_then(identity::email_key) == identity::email_key(&who.email);
    if !same || !matches!(row.state, LeadState::Kept | LeadState::Enrolled) {
        return Err(WorkError::Refused("send: the lead changed since it was approved".to_owned()));
    }
    let mut question = question(&mut tx, engine, run, &row.lead).await?;
    if row.detail.get("reviewed_by").is_some() {
        question.campaign.reviewed_countries.extend(row.lead.country_or_seat().map(str::to_owned));
    }
    for (place, mail) in who.draft.mails.iter().enumerate().rev() {
        question.campaign.rendered = Some(Rendered {
            subject: mail.subject.clone(),
            body: mail.body.clone(),
            first: place == 0,
            // The outreach vendor sets List-Unsubscribe and List-Unsubscribe-Post on every mail.
            headers_one_click: true,
            sender: engine.rules.sender.clone(),
        });
        if let Err(ruling) = clear(&question, &engine.rules.regions, &who.email, &who.payload_hash()) {
            return Ok(Err(ruling));
        }
    }
    let cleared = match clear(&question, &engine.rules.regions, &who.email, &who.payload_hash()) {
        Ok(cleared) => cleared,
        Err(ruling) => return Ok(Err(ruling)),
    };
    if !cleared.covers(&who.email, &who.payload_hash(), run.id.as_str(), now) {
        return Err(WorkError::Refused("send: the permit is not for this mail".to_owned()));
    }
    let ruling = Ruling {
        verdict: RulingVerdict::Allow,
        reasons: Vec::new(),
        risk: 0.0,
        table_hash: engine.rules.regions.hash().to_owned(),
    };
    let enrolment = enrolment(run, who, &company_key(&row.lead), &ruling, now)?;
    outreach::put_enrolment(&mut tx, &enrolment).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Ok((cleared, ruling)))
}

fn enrolment(run: &RunRow, who: &Outgoing, company: &str, ruling: &Ruling, now: Millis) -> WorkResult<Enrolment> {
    Ok(Enrolment {
        campaign: campaign_id(run),
        lead: who.lead.clone(),
        email_key: identity::email_key(&who.email).unwrap_or_default(),
        company_key: company.to_owned(),
        vendor_lead: None,
        payload_hash: who.payload_hash(),
        ruling: serde_json::to_value(ruling)?,
        state: "sending".to_owned(),
        at: now,
    })
}

fn recipient(who: &Outgoing) -> Recipient {
    let (given_name, surname) = who.name.split_once(' ').unwrap_or((who.name.as_str(), ""));
    let mut variables = BTreeMap::new();
    for mail in &who.draft.mails {
        variables.insert(format!("qd_subject_{}", mail.step), mail.subject.clone());
        variables.insert(format!("qd_body_{}", mail.step), mail.body.clone());
    }
    Recipient {
        email: who.email.clone(),
        given_name: given_name.to_owned(),
        surname: surname.to_owned(),
        company: who.company.clone(),
        title: who.title.clone(),
        linkedin_url: None,
        zone: who.zone.clone(),
        variables,
    }
}

async fn start(engine: &Engine, item: &ItemRow, gate: &GateId, campaign: &str) -> WorkResult<Answer> {
    let grant = engine.grants.of(engine, gate).await?;
    let out = &engine.vendors.outreach;
    let mut effect = effect(item, out.vendor(), "start campaign", EffectClass::Idempotent, &campaign);
    effect.gate = Some(gate.0.clone());
    let call = || async {
        out.start(campaign, grant.approved()).await?;
        Ok(json!(true))
    };
    effects::perform(engine, item, &effect, call, effects::nothing_to_look_up).await?;
    Ok(Answer::Started)
}

/// Every hand-over is mirrored in the CRM, as many in one call as it takes.
async fn log_items(cx: &mut StepCx<'_>) -> WorkResult<Next> {
    let people = leads::ids_of_run(cx.conn, &cx.run.id, LeadState::Enrolled).await?;
    let crm = cx.engine.vendors.crm.clone();
    let chunks = people.chunks(crm.batch_max().max(1)).enumerate();
    let items: WorkResult<Vec<NewItem>> = chunks
        .map(|(index, chunk)| {
            let ask = Ask::LogMany { leads: chunk.to_vec() };
            Ok(cx.item(crm.vendor(), &format!("log:{index:04}"), chunk.len(), serde_json::to_value(ask)?))
        })
        .collect();
    Ok(Next::Items(items?))
}

/// Notes have no key at the vendor: after a lost answer each contact's notes are read before one is written again.
async fn log(engine: &Engine, run: &RunRow, item: &ItemRow, people: &[LeadId]) -> WorkResult<Answer> {
    let notes = notes(engine, run, item, people).await?;
    let crm = &engine.vendors.crm;
    let keys: Vec<&str> = notes.iter().map(|note| note.key.as_str()).collect();
    let effect = effect(item, crm.vendor(), "log activity", EffectClass::LookUp, &keys);
    let refused = |outcomes: Vec<Upserted>| {
        Value::from(outcomes.iter().filter(|outcome| matches!(outcome, Upserted::Refused { .. })).count())
    };
    let call = || async { Ok(refused(crm.log_activities(&notes).await?)) };
    let look = || async {
        let found = crm.find_activities(&notes).await?;
        let missing: Vec<CrmActivity> =
            notes.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(note, _)| note.clone()).collect();
        if missing.len() == notes.len() {
            return Ok(None);
        }
        Ok(Some(refused(crm.log_activities(&missing).await?)))
    };
    let refused = effects::perform(engine, item, &effect, call, look).await?;
    Ok(Answer::LoggedMany { refused: usize::try_from(refused.as_u64().unwrap_or(0)).unwrap_or(0) })
}

async fn notes(engine: &Engine, run: &RunRow, item: &ItemRow, people: &[LeadId]) -> WorkResult<Vec<CrmActivity>> {
    let mut notes = Vec::with_capacity(people.len());
    let mut conn = engine.store.conn().await?;
    for lead in people {
        let contact = leads::get(&mut conn, lead).await?.and_then(|lead| lead.crm).map(|crm| crm.contact_id);
        let Some(contact_id) = contact.filter(|id| !id.is_empty()) else { continue };
        notes.push(CrmActivity {
            contact_id,
            kind: "note".to_owned(),
            subject: run.plan.campaign.clone(),
            body: format!("Enrolled in \"{}\" (run {}).", run.plan.campaign, run.code),
            at: engine.clock.now(),
            key: note_key(item, lead),
        });
    }
    Ok(notes)
}

/// An item of the first migration level stands for one lead and has its name.
fn note_key(item: &ItemRow, lead: &LeadId) -> String {
    if item.key.ends_with(lead.as_str()) { item.key.clone() } else { format!("{}:{lead}", item.key) }
}

fn campaign_id(run: &RunRow) -> CampaignId {
    outreach::campaign_id(&run.id)
}

fn campaign_row(
    cx: &StepCx<'_>,
    gate: &GateId,
    vendor_id: &str,
    state: &str,
    started_at: Option<Millis>,
) -> CampaignRow {
    CampaignRow {
        id: campaign_id(cx.run),
        run: cx.run.id.clone(),
        thread: cx.run.thread.clone(),
        name: cx.run.plan.campaign.clone(),
        vendor: cx.engine.vendors.outreach.vendor().to_owned(),
        vendor_id: Some(vendor_id.to_owned()),
        state: state.to_owned(),
        gate: gate.0.clone(),
        setup: json!({}),
        at: cx.now,
        started_at,
    }
}
