//! Replies as people write them.
use proptest::prelude::*;

use super::*;

fn now() -> Millis {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn day(text: &str) -> Option<Millis> {
    Some(format!("{text}T09:00:00Z").parse().unwrap())
}

#[test]
fn replies_are_classed() {
    use crate::domain::reply::Objection::HasSolution;
    use crate::domain::reply::Objection::NoInterest;
    use crate::domain::reply::Objection::Price;
    use ReplyClass::*;
    let objects = |kind| ReplyClass::Objection { kind };
    let table = [
        ("Unsubscribe", OptOut),
        ("STOP", OptOut),
        ("Please remove me from your list.", OptOut),
        ("Interesting, but unsubscribe me", OptOut),
        ("Sounds great! Also please take me off this list afterwards.", OptOut),
        ("Bitte nicht mehr kontaktieren.", OptOut),
        ("Bitte löschen Sie mich aus Ihrem Verteiler", OptOut),
        ("Merci de ne plus me contacter", OptOut),
        ("Désinscrivez-moi s'il vous plaît", OptOut),
        ("Por favor, no me contacten más", OptOut),
        ("Cancellatemi dalla lista", OptOut),
        ("Graag uitschrijven", OptOut),
        ("Don't remove me, I like these", Unsure),
        ("Sounds good, how about Tuesday?", Positive),
        ("Happy to chat next week. Send me an invite", Positive),
        ("Klingt interessant, rufen Sie mich an", Positive),
        ("Not interested, thanks.", objects(NoInterest)),
        ("Kein Interesse", objects(NoInterest)),
        ("We already use Tipalti and are happy", objects(HasSolution)),
        ("No budget for this.", objects(Price)),
        ("I'm not the right person, please contact my colleague Ben", Referral),
        ("Not right now, reach out again on 12 January 2027", NotNow { until: day("2027-01-12") }),
        ("How does it connect to NetSuite?", Question),
        ("ok", Unsure),
        ("", Unsure),
        ("I am out of the office until 3 December.", AutoReply { back_on: day("2026-12-03") }),
        ("Ich bin bis zum 12.01.2027 nicht im Büro.", AutoReply { back_on: day("2027-01-12") }),
        ("Je suis absente jusqu'au 5 janvier", AutoReply { back_on: day("2027-01-05") }),
        ("I am on annual leave from 23 November to 4 December", AutoReply { back_on: day("2026-12-04") }),
        ("Mail delivery failed: returning message to sender", Bounce),
    ];
    for (text, class) in table {
        assert_eq!(classify(text, &[], now()), class, "{text}");
    }
}

#[test]
fn quoted_text_is_not_the_writers() {
    let text = "Sounds good, let's talk.\n\nOn Tue, 17 Nov 2026 at 10:00, Ava <ava@acme.com> wrote:\n> Hi\n> unsubscribe me here";
    assert_eq!(classify(text, &[], now()), ReplyClass::Positive);
    let outlook =
        "Not interested.\r\n\r\nFrom: Ava\r\nSent: Tuesday\r\nTo: Ben\r\n\r\nReply stop emailing to opt out of these";
    assert_eq!(classify(outlook, &[], now()), ReplyClass::Objection { kind: Objection::NoInterest });
    let below = "On Tue, Ava wrote:\n> Hi\nremove me";
    assert_eq!(classify(below, &[], now()), ReplyClass::OptOut);
}

#[test]
fn headers_tell_machines() {
    let auto = [("Auto-Submitted".to_owned(), "auto-replied".to_owned())];
    assert_eq!(classify("Thanks for your mail", &auto, now()), ReplyClass::AutoReply { back_on: None });
    let person = [("auto-submitted".to_owned(), "no".to_owned())];
    assert_eq!(classify("Sounds good", &person, now()), ReplyClass::Positive);
    let daemon = [("From".to_owned(), "MAILER-DAEMON@mx.acme.com".to_owned())];
    assert_eq!(classify("x", &daemon, now()), ReplyClass::Bounce);
}

proptest! {
    #[test]
    fn an_opt_out_wins_over_everything(before in "[a-z ,.!?]{0,60}", after in "[a-z ,.!?]{0,60}") {
        let text = format!("{before}. Please stop emailing me. {after}");
        let class = classify(&text, &[], now());
        prop_assert!(class == ReplyClass::OptOut || class == ReplyClass::Bounce);
    }

    #[test]
    fn any_text_is_classed(text in "(?s).{0,400}") {
        let _ = classify(&text, &[], now());
    }
}
