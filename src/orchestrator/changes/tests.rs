//! Which forms are taken, and which field is named when one is not.
use serde_json::json;

use super::*;
use crate::orchestrator::refuse::Stop;
use crate::run::launch::Draft;
use crate::run::launch::Outgoing;
use crate::run::launch::Schedule;

fn outgoing(id: &str) -> Outgoing {
    Outgoing {
        lead: LeadId::from(id),
        name: id.into(),
        title: String::new(),
        company: String::new(),
        email: format!("{id}@example.com"),
        country: "US".into(),
        zone: "UTC".into(),
        score: 0,
        first_at: Millis(0),
        draft: Draft { mails: Vec::new(), sources: Vec::new(), annotated: String::new(), written_by: "model".into() },
    }
}

fn payload() -> LaunchPayload {
    LaunchPayload {
        campaign: "c".into(),
        touches: Vec::new(),
        schedule: Schedule { per_day: 20, mailboxes: 3, first: Millis(0), last: Millis(0), skips: Vec::new() },
        recipients: vec![outgoing("lead_1"), outgoing("lead_2")],
        roll: None,
        wishes: String::new(),
        changes: Vec::new(),
        left_out: Vec::new(),
        policy_hash: String::new(),
    }
}

fn at() -> (Millis, &'static str) {
    ("2026-11-24T23:30:00Z".parse().unwrap(), "Europe/Berlin")
}

#[test]
fn sound_forms_are_taken_as_they_are_meant() {
    let read = |values| read(&values, &payload(), at()).unwrap();
    let all =
        read(json!({"wishes": " shorter ", "exclude": ["lead_1", "lead_1"], "per_day": "15", "start": "2026-11-25"}));
    let expected = LaunchChanges {
        wishes: "shorter".into(),
        exclude: vec![LeadId::from("lead_1")],
        per_day: Some(15),
        start: Some("2026-11-25".into()),
    };
    assert_eq!(all, expected);
    assert_eq!(read(json!({"exclude": "lead_2", "per_day": "", "start": ""})).exclude, [LeadId::from("lead_2")]);
    assert_eq!(read(json!({"per_day": 200})).per_day, Some(200));
}

#[test]
fn a_field_that_cannot_be_used_is_named_and_nothing_is_decided() {
    let long = "x".repeat(501);
    let cases = [
        (json!({"per_day": 0}), "per_day"),
        (json!({"per_day": 201}), "per_day"),
        (json!({"per_day": 2.5}), "per_day"),
        (json!({"per_day": "many"}), "per_day"),
        (json!({"per_day": [1]}), "per_day"),
        // It is the 25th in Berlin already.
        (json!({"start": "2026-11-24"}), "start"),
        (json!({"start": "2027-02-24"}), "start"),
        (json!({"start": "tomorrow"}), "start"),
        (json!({"start": "2026-11-31"}), "start"),
        (json!({"start": 5}), "start"),
        (json!({"exclude": ["lead_9"]}), "exclude"),
        (json!({"exclude": ["lead_1", "lead_2"]}), "exclude"),
        (json!({"exclude": {"a": 1}}), "exclude"),
        (json!({"wishes": long}), "wishes"),
        (json!({"wishes": 1}), "wishes"),
        (json!({}), "changes"),
        (json!({"per_day": 20}), "changes"),
        (serde_json::Value::Null, "changes"),
    ];
    for (values, name) in cases {
        match read(&values, &payload(), at()) {
            Err(Stop::No(_, words)) => assert_eq!(words.name, name, "{values}"),
            other => panic!("{values}: {other:?}"),
        }
    }
}
