//! What happened to companies lately, as dated signals: money raised, jobs posted.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::json;

use crate::connectors::explorium::client::Explorium;
use crate::connectors::explorium::wire;
use crate::connectors::http::call::Call;
use crate::connectors::words::instant;
use crate::domain::lead::Company;
use crate::domain::lead::Signal;
use crate::domain::lead::SignalKind;
use crate::domain::time::DAY;
use crate::ports::error::PortResult;

/// Older events are no news.
const LOOK_BACK_MS: i64 = 180 * DAY;
/// Companies of one call, by the vendor's schema.
const IDS_MAX: usize = 40;
/// Two sources of one funding round differ by less than this.
const SAME_ROUND_MS: i64 = 30 * DAY;
const SOURCE: &str = "Explorium event";

/// The vendor's word and ours; the vendor knows more kinds, but none of them is a reason to buy.
const KINDS: [(&str, SignalKind, &str); 6] = [
    ("new_funding_round", SignalKind::Funding, "raised money"),
    ("hiring_in_finance_department", SignalKind::Hiring, "posted finance jobs"),
    ("hiring_in_operations_department", SignalKind::Hiring, "posted operations jobs"),
    ("hiring_in_engineering_department", SignalKind::Hiring, "posted engineering jobs"),
    ("hiring_in_sales_department", SignalKind::Hiring, "posted sales jobs"),
    ("hiring_in_marketing_department", SignalKind::Hiring, "posted marketing jobs"),
];

impl Explorium {
    /// By company. Signals are welcome but not what was paid for: without them the paid facts still count.
    pub(in crate::connectors::explorium) async fn events(
        &self,
        ids: &BTreeSet<&str>,
    ) -> BTreeMap<String, Vec<wire::Event>> {
        let ids: Vec<&str> = ids.iter().copied().collect();
        let mut found: BTreeMap<String, Vec<wire::Event>> = BTreeMap::new();
        for some in ids.chunks(IDS_MAX) {
            match self.events_of(some).await {
                Ok(events) => {
                    for event in events {
                        let Some(id) = event.business_id.clone() else { continue };
                        found.entry(id).or_default().push(event);
                    }
                }
                Err(error) => tracing::warn!(error = %error, "companies go on without their events"),
            }
        }
        found
    }

    async fn events_of(&self, ids: &[&str]) -> PortResult<Vec<wire::Event>> {
        let now = self.clock.now();
        let body = json!({
            "event_types": KINDS.map(|(name, ..)| name),
            "business_ids": ids,
            "timestamp_from": now.plus(-LOOK_BACK_MS).rfc3339(),
            "timestamp_to": now.rfc3339(),
        });
        let answer = self.http.send(Call::post("/v1/businesses/events", &[]).safe().body(body)).await?;
        Ok(answer.json::<wire::Events>()?.output_events.unwrap_or_default())
    }
}

/// A funding round that is known in more detail is not told twice.
pub fn add_events(company: &mut Company, events: &[wire::Event]) {
    for event in events {
        let Some((_, kind, text)) = KINDS.iter().find(|(name, ..)| event.event_name.as_deref() == Some(*name)) else {
            continue;
        };
        let Some(at) = event.event_time.as_deref().and_then(instant) else { continue };
        let same_round = |known: &Signal| known.kind == SignalKind::Funding && known.at.since(at).abs() < SAME_ROUND_MS;
        if *kind == SignalKind::Funding && company.signals.iter().any(same_round) {
            continue;
        }
        let signal = Signal { kind: *kind, text: (*text).to_owned(), at, source: SOURCE.to_owned() };
        if !company.signals.contains(&signal) {
            company.signals.push(signal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CompanyId;

    fn event(name: &str, time: &str) -> wire::Event {
        wire::Event {
            event_name: Some(name.to_owned()),
            event_time: Some(time.to_owned()),
            business_id: Some("b1".to_owned()),
        }
    }

    #[test]
    fn events_become_dated_signals_once() {
        let mut company = Company::named(CompanyId("c".to_owned()), "Ledgerly");
        let at = instant("2026-09-01T00:00:00Z").unwrap();
        company.signals.push(Signal {
            kind: SignalKind::Funding,
            text: "raised 25 M USD".to_owned(),
            at,
            source: "Explorium funding".to_owned(),
        });
        let events = [
            event("new_funding_round", "2026-09-03T00:00:00Z"),
            event("hiring_in_finance_department", "2026-11-01T00:00:00Z"),
            event("hiring_in_finance_department", "2026-11-01T00:00:00Z"),
            event("cost_cutting", "2026-11-01T00:00:00Z"),
            event("hiring_in_sales_department", "yesterday"),
        ];
        add_events(&mut company, &events);
        let told: Vec<&str> = company.signals.iter().map(|signal| signal.text.as_str()).collect();
        assert_eq!(told, ["raised 25 M USD", "posted finance jobs"]);
        add_events(&mut company, &[event("new_funding_round", "2026-11-03T00:00:00Z")]);
        assert_eq!(company.signals.len(), 3);
    }
}
