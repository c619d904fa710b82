//! The digest of a span: numbers from rows, rates only where there is enough to tell, two charts.
use crate::cards::post;
use crate::cards::post::Place;
use crate::cards::post::worded;
use crate::domain::ids::CardId;
use crate::domain::stats::rate;
use crate::domain::time::DAY;
use crate::ports::clock::Ids;
use crate::prompts::desk::DigestWords;
use crate::prompts::render::Prompts;
use crate::prompts::render::WordsError;
use crate::reports::numbers::DigestNumbers;
use crate::reports::numbers::gather;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::Chart;
use crate::store::open::Conn;
use crate::store::totals::Span;

/// Posts the digest of a span, its days cut in the reader's zone.
pub async fn post(
    c: &mut Conn,
    words: &Prompts,
    ids: &dyn Ids,
    place: Place<'_>,
    (span, zone): (Span, &str),
) -> anyhow::Result<CardId> {
    let numbers = gather(c, span, zone).await?;
    let card = card(words, &numbers, span, zone)?;
    Ok(post::post(c, ids, place, (card, Vec::new()), None).await?)
}

pub fn card(words: &Prompts, numbers: &DigestNumbers, span: Span, zone: &str) -> Result<Card, WordsError> {
    let mut card = worded(CardKind::Digest, &words.card(&filled(numbers, span, zone))?);
    card.charts = vec![funnel(numbers), days(numbers, zone)];
    Ok(card)
}

fn filled(numbers: &DigestNumbers, span: Span, zone: &str) -> DigestWords {
    let share = |n: i64, of: i64| rate(n.unsigned_abs(), of.unsigned_abs()).text;
    let (scored, fit) = numbers.fit;
    let average = if scored > 0 { fit as f64 / scored as f64 / 1_000_000.0 } else { 0.0 };
    DigestWords {
        title: title(span, zone),
        found: numbers.found,
        kept: numbers.kept,
        kept_share: share(numbers.kept, numbers.found),
        scored,
        fit: format!("{average:.2}"),
        enriched: numbers.enriched,
        credits: numbers.credits,
        model_cost: numbers.model_cost_micro_usd,
        crm_new: numbers.crm_new,
        crm_updated: numbers.crm_updated,
        crm_companies: numbers.crm_companies,
        started: numbers.started,
        sent: numbers.sent,
        opened: share(numbers.opened, numbers.sent),
        replied: share(numbers.replied, numbers.sent),
        bounced: numbers.bounced,
        unsubscribed: numbers.unsubscribed,
        flagged: numbers.flagged,
        review: numbers.review,
        gates_launch: numbers.gates.launch,
        gates_compliance: numbers.gates.compliance,
        gates_undo: numbers.gates.undo,
    }
}

/// "Tue 24 Nov" or "Mon 16 Nov to Tue 24 Nov".
fn title(span: Span, zone: &str) -> String {
    let last = span.to.plus(-1);
    if span.to.since(span.from) <= DAY {
        format!("{} to {}", span.from.day_clock(zone), span.to.day_clock(zone))
    } else {
        format!("{} to {}", span.from.day(zone), last.day(zone))
    }
}

fn funnel(numbers: &DigestNumbers) -> Chart {
    let stages = [
        ("found", numbers.found),
        ("kept", numbers.kept),
        ("enriched", numbers.enriched),
        ("in CRM", numbers.in_crm),
        ("enrolled", numbers.started),
        ("opened", numbers.opened),
        ("replied", numbers.replied),
    ];
    Chart {
        title: "From found to replied".to_owned(),
        unit: String::new(),
        bars: stages.into_iter().map(|(name, n)| (name.to_owned(), n as f64)).collect(),
        second: Vec::new(),
    }
}

fn days(numbers: &DigestNumbers, zone: &str) -> Chart {
    Chart {
        title: "Mails sent and people who replied, by day".to_owned(),
        unit: String::new(),
        bars: numbers.by_day.iter().map(|(day, sent, _)| (day.day(zone), *sent as f64)).collect(),
        second: numbers.by_day.iter().map(|(_, _, replied)| *replied as f64).collect(),
    }
}

#[cfg(test)]
#[path = "digest/tests.rs"]
mod tests;
