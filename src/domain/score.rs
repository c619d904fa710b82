//! How good a lead is, as a sum whose every part can be read. Deterministic: same lead, profile and time, same score.
pub mod fit;
pub mod intent;
pub mod lines;
pub mod reach;
pub mod words;

use serde::Deserialize;
use serde::Serialize;

use crate::domain::icp::profile::Profile;
use crate::domain::lead::Company;
use crate::domain::lead::Lead;
use crate::domain::lead::Provenance;
use crate::domain::score::lines::Group;
use crate::domain::score::lines::ScoreLine;
use crate::domain::time::Millis;

/// What the lead itself does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreFacts {
    /// Consent or another basis is needed where the lead sits, and none is recorded.
    pub basis_missing: bool,
    pub crm_duplicate: bool,
    pub suppressed: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The sum of the contributions; 0 if suppressed.
    pub total: f64,
    pub fit: f64,
    pub intent: f64,
    pub reachability: f64,
    pub risk: f64,
    /// How much of what the score looks at was known, and how well.
    pub confidence: f64,
    /// Why the lead may not be mailed, whatever the total.
    pub disqualified: Option<String>,
    pub lines: Vec<ScoreLine>,
    pub profile: String,
    pub profile_version: u32,
}

/// The whole score of a person.
pub fn score(lead: &Lead, profile: &Profile, facts: &ScoreFacts, now: Millis) -> Score {
    let mut lines = fit::lines(&lead.company, lead.country_or_seat(), profile);
    lines.push(fit::role(lead.title.as_deref(), profile));
    lines.extend(intent::lines(lead.signals.iter().chain(&lead.company.signals), profile, now));
    lines.extend(reach::reachability(lead, profile));
    lines.extend(reach::risk(lead, facts, profile, now));
    let known = known_share(&lines, profile) * provenance_trust(&lead.provenance, &lead.company.provenance);
    let mut score = sum(lines, profile, known);
    if facts.suppressed {
        score.disqualified = Some("on the suppression list".to_owned());
        score.total = 0.0;
    } else if facts.basis_missing {
        score.disqualified = Some("no basis for contact where one is needed; kept as research".to_owned());
    }
    score
}

/// The first fit at discovery, when nothing is paid for yet.
pub fn fit_of(lead: &Lead, profile: &Profile, now: Millis) -> f64 {
    score(lead, profile, &ScoreFacts::default(), now).fit
}

/// A company without a person: what needs one counts 0 and lowers the confidence.
pub fn score_company(company: &Company, profile: &Profile, now: Millis) -> Score {
    let mut lines = fit::lines(company, company.country.as_deref(), profile);
    lines.push(fit::role(None, profile));
    lines.extend(intent::lines(company.signals.iter(), profile, now));
    lines.extend(reach::nobody(profile));
    let known = known_share(&lines, profile) * provenance_trust(&company.provenance, &company.provenance);
    sum(lines, profile, known)
}

/// The score in words: "0.86: VP Finance at a 200-1,000 fintech using Snowflake; verified e-mail".
pub fn sentence(score: &Score) -> String {
    words::sentence(score)
}

fn sum(lines: Vec<ScoreLine>, profile: &Profile, confidence: f64) -> Score {
    let part =
        |group: Group| lines.iter().filter(|line| line.group == group).map(|line| line.contribution).sum::<f64>();
    let share = |group: Group, weight: f64| if weight > 0.0 { (part(group) / weight).clamp(0.0, 1.0) } else { 0.0 };
    let weights = &profile.weights;
    let risk = if weights.risk > 0.0 { 1.0 - share(Group::Risk, weights.risk) } else { 0.0 };
    let total: f64 = lines.iter().map(|line| line.contribution).sum();
    Score {
        total: total.clamp(0.0, 1.0),
        fit: share(Group::Fit, weights.fit),
        intent: share(Group::Intent, weights.intent),
        reachability: share(Group::Reachability, weights.reachability),
        risk,
        confidence: confidence.clamp(0.0, 1.0),
        disqualified: None,
        lines,
        profile: profile.name().to_owned(),
        profile_version: profile.version(),
    }
}

/// Of the weight of fit and reachability, the share whose value was known. Signals are not asked: no news is no gap.
fn known_share(lines: &[ScoreLine], profile: &Profile) -> f64 {
    let asked = profile.weights.fit + profile.weights.reachability;
    let counted = lines.iter().filter(|line| matches!(line.group, Group::Fit | Group::Reachability));
    let known: f64 = counted.filter(|line| line.is_known).map(|line| line.weight).sum();
    if asked > 0.0 { known / asked } else { 1.0 }
}

/// The mean confidence of the vendors' values; 1 when nothing says otherwise.
fn provenance_trust(
    one: &std::collections::BTreeMap<String, Provenance>,
    other: &std::collections::BTreeMap<String, Provenance>,
) -> f64 {
    let all: Vec<f64> = one.values().chain(other.values()).map(|said| said.confidence.clamp(0.0, 1.0)).collect();
    if all.is_empty() { 1.0 } else { all.iter().sum::<f64>() / all.len() as f64 }
}

#[cfg(test)]
mod tests;
