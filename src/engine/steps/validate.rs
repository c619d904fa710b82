//! Validate: what the CRM and the outreach vendor know of these people, the score, and what the law says.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::domain::compliance::decide::Ruling;
use crate::domain::compliance::decide::RulingVerdict;
use crate::domain::compliance::decide::decide;
use crate::domain::compliance::facts::CampaignFacts;
use crate::domain::compliance::facts::Question;
use crate::domain::compliance::facts::SendCounts;
use crate::domain::identity;
use crate::domain::ids::LeadId;
use crate::domain::ids::RunId;
use crate::domain::lead::CrmLink;
use crate::domain::lead::Lead;
use crate::domain::person::Role;
use crate::domain::score;
use crate::domain::score::ScoreFacts;
use crate::domain::time::DAY;
use crate::domain::title;
use crate::engine::context::Engine;
use crate::engine::executor::Executor;
use crate::engine::executor::NewGate;
use crate::engine::executor::Next;
use crate::engine::executor::StepCx;
use crate::engine::executor::WorkError;
use crate::engine::executor::WorkResult;
use crate::engine::steps::discover::keys_of;
use crate::engine::steps::discover::millionths;
use crate::ports::vendors::CrmRecord;
use crate::run::deciders::Voice;
use crate::run::gate::Gate;
use crate::run::launch::CompliancePayload;
use crate::run::launch::Flagged;
use crate::run::state::GateKind;
use crate::run::state::LeadState;
use crate::store::items::ItemRow;
use crate::store::items::NewItem;
use crate::store::leads;
use crate::store::leads::Place;
use crate::store::leads::RunLead;
use crate::store::open::Conn;
use crate::store::outreach;
use crate::store::runs::RunRow;
use crate::store::suppression;
use crate::store::suppression::Suppressed;

/// Two calls for each address: small, so that a vendor who asks us to wait costs little work already done.
const OUTREACH_BATCH: usize = 10;
/// From so many addresses on the vendor's lists are read as a whole: fewer calls than asking for each.
const LISTS_FROM: usize = 250;
/// Leads judged in one transaction.
const CHUNK: i64 = 150;
/// In the step's output: the judging goes on, or is over.
const JUDGING: &str = "judging";
/// People of one company that are written to at a time.
const PER_COMPANY_MAX: i64 = 3;
const TOUCH_WINDOW_MS: i64 = 21 * DAY;

pub struct Validate;

#[derive(Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Ask {
    Crm {
        emails: Vec<String>,
    },
    Outreach {
        emails: Vec<String>,
    },
    /// Who is running or unsubscribed at the outreach vendor, from its lists.
    Lists,
    /// The next leads by rank; how many of each company go on so far.
    Judge {
        after: Place,
        companies: BTreeMap<String, i64>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Answer {
    Crm {
        contacts: Vec<(String, BTreeMap<String, String>)>,
    },
    Outreach {
        running: Vec<String>,
        unsubscribed: Vec<String>,
    },
    /// The lists are longer than asking for each address.
    TooLong,
    Judge,
}

#[async_trait::async_trait]
impl Executor for Validate {
    async fn begin(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        let emails = emails(cx.conn, &cx.run.id).await?;
        cx.note("checked", emails.len() as i64);
        let crm = cx.engine.vendors.crm.clone();
        let mut items = Vec::new();
        for (index, chunk) in emails.chunks(crm.batch_max().max(1)).enumerate() {
            let ask = serde_json::to_value(Ask::Crm { emails: chunk.to_vec() })?;
            items.push(cx.item(crm.vendor(), &format!("crm:{index:04}"), chunk.len(), ask));
        }
        if cx.run.plan.criteria.launch {
            items.extend(outreach_items(cx, &emails)?);
        }
        Ok(Next::Items(items))
    }

    async fn work(&self, engine: &Engine, run: &RunRow, item: &ItemRow) -> WorkResult<Value> {
        let answer = match serde_json::from_value(item.payload.clone())? {
            Ask::Crm { emails } => {
                let rows: Vec<CrmRecord> = engine.vendors.crm.contacts_by_email(&emails).await?;
                Answer::Crm { contacts: rows.into_iter().map(|row| (row.id, row.fields)).collect() }
            }
            Ask::Outreach { emails } => one_by_one(engine, &emails).await?,
            Ask::Lists => lists(engine, run).await?,
            Ask::Judge { .. } => Answer::Judge,
        };
        Ok(serde_json::to_value(answer)?)
    }

    async fn absorb(&self, cx: &mut StepCx<'_>, item: &ItemRow, answer: &Value) -> WorkResult<Vec<NewItem>> {
        match serde_json::from_value(answer.clone())? {
            Answer::Crm { contacts } => link(cx, contacts).await?,
            Answer::Outreach { running, unsubscribed } => {
                for email in unsubscribed {
                    suppress(cx, &email, "unsubscribed", "lemlist").await?;
                }
                let mut known = cx.step.output.get("running_list").cloned().unwrap_or_else(|| json!([]));
                if let Value::Array(list) = &mut known {
                    list.extend(running.into_iter().filter_map(|email| identity::email_key(&email)).map(Value::from));
                }
                cx.note("running_list", known);
            }
            Answer::TooLong => {
                let emails = emails(cx.conn, &cx.run.id).await?;
                return each_item(cx, &emails);
            }
            Answer::Judge => {
                if let Ask::Judge { after, companies } = serde_json::from_value(item.payload.clone())? {
                    return judge_chunk(cx, after, companies).await;
                }
            }
        }
        Ok(Vec::new())
    }

    /// When all look-ups are in, everybody is judged, in the order of rank.
    async fn settle(&self, cx: &mut StepCx<'_>) -> WorkResult<Next> {
        if cx.text(JUDGING).is_empty() {
            cx.note(JUDGING, "begun");
            return Ok(Next::Items(vec![judge_item(cx, Place::start(), BTreeMap::new())?]));
        }
        let flagged = flagged(cx).await?;
        let others = leads::count(cx.conn, &cx.run.id, LeadState::Kept).await?;
        cx.note("flagged", flagged.len() as i64);
        cx.note("kept", others);
        if flagged.is_empty() {
            return Ok(Next::Done);
        }
        let table_hash = cx.engine.rules.regions.hash().to_owned();
        let payload = serde_json::to_value(CompliancePayload { flagged, others, table_hash })?;
        let roles = vec![Role::Compliance, Role::Manager];
        Ok(Next::Gate(NewGate { id: None, kind: GateKind::Compliance, payload, roles, quorum: 1 }))
    }

    /// Those let through by compliance go on under that name; the others stay as research.
    async fn decided(&self, cx: &mut StepCx<'_>, gate: &Gate) -> WorkResult<Next> {
        let payload: CompliancePayload = serde_json::from_value(gate.payload.clone())?;
        let allowed: Vec<LeadId> =
            gate.decision.get("allow").and_then(|list| serde_json::from_value(list.clone()).ok()).unwrap_or_default();
        let voice = gate.decided_by.clone().unwrap_or_else(|| Voice::own(""));
        let absences = cx.engine.rules.absences(cx.conn).await?;
        let deciders = cx.engine.rules.deciders(&absences, &cx.run.started_by, cx.now);
        let (by, name) = (voice.person.clone(), deciders.words(&voice));
        let is_compliance = deciders.still_stands(&voice, &[Role::Compliance]);
        for flag in payload.flagged {
            if flag.reviewable && is_compliance && allowed.contains(&flag.lead) {
                if let Some(mut row) = leads::one_of_run(cx.conn, &cx.run.id, &flag.lead).await? {
                    row.state = LeadState::Kept;
                    row.reason = format!("let through by {name}");
                    row.detail["reviewed_by"] = Value::from(by.clone());
                    leads::update_in_run(cx.conn, &cx.run.id, &row).await?;
                }
            } else {
                let reason = format!("not mailed, kept as research: {}", flag.country);
                leads::set_state(cx.conn, &cx.run.id, &flag.lead, LeadState::Research, &reason).await?;
            }
        }
        let kept = leads::count(cx.conn, &cx.run.id, LeadState::Kept).await?;
        cx.note("kept", kept);
        Ok(Next::Done)
    }
}

/// Addresses of those that are still in, by rank.
async fn emails(c: &mut Conn, run: &RunId) -> WorkResult<Vec<String>> {
    let mut emails = Vec::new();
    let mut after = Place::start();
    loop {
        let rows = leads::page_of_run(c, run, Some(LeadState::Kept), &after, CHUNK).await?;
        let Some(last) = rows.last() else { return Ok(emails) };
        after = Place::of(last);
        emails.extend(rows.into_iter().filter_map(|row| row.lead.email));
    }
}

fn outreach_items(cx: &StepCx<'_>, emails: &[String]) -> WorkResult<Vec<NewItem>> {
    if emails.len() < LISTS_FROM {
        return each_item(cx, emails);
    }
    let vendor = cx.engine.vendors.outreach.vendor();
    Ok(vec![cx.item(vendor, "outreach:lists", emails.len(), serde_json::to_value(Ask::Lists)?)])
}

fn each_item(cx: &StepCx<'_>, emails: &[String]) -> WorkResult<Vec<NewItem>> {
    let vendor = cx.engine.vendors.outreach.vendor();
    let chunks = emails.chunks(OUTREACH_BATCH).enumerate();
    chunks
        .map(|(index, chunk)| {
            let ask = serde_json::to_value(Ask::Outreach { emails: chunk.to_vec() })?;
            Ok(cx.item(vendor, &format!("outreach:{index:04}"), chunk.len(), ask))
        })
        .collect()
}

async fn one_by_one(engine: &Engine, emails: &[String]) -> WorkResult<Answer> {
    let running = engine.vendors.outreach.running_elsewhere(emails).await?;
    let mut unsubscribed = Vec::new();
    for email in emails {
        if engine.vendors.outreach.is_unsubscribed(email).await? {
            unsubscribed.push(email.clone());
        }
    }
    Ok(Answer::Outreach { running, unsubscribed })
}

/// Campaigns that we filled are not read: who is in them stands in our rows, and is asked of them by `judge`.
async fn lists(engine: &Engine, run: &RunRow) -> WorkResult<Answer> {
    let out = &engine.vendors.outreach;
    let (wanted, ours) = {
        let mut conn = engine.store.conn().await?;
        (emails(&mut conn, &run.id).await?, outreach::vendor_ids(&mut conn, out.vendor()).await?)
    };
    let wanted: BTreeSet<String> = wanted.iter().filter_map(|email| identity::email_key(email)).collect();
    let (running, unsubscribed) =
        (out.people_of_others(&ours, wanted.len()).await?, out.unsubscribed(wanted.len()).await?);
    let (Some(running), Some(unsubscribed)) = (running, unsubscribed) else { return Ok(Answer::TooLong) };
    let among = |list: Vec<String>| -> Vec<String> {
        list.into_iter().filter(|email| identity::email_key(email).is_some_and(|key| wanted.contains(&key))).collect()
    };
    Ok(Answer::Outreach { running: among(running), unsubscribed: among(unsubscribed) })
}

fn judge_item(cx: &StepCx<'_>, after: Place, companies: BTreeMap<String, i64>) -> WorkResult<NewItem> {
    let key = format!("judge:{}:{}", after.position, after.lead);
    Ok(cx.own_item(&key, serde_json::to_value(Ask::Judge { after, companies })?))
}

async fn judge_chunk(
    cx: &mut StepCx<'_>,
    mut after: Place,
    mut companies: BTreeMap<String, i64>,
) -> WorkResult<Vec<NewItem>> {
    let known = cx.step.output.get("running_list").and_then(|list| serde_json::from_value(list.clone()).ok());
    let running: BTreeSet<String> = known.unwrap_or_default();
    let rows = leads::page_of_run(cx.conn, &cx.run.id, Some(LeadState::Kept), &after, CHUNK).await?;
    let full = rows.len() as i64 == CHUNK;
    for row in rows {
        after = Place::of(&row);
        let company = company_key(&row.lead);
        let of_company = companies.get(&company).copied().unwrap_or(0);
        if judge(cx, row, &running, of_company).await? == Judged::Goes {
            *companies.entry(company).or_default() += 1;
        }
    }
    if full { Ok(vec![judge_item(cx, after, companies)?]) } else { Ok(Vec::new()) }
}

/// Everybody who was flagged, with the ruling that was kept.
async fn flagged(cx: &mut StepCx<'_>) -> WorkResult<Vec<Flagged>> {
    let mut flagged = Vec::new();
    let mut after = Place::start();
    loop {
        let rows = leads::page_of_run(cx.conn, &cx.run.id, Some(LeadState::Flagged), &after, CHUNK).await?;
        let Some(last) = rows.last() else { return Ok(flagged) };
        after = Place::of(last);
        for mut row in rows {
            let ruling: Ruling = serde_json::from_value(row.detail["ruling"].take())?;
            flagged.push(flag(&row.lead, &ruling));
        }
    }
}

#[derive(PartialEq, Eq)]
enum Judged {
    Goes,
    Flagged,
    Out,
}

/// One lead: known troubles first, then its score, then the law.
async fn judge(
    cx: &mut StepCx<'_>,
    mut row: RunLead,
    running: &BTreeSet<String>,
    of_company: i64,
) -> WorkResult<Judged> {
    let engine = cx.engine;
    let key = row.lead.email.as_deref().and_then(identity::email_key).unwrap_or_default();
    let mut question = question(cx.conn, engine, cx.run, &row.lead).await?;
    let trouble = if let Some(reason) = question.suppressed.clone() {
        Some(("suppressed", format!("suppressed: {reason}")))
    } else if running.contains(&key) || !outreach::running_for(cx.conn, &key, &cx.run.id).await?.is_empty() {
        Some(("running", "already in a running sequence".to_owned()))
    } else if let Some(owner) = owned_by_other(cx, &row.lead) {
        Some(("other_owner", format!("{owner}'s contact in the CRM")))
    } else if of_company >= PER_COMPANY_MAX {
        Some(("company_cap", format!("{PER_COMPANY_MAX} people of the company are in already")))
    } else {
        None
    };
    if let Some((count, reason)) = trouble {
        cx.add(count, 1);
        row.state = LeadState::LeftOut;
        row.reason = reason;
        leads::update_in_run(cx.conn, &cx.run.id, &row).await?;
        return Ok(Judged::Out);
    }
    question.sent.company_running = 0;
    let ruling = decide(&question, &engine.rules.regions);
    let flagged = cx.run.plan.criteria.launch && matches!(ruling.verdict, RulingVerdict::Deny | RulingVerdict::Review);
    let profile = engine
        .rules
        .profile(&cx.run.plan.profile)
        .ok_or_else(|| WorkError::Refused("find the ICP profile".to_owned()))?;
    let facts = ScoreFacts { basis_missing: flagged, crm_duplicate: false, suppressed: false };
    let scored = score::score(&row.lead, profile, &facts, cx.now);
    row.score = millionths(scored.total);
    row.detail = json!({ "score": scored, "sentence": score::sentence(&scored), "ruling": ruling });
    let judged = if flagged {
        row.state = LeadState::Flagged;
        row.reason = "flagged by compliance".to_owned();
        Judged::Flagged
    } else if scored.total < profile.threshold() {
        cx.add("below", 1);
        row.state = LeadState::BelowThreshold;
        row.reason = format!("score below {:.2}", profile.threshold());
        Judged::Out
    } else {
        row.reason = score::sentence(&scored);
        Judged::Goes
    };
    leads::update_in_run(cx.conn, &cx.run.id, &row).await?;
    Ok(judged)
}

/// What the rules are asked about a lead of a run, with all that our rows know.
pub async fn question(c: &mut Conn, engine: &Engine, run: &RunRow, lead: &Lead) -> WorkResult<Question> {
    let now = engine.clock.now();
    let mut campaign = CampaignFacts::named(run.id.as_str());
    campaign.target_functions =
        run.plan.criteria.titles.iter().map(|wanted| title::classify(wanted).function).collect();
    campaign.lia_ref.clone_from(&engine.rules.lia_ref);
    let mut question = Question::for_lead(lead, campaign, now);
    // The outreach vendor holds each mail until the recipient's window is open.
    question.window_applies = false;
    question.suppressed = suppression::reason(c, &question.email_key).await?;
    let (company, touches) =
        outreach::load_of(c, &company_key(lead), &question.email_key, now.plus(-TOUCH_WINDOW_MS)).await?;
    question.sent = SendCounts {
        person_21d: u32::try_from(touches).unwrap_or(u32::MAX),
        company_running: u32::try_from(company).unwrap_or(u32::MAX),
        ..SendCounts::default()
    };
    question.consent = consent(c, &question.email_key).await?;
    Ok(question)
}

async fn consent(c: &mut Conn, email_key: &str) -> WorkResult<Option<crate::domain::compliance::facts::Consent>> {
    let Some(row) = suppression::consent(c, email_key).await? else { return Ok(None) };
    // A basis whose word we do not know is no basis.
    let Ok(basis) = serde_json::from_value(Value::from(row.basis)) else { return Ok(None) };
    Ok(Some(crate::domain::compliance::facts::Consent {
        basis,
        reference: row.reference,
        expires_at: (row.expires_at.0 > 0).then_some(row.expires_at),
        proof: (!row.proof.is_empty()).then_some(row.proof),
    }))
}

pub fn company_key(lead: &Lead) -> String {
    lead.company.domain.clone().unwrap_or_else(|| identity::company_key(&lead.company.name))
}

fn flag(lead: &Lead, ruling: &Ruling) -> Flagged {
    // The strictest reason speaks; the others are counted here and kept whole with the ruling.
    let more = match ruling.reasons.len() {
        0 | 1 => String::new(),
        count => format!(" (+{} more)", count - 1),
    };
    let first = ruling.reasons.first();
    Flagged {
        lead: lead.id.clone(),
        name: lead.full_name(),
        title: lead.title.clone().unwrap_or_default(),
        company: lead.company.name.clone(),
        country: lead.country_or_seat().unwrap_or("not known").to_owned(),
        rule: ruling.reasons.first().map(|reason| reason.rule.clone()).unwrap_or_default(),
        reason: first.map(|reason| format!("{}{more}", reason.text)).unwrap_or_default(),
        remedy: first.map(|reason| reason.remedy.clone()).unwrap_or_default(),
        reviewable: ruling.verdict == RulingVerdict::Review,
    }
}

/// The owner's name when the CRM says that this contact is somebody else's.
fn owned_by_other(cx: &StepCx<'_>, lead: &Lead) -> Option<String> {
    let owner = lead.crm.as_ref()?.owner.clone()?;
    let mine = &cx.run.started_by;
    let is = |id: &str| {
        owner.eq_ignore_ascii_case(id) || owner.split('@').next().is_some_and(|local| local.eq_ignore_ascii_case(id))
    };
    if is(mine) {
        return None;
    }
    let known = cx.engine.rules.persons.iter().find(|person| is(&person.id));
    known.filter(|person| person.is(Role::Rep)).map(|person| person.name.clone())
}

/// What the CRM holds goes onto the lead; a contact that opted out there is suppressed here.
async fn link(cx: &mut StepCx<'_>, contacts: Vec<(String, BTreeMap<String, String>)>) -> WorkResult<()> {
    for (id, fields) in contacts {
        let Some(key) = fields.get("email").and_then(|email| identity::email_key(email)) else { continue };
        let found = leads::with_email(cx.conn, &cx.run.id, LeadState::Kept, &key).await?;
        let Some(row) = found.into_iter().next() else { continue };
        let opted_out = fields.get("hs_email_optout").is_some_and(|value| value == "true");
        if opted_out {
            suppress(cx, &key, "do not contact", "hubspot").await?;
        }
        let mut lead = row.lead;
        lead.crm = Some(CrmLink {
            contact_id: id,
            company_id: fields.get("associatedcompanyid").cloned(),
            owner: fields.get("owner_email").or_else(|| fields.get("hubspot_owner_id")).cloned(),
            opted_out,
            lifecycle: fields.get("lifecyclestage").cloned(),
            fields,
        });
        leads::put(cx.conn, &lead, &keys_of(&lead), cx.now).await?;
    }
    Ok(())
}

async fn suppress(cx: &mut StepCx<'_>, email: &str, reason: &str, source: &str) -> WorkResult<()> {
    let Some(key) = identity::email_key(email) else { return Ok(()) };
    let row = Suppressed { kind: "email".into(), key, reason: reason.into(), source: source.into(), at: cx.now };
    suppression::add(cx.conn, &row).await?;
    Ok(())
}
