//! Intent: dated signals, each worth less as it ages, together at most 1.
use crate::domain::icp::profile::Profile;
use crate::domain::lead::Signal;
use crate::domain::lead::SignalKind;
use crate::domain::score::lines::Group;
use crate::domain::score::lines::ScoreLine;
use crate::domain::time::DAY;
use crate::domain::time::Millis;

/// One line a kind: the freshest signal of it. The cap takes from the weakest.
pub fn lines<'a>(signals: impl Iterator<Item = &'a Signal>, profile: &Profile, now: Millis) -> Vec<ScoreLine> {
    let mut freshest: Vec<&Signal> = Vec::new();
    for signal in signals.filter(|signal| signal.at <= now) {
        match freshest.iter_mut().find(|kept| kept.kind == signal.kind) {
            Some(kept) if kept.at < signal.at => *kept = signal,
            Some(_) => {}
            None => freshest.push(signal),
        }
    }
    let mut found: Vec<(f64, &Signal)> =
        freshest.into_iter().filter_map(|signal| Some((worth(signal, profile, now)?, signal))).collect();
    found.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.kind.cmp(&other.1.kind)));
    let mut left = 1.0;
    let rows = found.into_iter().map(|(value, signal)| {
        let taken = value.min(left);
        left -= taken;
        let mut line =
            ScoreLine::new(Group::Intent, kind_word(signal.kind), &signal.text, value, profile.weights.intent);
        line.contribution = taken * profile.weights.intent;
        line
    });
    rows.collect()
}

/// The name of a kind, as a line's criterion.
pub fn kind_word(kind: SignalKind) -> &'static str {
    match kind {
        SignalKind::Hiring => "hiring",
        SignalKind::Funding => "funding",
        SignalKind::TechnologyAdopted => "technology_adopted",
        SignalKind::WebIntent => "web_intent",
        SignalKind::LinkedinEngagement => "linkedin_engagement",
    }
}

fn worth(signal: &Signal, profile: &Profile, now: Millis) -> Option<f64> {
    let rule = profile.intent.iter().find(|rule| rule.kind == signal.kind)?;
    let age_days = now.since(signal.at) as f64 / DAY as f64;
    Some(rule.value * 0.5_f64.powf(age_days / f64::from(rule.half_life_days)))
}
