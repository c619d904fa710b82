//! What a digest is made of: rows counted over a span, nothing estimated, nothing remembered.
use serde_json::Value;

use crate::domain::time::DAY;
use crate::domain::time::Millis;
use crate::run::state::GateKind;
use crate::run::state::LeadState;
use crate::store::gates;
use crate::store::open::Conn;
use crate::store::open::StoreResult;
use crate::store::totals;
use crate::store::totals::Span;

/// Days of the chart by day.
const DAYS_MAX: usize = 31;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DigestNumbers {
    pub found: i64,
    pub kept: i64,
    /// Leads with a fit, and the sum of it in millionths.
    pub fit: (i64, i64),
    pub enriched: i64,
    pub credits: i64,
    pub model_cost_micro_usd: i64,
    pub crm_new: i64,
    pub crm_updated: i64,
    pub crm_companies: i64,
    /// Leads of the span's runs that are in the CRM, enrolled ones among them.
    pub in_crm: i64,
    /// People whose sequence began.
    pub started: i64,
    /// Different mails.
    pub sent: i64,
    pub opened: i64,
    pub bounced: i64,
    /// Different people.
    pub replied: i64,
    pub unsubscribed: i64,
    pub flagged: i64,
    pub review: i64,
    pub gates: Waiting,
    /// Day (local midnight), mails sent, replies.
    pub by_day: Vec<(Millis, i64, i64)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub launch: i64,
    pub compliance: i64,
    pub undo: i64,
}

impl DigestNumbers {
    /// Anything at all happened or waits.
    pub fn is_worth_telling(&self) -> bool {
        let happened = self.found + self.enriched + self.crm_new + self.crm_updated + self.started + self.sent;
        let came_back = self.opened + self.bounced + self.replied + self.unsubscribed;
        happened + came_back + self.waiting() + self.review > 0
    }

    pub fn waiting(&self) -> i64 {
        self.gates.launch + self.gates.compliance + self.gates.undo
    }
}

/// `zone` decides where a day begins.
pub async fn gather(c: &mut Conn, span: Span, zone: &str) -> StoreResult<DigestNumbers> {
    let mut numbers = DigestNumbers::default();
    leads(c, span, &mut numbers).await?;
    steps(c, span, &mut numbers).await?;
    outreach(c, span, &mut numbers).await?;
    numbers.credits = totals::credits(c, span).await?.values().sum();
    numbers.model_cost_micro_usd = totals::model_cost(c, span).await?;
    numbers.review = totals::queue(c).await?.get("review").copied().unwrap_or(0);
    for waiting in gates::waiting(c).await? {
        match waiting.gate.kind {
            GateKind::Launch => numbers.gates.launch += 1,
            GateKind::Compliance => numbers.gates.compliance += 1,
            GateKind::Undo => numbers.gates.undo += 1,
        }
    }
    numbers.by_day = by_day(c, span, zone).await?;
    Ok(numbers)
}

async fn leads(c: &mut Conn, span: Span, numbers: &mut DigestNumbers) -> StoreResult<()> {
    for (state, n) in totals::leads_by_state(c, span).await? {
        numbers.found += n;
        match state.parse::<LeadState>() {
            Ok(LeadState::InCrm | LeadState::Enrolled) => {
                numbers.kept += n;
                numbers.in_crm += n;
            }
            Ok(LeadState::Kept | LeadState::Flagged) => numbers.kept += n,
            _ => {}
        }
    }
    numbers.fit = totals::fit(c, span).await?;
    Ok(())
}

/// Counts that finished steps have noted.
async fn steps(c: &mut Conn, span: Span, numbers: &mut DigestNumbers) -> StoreResult<()> {
    let noted = |outputs: &[Value], key: &str| outputs.iter().filter_map(|output| output[key].as_i64()).sum::<i64>();
    let enrich = totals::step_outputs(c, "enrich", span).await?;
    numbers.enriched = noted(&enrich, "enriched");
    let validate = totals::step_outputs(c, "validate", span).await?;
    numbers.flagged = noted(&validate, "flagged");
    let crm = totals::step_outputs(c, "crm", span).await?;
    numbers.crm_new = noted(&crm, "created");
    numbers.crm_updated = noted(&crm, "updated");
    numbers.crm_companies = noted(&crm, "companies");
    Ok(())
}

/// Mails by their events, people by their replies: the same counts as the vendor's own ledger.
async fn outreach(c: &mut Conn, span: Span, numbers: &mut DigestNumbers) -> StoreResult<()> {
    let engagement = totals::engagement(c, span).await?;
    let mails = |kind: &str| engagement.get(kind).map_or(0, |(_, mails)| *mails);
    numbers.sent = mails("sent");
    numbers.opened = mails("opened");
    numbers.bounced = mails("bounced");
    numbers.replied = totals::people_with(c, "replied", span).await?;
    numbers.unsubscribed = totals::people_with(c, "unsubscribed", span).await?;
    numbers.started = totals::started(c, span).await?;
    Ok(())
}

async fn by_day(c: &mut Conn, span: Span, zone: &str) -> StoreResult<Vec<(Millis, i64, i64)>> {
    let mut out = Vec::new();
    let mut from = span.from;
    while from < span.to && out.len() < DAYS_MAX {
        let to = next_midnight(from, zone).min(span.to);
        let day = totals::engagement(c, Span { from, to }).await?;
        let sent = day.get("sent").map_or(0, |(_, mails)| *mails);
        let replied = totals::people_with(c, "replied", Span { from, to }).await?;
        out.push((from, sent, replied));
        from = to;
    }
    Ok(out)
}

/// The next local midnight: a day of 23 or 25 hours stays one day.
pub fn next_midnight(from: Millis, zone: &str) -> Millis {
    let local = from.timestamp().to_zoned(crate::domain::time::zone_or_utc(zone));
    match local.tomorrow().and_then(|day| day.start_of_day()) {
        Ok(start) => Millis(start.timestamp().as_millisecond()),
        Err(_) => from.plus(DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_local_midnight_also_when_clocks_change() {
        let cases = [
            ("2026-11-24T10:00:00Z", "Europe/Berlin", "2026-11-24T23:00:00Z"),
            ("2026-10-24T22:00:00Z", "Europe/Berlin", "2026-10-25T23:00:00Z"),
            ("2026-03-28T23:00:00Z", "Europe/Berlin", "2026-03-29T22:00:00Z"),
            ("2026-11-24T00:00:00Z", "UTC", "2026-11-25T00:00:00Z"),
        ];
        for (from, zone, expected) in cases {
            let from: Millis = from.parse().unwrap();
            assert_eq!(next_midnight(from, zone).rfc3339(), expected, "{from:?} {zone}");
        }
    }
}
