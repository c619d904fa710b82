//! What a run is expected to use, by vendor, as ranges: calls from batch sizes, credits from what earlier runs paid or from
//! what a lead can cost, tokens from what drafts use.
use std::collections::BTreeMap;

use crate::domain::criteria::Criteria;
use crate::run::plan::DRAFT_TOKENS_MAX;
use crate::run::plan::PlannedStep;
use crate::run::plan::Quote;
use crate::run::plan::Range;
use crate::run::state::StepKind;
use crate::run::turn::Price;
use crate::run::turn::Usage;
use crate::workflows::bulk::Setting;
use crate::workflows::bulk::lanes;
use crate::workflows::pace::HISTORY_MIN;

/// As the model is called among vendors.
pub const MODEL: &str = "model";
/// Share of leads the pre-filter usually leaves and the first source knows, in percent: the low end of costs.
const KEPT_PERCENT: i64 = 60;
/// Share of leads that the next source is asked for after the first, in percent: the high end.
const GAP_PERCENT: i64 = 35;
/// Companies of a hundred leads at the least: fewer are rarely worth a list.
const COMPANIES_PERCENT: i64 = 30;
/// Share of leads that get a mail in the end, in percent: the low end.
const DRAFTED_PERCENT: i64 = 25;
/// Some drafts are asked for twice, in percent.
const REDRAFT_PERCENT: i64 = 150;
/// A range reaches this far beyond what earlier runs paid, in percent.
const SPREAD_PERCENT: i64 = 25;
/// Tokens of one drafted mail: instructions and facts in, a short JSON object out.
const DRAFT_USAGE: Usage = Usage { prompt_tokens: 900, completion_tokens: 180 };
const DRAFT_USAGE_MIN: Usage = Usage { prompt_tokens: 250, completion_tokens: 40 };

/// By vendor in the order they are met; the model last.
pub fn quotes(criteria: &Criteria, steps: &[PlannedStep], setting: &Setting<'_>) -> Vec<Quote> {
    let count = i64::from(criteria.count);
    let mut quotes: Vec<Quote> = Vec::new();
    for step in steps {
        for lane in lanes(step.kind, setting.estimates).iter().filter(|lane| lane.vendor != MODEL) {
            let calls = lane.calls(count);
            let quote = of(&mut quotes, lane.vendor);
            quote.calls = Range { min: quote.calls.min + calls.min, max: quote.calls.max + calls.max };
        }
    }
    if steps.iter().any(|step| step.kind == StepKind::Enrich) {
        for (vendor, range) in credits(count, setting) {
            of(&mut quotes, &vendor).credits = range;
        }
    }
    if criteria.launch {
        of(&mut quotes, MODEL).tokens = tokens(count);
    }
    quotes
}

fn of<'a>(quotes: &'a mut Vec<Quote>, vendor: &str) -> &'a mut Quote {
    let place = quotes.iter().position(|quote| quote.vendor == vendor).unwrap_or_else(|| {
        quotes.push(Quote { vendor: vendor.to_owned(), ..Quote::default() });
        quotes.len() - 1
    });
    &mut quotes[place]
}

/// From "the filters take some and the first source knows the rest" to "all are bought, and the gaps once more"; from
/// what a lead cost in earlier runs as soon as there are enough.
pub fn credits(count: i64, setting: &Setting<'_>) -> BTreeMap<String, Range> {
    let sources = &setting.estimates.sources;
    let mut by_vendor = BTreeMap::new();
    for (place, source) in sources.iter().enumerate() {
        let (each, company) = (source.credits_each, source.company_credits_each);
        let asked = if place == 0 {
            // At most a company for each lead, and often several leads of one company.
            let least = share(count, KEPT_PERCENT) * each + share(count, COMPANIES_PERCENT) * company;
            Range { min: least, max: count * (each + company) }
        } else {
            Range { min: 0, max: share(count, GAP_PERCENT) * each }
        };
        let range = learned(count, setting.hits.get(&source.vendor)).map_or(asked, |range| within(range, asked, place));
        by_vendor.insert(source.vendor.clone(), range);
    }
    by_vendor
}

/// Earlier runs do not make a lead cost more than it can.
fn within(range: Range, asked: Range, place: usize) -> Range {
    let most = if place == 0 { asked.max } else { i64::MAX };
    Range { min: range.min.min(most), max: range.max.min(most) }
}

fn learned(count: i64, past: Option<&Vec<(i64, i64)>>) -> Option<Range> {
    let past: Vec<f64> =
        past?.iter().filter(|(_, leads)| *leads > 0).map(|(paid, leads)| *paid as f64 / *leads as f64).collect();
    if past.len() < HISTORY_MIN {
        return None;
    }
    let (least, most) =
        past.iter().fold((f64::MAX, 0.0_f64), |(least, most), each| (least.min(*each), most.max(*each)));
    let spread = |each: f64, percent: i64| (each * count as f64 * percent as f64 / 100.0).ceil() as i64;
    Some(Range { min: spread(least, 100 - SPREAD_PERCENT), max: spread(most, 100 + SPREAD_PERCENT) })
}

/// The most that this many leads can cost: what the cap lies above.
pub fn most_credits(criteria: &Criteria, setting: &Setting<'_>) -> i64 {
    if !criteria.enrich && !criteria.launch {
        return 0;
    }
    let count = i64::from(criteria.count);
    let most = |(place, source): (usize, &crate::workflows::bulk::Source)| {
        let asked = if place == 0 { count } else { share(count, GAP_PERCENT) };
        asked * source.credits_each + if place == 0 { count * source.company_credits_each } else { 0 }
    };
    setting.estimates.sources.iter().enumerate().map(most).sum()
}

/// "4 earlier runs" when they are what the credits rest on.
pub fn basis(setting: &Setting<'_>) -> String {
    let runs = setting.estimates.sources.iter().map(|source| setting.hits.get(&source.vendor).map_or(0, Vec::len));
    match runs.min().unwrap_or_default() {
        few if few < HISTORY_MIN => "batch sizes and usual hit rates".to_owned(),
        many => format!("batch sizes and hit rates of {many} earlier runs"),
    }
}

fn tokens(count: i64) -> Range {
    let all = |usage: Usage| (usage.prompt_tokens + usage.completion_tokens) as i64;
    Range {
        min: share(count, DRAFTED_PERCENT) * all(DRAFT_USAGE_MIN),
        max: share(count, REDRAFT_PERCENT) * all(DRAFT_USAGE),
    }
}

/// Room for every draft once with all its tries; new versions of a preview use what the first left.
pub fn tokens_cap(criteria: &Criteria) -> i64 {
    i64::from(criteria.count) * DRAFT_TOKENS_MAX
}

pub fn model_cost(criteria: &Criteria, price: Price) -> Range {
    if !criteria.launch {
        return Range::default();
    }
    let count = i64::from(criteria.count);
    Range {
        min: share(count, DRAFTED_PERCENT) * price.of(DRAFT_USAGE_MIN),
        max: share(count, REDRAFT_PERCENT) * price.of(DRAFT_USAGE),
    }
}

/// Rounded up.
pub fn share(count: i64, percent: i64) -> i64 {
    (count * percent + 99) / 100
}

#[cfg(test)]
#[path = "quote/tests.rs"]
mod tests;
