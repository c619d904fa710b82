//! Our rows beside the outreach vendor's after a restore: what the vendor has and a backup lost is taken into our rows, so
//! that nobody is handed over twice; what does not fit is listed for a person. Only reads the vendor.
use serde_json::json;

use crate::domain::identity;
use crate::domain::identity::email_key;
use crate::domain::ids::RunId;
use crate::domain::lead::Lead;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::engagement::leaves_as;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::Stop;
use crate::orchestrator::text;
use crate::ports::error::PortError;
use crate::ports::vendors::FoundCampaign;
use crate::ports::vendors::FoundPerson;
use crate::run::launch::LaunchPayload;
use crate::run::state::StepKind;
use crate::store::audit;
use crate::store::events;
use crate::store::gates;
use crate::store::leads;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::outreach;
use crate::store::outreach::CampaignRow;
use crate::store::outreach::Enrolment;
use crate::store::runs;
use crate::store::runs::RunRow;
use crate::store::suppression;
use crate::store::suppression::Suppressed;

/// Newest runs that are looked at; a backup that is older than so many runs is not gone on with.
const RUNS_MAX: i64 = 1_000;
/// Differences named on the card; the others are counted.
const OPEN_MAX: usize = 20;
const NAME_CHARS_MAX: usize = 80;

/// What was compared, found and taken over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub campaigns: i64,
    pub campaigns_taken: i64,
    pub people: i64,
    pub people_taken: i64,
    pub suppressed: i64,
    /// In words, untrusted names cut to one line.
    pub open: Vec<Difference>,
    pub open_more: i64,
}

/// A difference that nobody but a person can resolve.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Difference {
    /// Ours and not there.
    CampaignGone { campaign: String },
    /// Handed over by our rows, and not there.
    PeopleGone { campaign: String, people: i64 },
    /// There, and nobody we know.
    PeopleUnknown { campaign: String, people: i64 },
    /// Named as ours, of a run that began after the backup.
    CampaignUnknown { campaign: String },
}

pub enum Unread {
    Vendor(PortError),
    Stop(Stop),
}

impl From<Stop> for Unread {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<StoreError> for Unread {
    fn from(error: StoreError) -> Self {
        Self::Stop(error.into())
    }
}

impl From<PortError> for Unread {
    fn from(error: PortError) -> Self {
        Self::Vendor(error)
    }
}

/// A run that may have a campaign, as our rows have it.
struct Launchable {
    run: RunRow,
    /// The name it has, or would have, at the vendor.
    name: String,
    payload: Option<LaunchPayload>,
    gate: String,
    row: Option<CampaignRow>,
}

pub async fn compare(desk: &Orchestrator) -> Result<Findings, Unread> {
    let ours = launchable(desk).await?;
    let theirs = desk.vendors.outreach.all_campaigns().await?;
    let mut findings = Findings::default();
    for one in &ours {
        match theirs.iter().find(|campaign| is_of(campaign, one)) {
            Some(campaign) => {
                let people = desk.vendors.outreach.all_people(&campaign.id).await?;
                let mut tx = desk.store.begin().await?;
                take_over(desk, &mut tx, (one, campaign, &people), &mut findings).await?;
                tx.commit().await.map_err(StoreError::from)?;
            }
            None if one.row.is_some() => {
                findings.differs(Difference::CampaignGone { campaign: text::line(&one.name, NAME_CHARS_MAX) });
            }
            None => {}
        }
    }
    for campaign in theirs.iter().filter(|campaign| looks_like_ours(&campaign.name)) {
        if !ours.iter().any(|one| is_of(campaign, one)) {
            findings.differs(Difference::CampaignUnknown { campaign: text::line(&campaign.name, NAME_CHARS_MAX) });
        }
    }
    let stopped = desk.vendors.outreach.all_unsubscribed().await?;
    findings.suppressed = suppress(desk, &stopped).await?;
    Ok(findings)
}

impl Findings {
    fn differs(&mut self, difference: Difference) {
        if self.open.len() < OPEN_MAX { self.open.push(difference) } else { self.open_more += 1 }
    }
}

fn is_of(campaign: &FoundCampaign, one: &Launchable) -> bool {
    let known = one.row.as_ref().and_then(|row| row.vendor_id.as_deref());
    known == Some(campaign.id.as_str()) || campaign.name == one.name
}

/// `Fintech finance · 7K2`: how campaigns of ours end.
fn looks_like_ours(name: &str) -> bool {
    let code = name.rsplit_once(" · ").map(|(_, code)| code);
    code.is_some_and(|code| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
}

async fn launchable(desk: &Orchestrator) -> Outcome<Vec<Launchable>> {
    let mut c = desk.store.conn().await?;
    let mut found = Vec::new();
    for run in runs::newest(&mut c, RUNS_MAX).await? {
        if run.plan.step_index(StepKind::Launch).is_none() {
            continue;
        }
        let row = outreach::campaign_of_run(&mut c, &run.id).await?;
        if row.is_none() && run.state.is_over() {
            continue;
        }
        let gate = match run.plan.step_index(StepKind::Preview) {
            Some(step) => gates::newest(&mut c, &run.id, step as i64).await?.map(|(gate, _)| gate),
            None => None,
        };
        let (gate, payload) = match gate {
            Some(gate) => (gate.id.0, serde_json::from_value::<LaunchPayload>(gate.payload).ok()),
            None => (String::new(), None),
        };
        let campaign = payload.as_ref().map_or(&run.plan.campaign, |payload| &payload.campaign);
        let name = outreach::name_at_vendor(campaign, &run.code);
        found.push(Launchable { name, payload, gate, row, run });
    }
    Ok(found)
}

/// One campaign in one transaction.
async fn take_over(
    desk: &Orchestrator,
    c: &mut Conn,
    what: (&Launchable, &FoundCampaign, &[FoundPerson]),
    findings: &mut Findings,
) -> Outcome<()> {
    let (ours, theirs, people) = what;
    findings.campaigns += 1;
    findings.people += people.len() as i64;
    // Made and left empty: whoever goes on finds it by its name and sets it up.
    if ours.row.is_none() && (theirs.running || !people.is_empty()) {
        outreach::put_campaign(c, &campaign_row(desk, ours, theirs)).await?;
        audit::append(c, desk.clock.now(), "restore", "campaign.found", (ours.run.id.as_str(), "")).await?;
        findings.campaigns_taken += 1;
    }
    let campaign = text::line(&ours.name, NAME_CHARS_MAX);
    let known = outreach::enrolments(c, &outreach::campaign_id(&ours.run.id)).await?;
    let is_there = |row: &Enrolment| people.iter().any(|one| email_key(&one.email).as_deref() == Some(&row.email_key));
    let gone = known.iter().filter(|row| row.vendor_lead.is_some() && !is_there(row)).count();
    if gone > 0 {
        findings.differs(Difference::PeopleGone { campaign: campaign.clone(), people: gone as i64 });
    }
    let mut unknown = 0;
    // Who waits there for a release was not handed over: that goes on by itself.
    for person in people.iter().filter(|person| person.released) {
        let Some(key) = email_key(&person.email) else { continue };
        if known.iter().any(|row| row.email_key == key && row.vendor_lead.is_some()) {
            continue;
        }
        match of_run(c, &ours.run.id, &key).await? {
            Some(lead) => {
                let row = enrolment(desk, c, (ours, theirs), (person, &key, &lead)).await?;
                outreach::put_enrolment(c, &row).await?;
                audit::append(c, desk.clock.now(), "restore", "enrolment.found", (row.lead.as_str(), "")).await?;
                findings.people_taken += 1;
            }
            None => unknown += 1,
        }
    }
    if unknown > 0 {
        findings.differs(Difference::PeopleUnknown { campaign, people: unknown });
    }
    Ok(())
}

fn campaign_row(desk: &Orchestrator, ours: &Launchable, theirs: &FoundCampaign) -> CampaignRow {
    let now = desk.clock.now();
    CampaignRow {
        id: outreach::campaign_id(&ours.run.id),
        run: ours.run.id.clone(),
        thread: ours.run.thread.clone(),
        name: ours.run.plan.campaign.clone(),
        vendor: desk.vendors.outreach.vendor().to_owned(),
        vendor_id: Some(theirs.id.clone()),
        state: if theirs.running { "running" } else { "created" }.to_owned(),
        gate: ours.gate.clone(),
        setup: json!({}),
        at: now,
        started_at: theirs.running.then_some(now),
    }
}

/// The lead with this address, if it is one of the run's.
async fn of_run(c: &mut Conn, run: &RunId, key: &str) -> Outcome<Option<Lead>> {
    let Some(lead) = leads::by_email(c, key).await? else { return Ok(None) };
    Ok(leads::one_of_run(c, run, &lead.id).await?.map(|row| row.lead))
}

/// As it would stand here if the backup knew of it: events that came meanwhile count.
async fn enrolment(
    desk: &Orchestrator,
    c: &mut Conn,
    at: (&Launchable, &FoundCampaign),
    who: (&FoundPerson, &str, &Lead),
) -> Outcome<Enrolment> {
    let ((ours, theirs), (person, key, lead)) = (at, who);
    let vendor = desk.vendors.outreach.vendor();
    let past = events::of_person(c, vendor, &theirs.id, key).await?;
    let outgoing = ours.payload.as_ref().and_then(|payload| payload.recipients.iter().find(|one| one.lead == lead.id));
    Ok(Enrolment {
        campaign: outreach::campaign_id(&ours.run.id),
        lead: lead.id.clone(),
        email_key: key.to_owned(),
        company_key: lead.company.domain.clone().unwrap_or_else(|| identity::company_key(&lead.company.name)),
        vendor_lead: Some(person.id.clone()),
        payload_hash: outgoing.map(|one| one.payload_hash()).unwrap_or_default(),
        ruling: json!({ "found_after_restore": true }),
        state: past.iter().rev().find_map(leaves_as).unwrap_or("enrolled").to_owned(),
        at: desk.clock.now(),
    })
}

/// How many are new to us.
async fn suppress(desk: &Orchestrator, stopped: &[String]) -> Outcome<i64> {
    let vendor = desk.vendors.outreach.vendor();
    let now = desk.clock.now();
    let mut new = 0;
    let mut tx = desk.store.begin().await?;
    for value in stopped {
        let (kind, key) = match email_key(value) {
            Some(key) => ("email", key),
            None => ("domain", identity::domain_key(value)),
        };
        let row = Suppressed {
            kind: kind.to_owned(),
            key,
            reason: "unsubscribed".to_owned(),
            source: format!("{vendor}:restore"),
            at: now,
        };
        if !row.key.is_empty() && suppression::add(&mut tx, &row).await? {
            if kind == "email" {
                outreach::leave_all(&mut tx, &row.key, "unsubscribed").await?;
            }
            new += 1;
        }
    }
    if new > 0 {
        audit::append(&mut tx, now, "restore", "suppress", (vendor, "")).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn campaigns_of_ours_are_known_by_their_end() {
        let cases = [
            ("Fintech finance · 7K2", true),
            ("a · b · X6X", true),
            ("Fintech finance", false),
            ("Fintech · q3!", false),
            ("Fintech · 2026", false),
            (" · ABC", true),
        ];
        for (name, ours) in cases {
            assert_eq!(looks_like_ours(name), ours, "{name}");
        }
    }
}
