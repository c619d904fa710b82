//! Reachability and risk: what lets us write to a person, and what speaks against it.
use crate::domain::icp::profile::Profile;
use crate::domain::lead::Lead;
use crate::domain::lead::Verdict;
use crate::domain::score::ScoreFacts;
use crate::domain::score::lines::Group;
use crate::domain::score::lines::ScoreLine;
use crate::domain::time::DAY;
use crate::domain::time::Millis;

pub fn reachability(lead: &Lead, profile: &Profile) -> Vec<ScoreLine> {
    let part = &profile.reachability;
    let weight = profile.weights.reachability;
    let email = match (&lead.email, lead.verdict) {
        (None, _) => ScoreLine::unknown(Group::Reachability, "email", weight * part.email),
        (Some(_), Verdict::Valid) => line("email", "verified e-mail", 1.0, weight * part.email),
        (Some(_), Verdict::Unknown) => ScoreLine {
            found: "unverified e-mail".to_owned(),
            ..ScoreLine::unknown(Group::Reachability, "email", weight * part.email)
        },
        (Some(_), Verdict::Risky) => line("email", "risky e-mail", 0.0, weight * part.email),
        (Some(_), Verdict::Invalid) => line("email", "e-mail does not exist", 0.0, weight * part.email),
    };
    let linkedin = has("linkedin", "LinkedIn profile", lead.linkedin_url.is_some(), weight * part.linkedin);
    let phone = has("phone", "phone", lead.phone.is_some(), weight * part.phone);
    vec![email, linkedin, phone]
}

/// The base of 1 - risk, then each risk as a line that takes away, together at most the base.
pub fn risk(lead: &Lead, facts: &ScoreFacts, profile: &Profile, now: Millis) -> Vec<ScoreLine> {
    let add = &profile.risk;
    let is_verified = lead.email.is_some() && lead.verdict == Verdict::Valid;
    let is_stale = now.since(data_at(lead)) > i64::from(profile.stale_days) * DAY;
    let risks = [
        (facts.basis_missing, "basis_missing", "no basis for contact".to_owned(), add.basis_missing),
        (!is_verified, "no_verified_email", "no verified e-mail".to_owned(), add.no_verified_email),
        (is_stale, "stale", format!("data older than {} days", profile.stale_days), add.stale),
        (facts.crm_duplicate, "crm_duplicate", "possible duplicate in the CRM".to_owned(), add.crm_duplicate),
    ];
    taken(risks.into_iter().filter(|risk| risk.0), profile)
}

/// Lines of a company without a person: nobody to reach, no mail to verify.
pub fn nobody(profile: &Profile) -> Vec<ScoreLine> {
    let part = &profile.reachability;
    let weight = profile.weights.reachability;
    let unknown = |name: &str, share: f64| ScoreLine::unknown(Group::Reachability, name, weight * share);
    let mut lines =
        vec![unknown("email", part.email), unknown("linkedin", part.linkedin), unknown("phone", part.phone)];
    let risk = (true, "no_verified_email", "no verified e-mail".to_owned(), profile.risk.no_verified_email);
    lines.extend(taken([risk].into_iter(), profile));
    lines
}

/// When the newest of the lead's data was said.
pub fn data_at(lead: &Lead) -> Millis {
    lead.provenance.values().map(|said| said.at).max().unwrap_or(lead.collected_at).max(lead.collected_at)
}

fn taken(risks: impl Iterator<Item = (bool, &'static str, String, f64)>, profile: &Profile) -> Vec<ScoreLine> {
    let weight = profile.weights.risk;
    let mut left = 1.0;
    let mut lines = vec![ScoreLine::new(Group::Risk, "no_risk", "before risks", 1.0, weight)];
    for (_, name, found, value) in risks {
        let share = value.min(left);
        left -= share;
        let mut line = ScoreLine::new(Group::Risk, name, &found, value, weight);
        line.contribution = -share * weight;
        lines.push(line);
    }
    lines
}

fn line(criterion: &str, found: &str, value: f64, weight: f64) -> ScoreLine {
    ScoreLine::new(Group::Reachability, criterion, found, value, weight)
}

fn has(criterion: &str, found: &str, is_there: bool, weight: f64) -> ScoreLine {
    if is_there {
        line(criterion, found, 1.0, weight)
    } else {
        ScoreLine::unknown(Group::Reachability, criterion, weight)
    }
}
