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
use crate::run::gate::Approved;
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
use crate::store::runs;
use crate::store::runs::RunRow;

pub struct Launch;

#[derive(Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Ask {
    Campaign { gate: GateId },
    Enrol { gate: GateId, lead: LeadId, campaign: String },
    Start { gate: GateId, campaign: String },
    Log { lead: LeadId },
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
            Ask::Log { lead } => log(engine, run, item, &lead).await?,
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
                set_enrolment(cx, &lead, Some(id), ruling, "enrolled").await?;
                let reason =
                    leads::one_of_run(cx.conn, &cx.run.id, &lead).await?.map(|row| row.reason).unwrap_or_default();
                leads::set_state(cx.conn, &cx.run.id, &lead, LeadState::Enrolled, &reason).await?;
                cx.add("enrolled", 1);
            }
            (Ask::Enrol { lead, .. }, Answer::Held { reason, ruling }) => {
                set_enrolment(cx, &lead, None, ruling, "ended").await?;
                leads::set_state(cx.conn, &cx.run.id, &lead, LeadState::LeftOut, &reason).await?;
                cx.add("held", 1);
            }
            (Ask::Start { gate, campaign }, Answer::Started) => {
                let row = campaign_row(cx, &gate, &campaign, "running", Some(cx.now));
                outreach::put_campaign(cx.conn, &row).await?;
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

/// First key: the stored decision, the same bytes, and all who decided still may (their roles are read again).
async fn approval(engine: &Engine, id: &GateId) -> WorkResult<(Approved, LaunchPayload)> {
    let mut conn = engine.store.conn().await?;
    let approved = gates::approval(&mut conn, id).await?;
    let gate = gates::get(&mut conn, id).await?;
    let (Some(approved), Some(gate)) = (approved, gate) else {
        return Err(WorkError::Refused("send: there is no valid approval for exactly this".to_owned()));
    };
    let starter = runs::get(&mut conn, &gate.run).await?.map(|run| run.started_by).unwrap_or_default();
    let deciders = engine.rules.deciders(&[], &starter, engine.clock.now());
    if !approved.voices().iter().all(|voice| deciders.still_stands(voice, &gate.roles)) {
        return Err(WorkError::Refused("send: the person who approved it may not approve it any more".to_owned()));
    }
    Ok((approved, payload_of(&gate)?))
}

fn payload_of(gate: &Gate) -> WorkResult<LaunchPayload> {
    Ok(serde_json::from_value(gate.payload.clone())?)
}

async fn campaign(engine: &Engine, run: &RunRow, item: &ItemRow, gate: &GateId) -> WorkResult<Answer> {
    let (approved, payload) = approval(engine, gate).await?;
    if let Some(id) = taken_over(engine, run).await? {
        return Ok(Answer::Campaign { id });
    }
    let setup = setup(engine, run, &payload);
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
    let stored = gates::get(cx.conn, gate).await?;
    let payload = payload_of(&stored.ok_or_else(|| WorkError::Refused("find the approved preview".to_owned()))?)?;
    let vendor = cx.engine.vendors.outreach.vendor();
    let items: WorkResult<Vec<NewItem>> = payload
        .recipients
        .iter()
        .map(|who| {
            let ask = Ask::Enrol { gate: gate.clone(), lead: who.lead.clone(), campaign: campaign.to_owned() };
            Ok(cx.item(vendor, &format!("enrol:{}", who.lead), 1, serde_json::to_value(ask)?))
        })
        .collect();
    Ok(Next::Items(items?))
}

/// Both keys, then the hand-over. What the rules refuse now is not sent, whatever was approved.
async fn enrol(engine: &Engine, run: &RunRow, item: &ItemRow, at: (&GateId, &LeadId, &str)) -> WorkResult<Answer> {
    let (gate, lead, campaign) = at;
    let (approved, payload) = approval(engine, gate).await?;
    let who = payload.recipients.iter().find(|who| who.lead == *lead);
    let who = who.ok_or_else(|| WorkError::Refused("send: this person is not in the approved preview".to_owned()))?;
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
    let keys = (&approved, &cleared);
    let mut effect = effect(item, out.vendor(), "enrol", EffectClass::LookUp, &who.payload_hash());
    effect.gate = Some(approved.gate().0.clone());
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

async fn set_enrolment(
    cx: &mut StepCx<'_>,
    lead: &LeadId,
    id: Option<String>,
    ruling: Value,
    state: &str,
) -> WorkResult<()> {
    let all = outreach::enrolments(cx.conn, &campaign_id(cx.run)).await?;
    if let Some(mut row) = all.into_iter().find(|row| row.lead == *lead) {
        row.vendor_lead = id;
        row.ruling = ruling;
        // Who answered or left meanwhile stays as it is.
        if row.state == "sending" {
            row.state = state.to_owned();
        }
        outreach::put_enrolment(cx.conn, &row).await?;
    }
    Ok(())
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
    let (approved, _) = approval(engine, gate).await?;
    let out = &engine.vendors.outreach;
    let mut effect = effect(item, out.vendor(), "start campaign", EffectClass::Idempotent, &campaign);
    effect.gate = Some(approved.gate().0.clone());
    let call = || async {
        out.start(campaign, &approved).await?;
        Ok(json!(true))
    };
    effects::perform(engine, item, &effect, call, effects::nothing_to_look_up).await?;
    Ok(Answer::Started)
}

/// Every hand-over is mirrored in the CRM.
async fn log_items(cx: &mut StepCx<'_>) -> WorkResult<Next> {
    let rows = leads::of_run(cx.conn, &cx.run.id, Some(LeadState::Enrolled)).await?;
    let vendor = cx.engine.vendors.crm.vendor();
    let with_contact =
        rows.into_iter().filter(|row| row.lead.crm.as_ref().is_some_and(|crm| !crm.contact_id.is_empty()));
    let items: WorkResult<Vec<NewItem>> = with_contact
        .map(|row| {
            let ask = Ask::Log { lead: row.lead.id.clone() };
            Ok(cx.item(vendor, &format!("log:{}", row.lead.id), 1, serde_json::to_value(ask)?))
        })
        .collect();
    Ok(Next::Items(items?))
}

async fn log(engine: &Engine, run: &RunRow, item: &ItemRow, lead: &LeadId) -> WorkResult<Answer> {
    let stored = {
        let mut conn = engine.store.conn().await?;
        leads::get(&mut conn, lead).await?
    };
    let contact = stored.and_then(|lead| lead.crm).map(|crm| crm.contact_id).unwrap_or_default();
    let activity = CrmActivity {
        contact_id: contact,
        kind: "note".to_owned(),
        subject: run.plan.campaign.clone(),
        body: format!("Enrolled in \"{}\" (run {}).", run.plan.campaign, run.code),
        at: engine.clock.now(),
        key: item.key.clone(),
    };
    let crm = &engine.vendors.crm;
    let effect = effect(item, crm.vendor(), "log activity", EffectClass::Idempotent, &activity.key);
    let call = || async { Ok(Value::from(crm.log_activity(&activity).await?)) };
    effects::perform(engine, item, &effect, call, effects::nothing_to_look_up).await?;
    Ok(Answer::Logged)
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
