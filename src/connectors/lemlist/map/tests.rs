//! Steps kept equal, leads that cannot be redirected, activities and numbers in our words.
use super::*;
use crate::domain::time::Millis;
use proptest::prelude::*;

fn touch(kind: &str, delay_days: u32, subject: &str, body: &str) -> Touch {
    Touch { kind: kind.into(), delay_days, subject: subject.into(), body: body.into() }
}

/// A step as the vendor shows it; its id tells its place: `s1` is the first.
fn step(id: &str, kind: &str, delay: i64, subject: &str, message: &str) -> wire::Step {
    let index = id[1..].parse::<i64>().unwrap() - 1;
    serde_json::from_value(json!({
        "_id": id, "type": kind, "delay": delay, "subject": subject, "message": message, "index": index, "emailTemplateId": "x",
    }))
    .unwrap()
}

#[test]
fn right_steps_are_left_alone() {
    let steps = [step("s2", "phone", 2, "", "Ask"), step("s1", "email", 0, "Hi", "Body")];
    let touches = [touch("email", 0, "Hi", "Body"), touch("call", 2, "Call", "Ask")];
    assert_eq!(edits(&steps, &touches), []);
}

#[test]
fn what_differs_is_mended() {
    let steps = [step("s1", "email", 0, "Hi", "Old"), step("s2", "email", 3, "B", "C"), step("s3", "email", 1, "", "")];
    let touches = [touch("email", 0, "Hi", "New"), touch("linkedin", 2, "Connect", "Text")];
    let want = [
        Edit::Delete { step: "s3".into() },
        Edit::Delete { step: "s2".into() },
        Edit::Patch {
            step: "s1".into(),
            body: json!({"type": "email", "delay": 0, "subject": "Hi", "message": "New"}),
        },
        Edit::Add { body: json!({"type": "manual", "delay": 2, "title": "Connect", "message": "Text", "index": 1}) },
    ];
    assert_eq!(edits(&steps, &touches), want);
    assert_eq!(edits(&[], &touches).len(), 2);
    assert_eq!(edits(&steps, &[]).len(), 3);
}

#[test]
fn mailboxes_share_the_days_limit() {
    let setup = |daily_limit, mailboxes| CampaignSetup {
        name: String::new(),
        touches: Vec::new(),
        zone: "Europe/Paris".into(),
        daily_limit,
        mailboxes,
    };
    let seconds = |daily_limit, mailboxes| schedule_body(&setup(daily_limit, mailboxes))["secondsToWait"].clone();
    assert_eq!(seconds(150, 3), 576);
    assert_eq!(seconds(48, 1), 600);
    assert_eq!(seconds(0, 0), 28_800);
    assert_eq!(schedule_body(&setup(1, 1))["timezone"], "Europe/Paris");
}

proptest! {
    #[test]
    fn no_day_goes_over_its_limit(limit in 1u32..5_000, mailboxes in 1u32..50) {
        let setup = CampaignSetup { name: String::new(), touches: Vec::new(), zone: "UTC".into(), daily_limit: limit, mailboxes };
        let seconds = schedule_body(&setup)["secondsToWait"].as_u64().unwrap();
        prop_assert!(OPEN_S / seconds * u64::from(mailboxes) <= u64::from(limit));
    }
}

#[test]
fn variables_cannot_redirect_a_mail() {
    let who = Recipient {
        email: "ava@a.example".into(),
        given_name: "Ava".into(),
        surname: "Ng".into(),
        company: "A".into(),
        title: "CFO".into(),
        linkedin_url: None,
        zone: "UTC".into(),
        variables: BTreeMap::from([
            ("email".to_owned(), "evil@e.example".to_owned()),
            ("linkedinUrl".to_owned(), "https://e.example".to_owned()),
            ("qd_body_1".to_owned(), "Hello".to_owned()),
        ]),
    };
    let body = lead_body(&who);
    assert_eq!(body["email"], "ava@a.example");
    assert_eq!(body["qd_body_1"], "Hello");
    assert_eq!(body.get("linkedinUrl"), None);
}

#[test]
fn activities_in_our_words() {
    let table = [
        ("emailsSent", Some("sent")),
        ("emailSent", Some("sent")),
        ("emailsOpened", Some("opened")),
        ("emailsClicked", Some("clicked")),
        ("emailsReplied", Some("replied")),
        ("emailsBounced", Some("bounced")),
        ("emailsUnsubscribed", Some("unsubscribed")),
        ("emailsSendFailed", Some("failed")),
        ("emailsInterested", None),
        ("manualDone", Some("task")),
        ("linkedinVisitDone", Some("task")),
        ("linkedinNotInterested", None),
        ("paused", None),
    ];
    for (theirs, ours) in table {
        assert_eq!(activity_kind(theirs), ours, "{theirs}");
    }
    let row = serde_json::from_value(json!({
        "_id": "act_1", "type": "emailsReplied", "leadEmail": "a@b.example", "campaignId": "cam_1", "sequenceStep": 0,
        "createdAt": "1970-01-01T00:00:05.000Z", "text": " ", "message": "Yes",
    }))
    .unwrap();
    let read = activity(row).unwrap();
    assert_eq!((read.step, read.at, read.text.as_deref()), (Some(0), Millis(5_000), Some("Yes")));
    assert_eq!(activity(wire::Activity::default()), None);
}

#[test]
fn numbers_in_our_words() {
    let theirs = serde_json::from_value(json!({
        "nbLeads": 3, "messagesSent": 5, "opened": 2, "odd": "x",
        "steps": [{"index": 0, "sent": 3, "opened": 2}, {"index": 0, "sent": 1}, {"index": 1, "sent": 1, "abTest": "A"}],
    }))
    .unwrap();
    let ours = stats(&theirs);
    assert_eq!((ours["leads"], ours["sent"], ours["opened"]), (3, 5, 2));
    assert_eq!((ours["step_0_sent"], ours["step_1_sent"], ours.get("odd")), (4, 1, None));
}

#[test]
fn only_known_states_are_released() {
    for (state, released) in [
        (None, false),
        (Some(""), false),
        (Some("scanned"), false),
        (Some("reviewed"), true),
        (Some("emailsSent"), true),
    ] {
        assert_eq!(is_released(state), released, "{state:?}");
    }
}
