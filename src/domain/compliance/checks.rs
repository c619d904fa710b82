//! The checks in the order of the rules; each is one question and answers with what it found.
pub mod basis;

use crate::domain::compliance::checks::basis::involved;
use crate::domain::compliance::decide::Finding;
use crate::domain::compliance::decide::Reason;
use crate::domain::compliance::decide::RulingVerdict;
use crate::domain::compliance::duties;
use crate::domain::compliance::facts::Question;
use crate::domain::compliance::limits::reached;
use crate::domain::compliance::regions::Regions;
use crate::domain::compliance::regions::Rules;
use crate::domain::compliance::rows::Confidence;
use crate::domain::compliance::rows::Regime;
use crate::domain::compliance::windows::next_open;
use crate::domain::places::country_name;
use crate::domain::time::DAY;
use crate::domain::title::classify;
use crate::domain::title::function_word;

/// Data older than this is doubtful.
const STALE_MS: i64 = 180 * DAY;

pub fn suppression(question: &Question) -> Option<Finding> {
    let why = question.suppressed.as_ref()?;
    let text = format!("This person is on the suppression list ({why}).");
    Some(deny("suppression", &text, "Only compliance can lift a suppression, with a reason."))
}

pub fn objection(question: &Question) -> Vec<Finding> {
    let mut found = Vec::new();
    if question.opted_out {
        found.push(deny("objection", "This person asked not to be mailed.", "Nothing: an objection stands."));
    }
    if question.hard_bounced {
        found.push(deny("hard_bounce", "Mail to this address bounced for good.", "Find the correct address."));
    }
    found
}

/// What kind of address it is, whatever the country.
pub fn address(question: &Question) -> Vec<Finding> {
    let mut found = Vec::new();
    if question.email_key.is_empty() {
        found.push(deny("address.missing", "There is no usable address.", "Enrich the lead."));
    }
    if question.disposable {
        found.push(deny("address.disposable", "This is a throw-away address.", "Find the person's company address."));
    }
    if question.role_address && !question.name_known {
        found.push(with_risk(
            review(
                "address.generic",
                "This is the address of a desk, not of a person.",
                "Find the person's own address.",
            ),
            0.2,
        ));
    }
    found
}

/// The rules of each country that is involved; what two of them ask for is said once.
pub fn countries(question: &Question, regions: &Regions) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    if basis::is_contradictory(question) {
        let text = "The mailbox's country is neither the person's nor the company's.";
        found.push(with_risk(review("country.contradictory", text, "Check where the person works."), 0.4));
    }
    for rules in involved(question, regions) {
        for finding in country(question, &rules) {
            if !found.iter().any(|seen| seen.reason.rule == finding.reason.rule) {
                found.push(finding);
            }
        }
    }
    found
}

fn country(question: &Question, rules: &Rules) -> Vec<Finding> {
    let mut found: Vec<Finding> = basis::finding(question, rules).into_iter().collect();
    found.extend(basis::conditions(question, rules));
    let is_reviewed = question.campaign.reviewed_countries.iter().any(|code| code == rules.code);
    if rules.confidence == Confidence::Low && !is_reviewed {
        let text = format!("The rules of {} are not certain.", country_name(rules.code));
        let remedy = "Compliance decides once for this campaign and country.";
        found.push(with_risk(review(&format!("{}.confidence.low", rules.code), &text, remedy), 0.5));
    }
    found
}

/// The campaign must have to do with what the person does.
pub fn role(question: &Question) -> Option<Finding> {
    if question.campaign.target_functions.is_empty() {
        let text = "The campaign does not say whose work it is about.";
        return Some(with_risk(review("campaign.target_functions", text, "Name the campaign's functions."), 0.35));
    }
    let function = question.title.as_deref().map(|title| classify(title).function);
    let is_target = function.is_some_and(|function| question.campaign.target_functions.contains(&function));
    if is_target {
        return None;
    }
    let words = function.map_or("unknown", function_word);
    let text = format!("The campaign is not about this person's work ({words}).");
    Some(with_risk(review("role.relevance", &text, "Check the title, or leave the person out."), 0.35))
}

pub fn age(question: &Question) -> Option<Finding> {
    let days = question.now.since(question.data_at) / DAY;
    let is_stale = question.now.since(question.data_at) > STALE_MS;
    let text = format!("What we know of this person is {days} days old, more than 180.");
    is_stale.then(|| with_risk(review("data.stale", &text, "Enrich the lead again."), 0.4))
}

/// The duties of the rendered mail in each country; nothing to say while there is none.
pub fn mail(question: &Question, regions: &Regions) -> Vec<Finding> {
    let Some(mail) = &question.campaign.rendered else { return Vec::new() };
    let rows = involved(question, regions).into_iter().flat_map(|rules| {
        let missing = duties::missing(rules.duties, mail);
        missing.into_iter().map(move |code| {
            let text = format!("The mail lacks `{code}`, which {} asks for.", basis::place(&rules));
            deny(&format!("{}.duty.{code}", rules.code), &text, "Complete the template's footer.")
        })
    });
    rows.collect()
}

pub fn limits(question: &Question, regions: &Regions) -> Vec<Finding> {
    let rows = reached(&question.sent, regions.mailbox(), question.now).into_iter().map(|reached| Finding {
        verdict: RulingVerdict::Hold { until: reached.until },
        reason: reason(&format!("limit.{}", reached.limit), &reached.text, "It goes on by itself when there is room."),
        risk: 0.0,
    });
    rows.collect()
}

/// Working hours where the person sits. Answers to a person who wrote to us are exempt.
pub fn window(question: &Question, regions: &Regions) -> Option<Finding> {
    if !question.window_applies {
        return None;
    }
    let country = question.lead_country.as_deref().or(question.company_country.as_deref()).unwrap_or("??");
    let until = next_open(country, question.city.as_deref(), question.now, regions);
    let text = "It is outside working hours or a holiday where this person sits.";
    (until > question.now).then(|| Finding {
        verdict: RulingVerdict::Hold { until },
        reason: reason("send_window", text, "It goes out by itself when the window opens."),
        risk: 0.0,
    })
}

/// What remains even when all is in order.
pub fn base_risk(question: &Question, regions: &Regions) -> f64 {
    let generic = if question.role_address { 0.2 } else { 0.0 };
    let is_opt_out = involved(question, regions).iter().any(|rules| rules.b2b_email == Regime::OptOut);
    f64::max(generic, if is_opt_out { 0.1 } else { 0.0 })
}

pub fn deny(rule: &str, text: &str, remedy: &str) -> Finding {
    Finding { verdict: RulingVerdict::Deny, reason: reason(rule, text, remedy), risk: 1.0 }
}

pub fn review(rule: &str, text: &str, remedy: &str) -> Finding {
    Finding { verdict: RulingVerdict::Review, reason: reason(rule, text, remedy), risk: 0.0 }
}

pub fn with_risk(finding: Finding, risk: f64) -> Finding {
    Finding { risk, ..finding }
}

fn reason(rule: &str, text: &str, remedy: &str) -> Reason {
    Reason { rule: rule.to_owned(), text: text.to_owned(), remedy: remedy.to_owned() }
}
