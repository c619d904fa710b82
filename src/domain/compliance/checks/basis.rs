//! What lets us write to a person at all: the country's regime, and the basis that answers it.
use crate::domain::compliance::checks::deny;
use crate::domain::compliance::checks::review;
use crate::domain::compliance::checks::with_risk;
use crate::domain::compliance::decide::Finding;
use crate::domain::compliance::facts::Consent;
use crate::domain::compliance::facts::Question;
use crate::domain::compliance::regions::Regions;
use crate::domain::compliance::regions::Rules;
use crate::domain::compliance::rows::Basis;
use crate::domain::compliance::rows::Condition;
use crate::domain::compliance::rows::Regime;
use crate::domain::places::country_name;

/// The rules of every country that is involved: the person's, the company's seat, the mailbox's. Each must be met,
/// so the strictest holds, point by point. Nobody placed: the default.
pub fn involved<'a>(question: &Question, regions: &'a Regions) -> Vec<Rules<'a>> {
    let known = [&question.lead_country, &question.company_country, &question.mailbox_country];
    let is_placed = question.lead_country.is_some() || question.company_country.is_some();
    let default = (!is_placed).then(|| regions.rules(None));
    let all = default.into_iter().chain(known.into_iter().flatten().map(|code| regions.rules(Some(code))));
    let mut each: Vec<Rules<'a>> = Vec::new();
    for rules in all {
        if !each.iter().any(|seen| seen.code == rules.code) {
            each.push(rules);
        }
    }
    each
}

/// The mailbox is national, and of a country that neither the person nor the company is in.
pub fn is_contradictory(question: &Question) -> bool {
    let others = [&question.lead_country, &question.company_country];
    let Some(mailbox) = &question.mailbox_country else { return false };
    others.iter().any(|code| code.is_some()) && !others.into_iter().flatten().any(|code| code == mailbox)
}

/// How the reasons name a place: "Germany", or "the default rule" where none is known.
pub fn place(rules: &Rules) -> String {
    if rules.code == "??" { "an unknown country".to_owned() } else { country_name(rules.code) }
}

/// The regime for this kind of address in this country.
fn regime(question: &Question, rules: &Rules) -> Regime {
    let named = if question.role_address { rules.generic_address } else { rules.b2b_email };
    if question.free_provider { named.max(Regime::OptIn) } else { named }
}

/// `None` if the basis is in order.
pub fn finding(question: &Question, rules: &Rules) -> Option<Finding> {
    let stands = question.consent.as_ref().is_some_and(|consent| holds(consent, question, rules));
    if stands {
        return None;
    }
    let expired = question.consent.as_ref().is_some_and(|consent| is_expired(consent, question));
    let sole_trader = rules.conditions.contains(&Condition::CorporateSubscriber) && question.corporate != Some(true);
    match regime(question, rules) {
        Regime::OptIn => Some(needs_consent(question, rules, expired)),
        _ if sole_trader => Some(needs_legal_form(rules)),
        Regime::SoftOptIn => Some(needs_relation(rules, expired)),
        Regime::OptOut => opt_out(question, rules),
    }
}

/// The country's further conditions.
pub fn conditions(question: &Question, rules: &Rules) -> Vec<Finding> {
    let has_consent =
        question.consent.as_ref().is_some_and(|consent| is_express(consent.basis) && holds(consent, question, rules));
    if has_consent {
        return Vec::new();
    }
    let rule = |name: &str| format!("{}.condition.{name}", rules.code);
    let rows = rules.conditions.iter().filter_map(|condition| match condition {
        Condition::NoSolicitationNoticeAbsent if question.solicitation_refused == Some(true) => Some(deny(
            &rule("no_solicitation"),
            "The page of this address asks not to be written to.",
            "Ask for consent.",
        )),
        Condition::NoSolicitationNoticeAbsent if question.solicitation_refused.is_none() => {
            let text = "Nobody has checked whether the page of this address asks not to be written to.";
            Some(with_risk(review(&rule("no_solicitation"), text, "Look at the page and record it."), 0.6))
        }
        Condition::ProofRecorded if question.consent.as_ref().is_none_or(|consent| consent.proof.is_none()) => {
            let text = format!("{} needs a stored proof of the basis; none is recorded.", place(rules));
            Some(with_risk(deny(&rule("proof"), &capital(&text), "Store the page, its date and its hash."), 1.0))
        }
        Condition::AddressNotHarvested if question.email_source.is_none() => {
            let text = "Nobody knows where this address comes from.";
            Some(with_risk(review(&rule("harvested"), text, "Enrich the lead from a named source."), 0.6))
        }
        _ => None,
    });
    rows.collect()
}

fn opt_out(question: &Question, rules: &Rules) -> Option<Finding> {
    let is_free = rules.bases.contains(&Basis::NoneRequired);
    let by_interest = rules.bases.contains(&Basis::LegitimateInterest) && question.campaign.lia_ref.is_some();
    if is_free || by_interest {
        return None;
    }
    let text = format!("{} needs a balancing test for legitimate interest; the campaign names none.", place(rules));
    let rule = format!("{}.b2b_email.opt_out", rules.code);
    Some(with_risk(deny(&rule, &capital(&text), "Write the test and name it in the campaign."), 1.0))
}

fn needs_consent(question: &Question, rules: &Rules, is_expired: bool) -> Finding {
    let remedy = "Record consent, or that the person is a customer for a similar product, with proof.";
    if question.free_provider {
        let text = "A private mail address needs consent; none is recorded.";
        return deny("address.free_provider", text, "Find the person's company address, or record consent.");
    }
    let state = if is_expired { "what is recorded has expired" } else { "none is recorded" };
    let kind = if question.role_address { "generic_address" } else { "b2b_email" };
    let place = if rules.code == "??" { "A person in an unknown country".to_owned() } else { capital(&place(rules)) };
    deny(
        &format!("{}.{kind}.opt_in", rules.code),
        &format!("{place} needs consent for business mail; {state}."),
        remedy,
    )
}

fn needs_relation(rules: &Rules, is_expired: bool) -> Finding {
    let state = if is_expired { "the one recorded has expired" } else { "none is recorded" };
    let text =
        format!("{} needs a business relationship, a published address or consent; {state}.", capital(&place(rules)));
    deny(&format!("{}.b2b_email.soft_opt_in", rules.code), &text, "Record the basis with its proof.")
}

fn needs_legal_form(rules: &Rules) -> Finding {
    let text = format!("In {} sole traders need to consent, and this company's legal form is unknown.", place(rules));
    deny(&format!("{}.condition.corporate_subscriber", rules.code), &text, "Record the company's legal form.")
}

fn holds(consent: &Consent, question: &Question, rules: &Rules) -> bool {
    let fits = is_express(consent.basis) || rules.bases.contains(&consent.basis);
    // Interest is answered by the campaign's test, and no basis by none: neither stands in for consent.
    let is_record = !matches!(consent.basis, Basis::None | Basis::NoneRequired | Basis::LegitimateInterest);
    let is_proved = consent.proof.is_some() || is_express(consent.basis) && !consent.reference.is_empty();
    fits && is_record && is_proved && !is_expired(consent, question)
}

fn is_express(basis: Basis) -> bool {
    matches!(basis, Basis::Consent | Basis::ExpressConsent)
}

fn is_expired(consent: &Consent, question: &Question) -> bool {
    consent.expires_at.is_some_and(|end| end <= question.now)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
