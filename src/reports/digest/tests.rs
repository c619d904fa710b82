//! What a digest says of few, of none, and of enough.
use super::*;
use crate::reports::numbers::Waiting;

fn span() -> Span {
    Span { from: "2026-11-24T07:30:00Z".parse().unwrap(), to: "2026-11-25T07:30:00Z".parse().unwrap() }
}

fn field(card: &Card, label: &str) -> String {
    card.fields.iter().find(|field| field.label == label).map(|field| field.value.clone()).unwrap_or_default()
}

#[test]
fn zero_is_shown_as_zero() {
    let words = Prompts::load().unwrap();
    let card = card(&words, &DigestNumbers::default(), span(), "Europe/Berlin").unwrap();
    assert_eq!(card.title, "Tue 24 Nov 08:30 to Wed 25 Nov 08:30");
    assert_eq!(field(&card, "Leads"), "0 new, 0 kept (none yet)");
    assert_eq!(
        field(&card, "Outreach"),
        "0 started, 0 mails sent · opened none yet · replied none yet · 0 bounced · 0 unsubscribed"
    );
    assert_eq!(field(&card, "Waits for you"), "nothing");
    assert_eq!(card.charts.len(), 2);
    assert!(!DigestNumbers::default().is_worth_telling());
}

#[test]
fn a_rate_of_few_says_so_and_of_enough_is_a_rate() {
    let words = Prompts::load().unwrap();
    let numbers = DigestNumbers {
        found: 47,
        kept: 38,
        fit: (47, 34_780_000),
        sent: 87,
        opened: 37,
        replied: 7,
        started: 25,
        unsubscribed: 1,
        gates: Waiting { launch: 1, ..Waiting::default() },
        ..DigestNumbers::default()
    };
    let full = card(&words, &numbers, span(), "UTC").unwrap();
    assert_eq!(field(&full, "Leads"), "47 new, 38 kept (81 % (38 of 47)), average fit 0.74");
    assert!(field(&full, "Outreach").starts_with("25 started, 87 mails sent · opened 43 % (37 of 87) · replied 8.0 %"));
    assert_eq!(field(&full, "Waits for you"), "1 launch, 0 compliance decisions");
    let few = DigestNumbers { sent: 7, opened: 3, ..DigestNumbers::default() };
    let few = card(&words, &few, span(), "UTC").unwrap();
    assert!(field(&few, "Outreach").contains("opened too few to tell (3 of 7)"));
    let bars: Vec<f64> = full.charts[0].bars.iter().map(|(_, n)| *n).collect();
    assert_eq!(bars, [47.0, 38.0, 0.0, 0.0, 25.0, 37.0, 7.0]);
}
