//! The ruling: every check is made, all reasons are kept, the strictest holds.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::compliance::checks;
use crate::domain::compliance::facts::Question;
use crate::domain::compliance::permit::Cleared;
use crate::domain::compliance::regions::Regions;
use crate::domain::identity::email_key;
use crate::domain::time::Millis;

/// From mild to strict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RulingVerdict {
    Allow,
    Hold { until: Millis },
    Review,
    Deny,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// `DE.b2b_email.opt_in`.
    pub rule: String,
    /// One sentence for a rep.
    pub text: String,
    /// What would make it lawful.
    pub remedy: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    pub verdict: RulingVerdict,
    /// Those of the strictest verdict first, each group in the order of the checks.
    pub reasons: Vec<Reason>,
    /// 0 to 1, the largest single one; above 0.3 a person looks.
    pub risk: f64,
    pub table_hash: String,
}

/// What one check found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub verdict: RulingVerdict,
    pub reason: Reason,
    pub risk: f64,
}

/// Pure and total: same question, same table, same answer.
pub fn decide(question: &Question, regions: &Regions) -> Ruling {
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(checks::suppression(question));
    findings.extend(checks::objection(question));
    findings.extend(checks::address(question));
    findings.extend(checks::countries(question, regions));
    findings.extend(checks::role(question));
    findings.extend(checks::age(question));
    findings.extend(checks::mail(question, regions));
    findings.extend(checks::limits(question, regions));
    findings.extend(checks::window(question, regions));
    let verdict = findings.iter().map(|finding| finding.verdict).max().unwrap_or(RulingVerdict::Allow);
    let base = checks::base_risk(question, regions);
    let risk = findings.iter().map(|finding| finding.risk).fold(base, f64::max);
    findings.sort_by_key(|finding| std::cmp::Reverse(rank(finding.verdict)));
    let reasons = findings.into_iter().map(|finding| finding.reason).collect();
    Ruling { verdict, reasons, risk, table_hash: regions.hash().to_owned() }
}

/// The only place where a permit is made: an Allow, for the person the question is about and a mail that was read.
/// `recipient` is the lead's id or its address.
pub fn clear(question: &Question, regions: &Regions, recipient: &str, payload_hash: &str) -> Result<Cleared, Ruling> {
    let mut ruling = decide(question, regions);
    let is_lead = recipient == question.lead.as_str();
    let is_address = email_key(recipient).is_some_and(|key| key == question.email_key);
    if !is_lead && !is_address {
        let text = "The mail is addressed to somebody else than the person who was checked.";
        refuse(&mut ruling, checks::deny("permit.recipient", text, "Ask again for the person it goes to."));
    }
    if question.campaign.rendered.is_none() {
        let text = "The mail itself was not checked.";
        refuse(&mut ruling, checks::deny("permit.mail", text, "Render the mail and ask again."));
    }
    if ruling.verdict != RulingVerdict::Allow {
        return Err(ruling);
    }
    Ok(Cleared::mint(recipient, payload_hash, question.campaign.id.as_str(), question.now))
}

fn refuse(ruling: &mut Ruling, finding: Finding) {
    ruling.verdict = finding.verdict;
    ruling.risk = ruling.risk.max(finding.risk);
    ruling.reasons.insert(0, finding.reason);
}

fn rank(verdict: RulingVerdict) -> u8 {
    match verdict {
        RulingVerdict::Allow => 0,
        RulingVerdict::Hold { .. } => 1,
        RulingVerdict::Review => 2,
        RulingVerdict::Deny => 3,
    }
}

#[cfg(test)]
mod tests;
