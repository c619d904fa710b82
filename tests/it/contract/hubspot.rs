//! HubSpot: read, upsert, associate, log, opt out.
use std::collections::BTreeMap;

use quarterdeck::connectors::hubspot::client::HubSpot;
use quarterdeck::ports::vendors::Crm;
use quarterdeck::ports::vendors::CrmActivity;
use quarterdeck::ports::vendors::Upserted;
use quarterdeck::sandbox::HUBSPOT_TOKEN;

use super::bench::Bench;
use super::bench::NOW;
use super::spec::Spec;

const FILES: [&str; 11] = [
    "hubspot/dated-2026-09/contacts.json",
    "hubspot/dated-2026-09/companies.json",
    "hubspot/dated-2026-09/associations_v4.json",
    "hubspot/dated-2026-09/properties.json",
    "hubspot/dated-2026-09/owners.json",
    "hubspot/dated-2026-09/communication_preferences.json",
    "hubspot/dated-2026-09/notes.json",
    "hubspot/dated-2026-09/emails.json",
    "hubspot/dated-2026-09/tasks.json",
    "hubspot/dated-2026-09/calls.json",
    "hubspot/dated-2026-09/meetings.json",
];

fn row(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn id_of(outcome: &Upserted) -> String {
    match outcome {
        Upserted::Created { id } | Upserted::Updated { id } => id.clone(),
        Upserted::Refused { why } => panic!("refused: {why}"),
    }
}

/// Read by id, written back by id, linked with, archived.
async fn the_way_back(hubspot: &HubSpot, company: String) {
    let person = row(&[("email", "new.three@acme.example"), ("title", "CFO")]);
    let contact = id_of(&hubspot.upsert_contacts(&[person]).await.unwrap()[0]);
    let empty = row(&[("title", ""), ("city", "Ulm")]);
    hubspot.update("contacts", &[(contact.clone(), empty)]).await.unwrap();
    let read = hubspot.read("contacts", &[contact.clone(), "404".to_owned()]).await.unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!((read[0].fields.get("title"), read[0].fields["city"].as_str()), (None, "Ulm"));
    assert!(hubspot.links("contacts", std::slice::from_ref(&contact)).await.unwrap().is_empty());
    hubspot.associate(&[(contact.clone(), company.clone())]).await.unwrap();
    let links = hubspot.links("contacts", std::slice::from_ref(&contact)).await.unwrap();
    assert_eq!(links[&contact].iter().cloned().collect::<Vec<_>>(), [format!("companies {company}")]);
    for _ in 0..2 {
        hubspot.archive("contacts", std::slice::from_ref(&contact)).await.unwrap();
    }
    assert!(hubspot.read("contacts", &[contact]).await.unwrap().is_empty());
}

/// Each kind of activity is written once and found again by our key.
async fn notes_and_the_like(bench: &Bench, hubspot: &HubSpot, contacts: [&Upserted; 2]) {
    for kind in ["note", "email", "task", "call", "meeting"] {
        let activity = |number: u32, contact: &Upserted| CrmActivity {
            contact_id: id_of(contact),
            kind: kind.to_owned(),
            subject: "Hello".to_owned(),
            body: "One <b>line</b>".to_owned(),
            at: NOW,
            key: format!("op_{kind}_{number}"),
        };
        let activities = [activity(1, contacts[0]), activity(2, contacts[1])];
        assert_eq!(hubspot.find_activities(&activities).await.unwrap(), [None, None], "{kind}");
        let logged: Vec<String> = hubspot.log_activities(&activities).await.unwrap().iter().map(id_of).collect();
        let found: Vec<String> = hubspot.find_activities(&activities).await.unwrap().into_iter().flatten().collect();
        assert_eq!(found, logged, "{kind}");
        bench.breathe();
    }
}

#[tokio::test]
#[ignore = "needs ../shared; run by .ci/run"]
async fn hubspot_keeps_to_its_description() {
    let bench = Bench::start().await;
    let hubspot = HubSpot::connect(bench.endpoint("/hubspot", HUBSPOT_TOKEN)).unwrap();
    let rows = [
        row(&[("email", "new.one@acme.example"), ("given_name", "New"), ("owner", "ava@quarterdeck.example")]),
        row(&[("email", "not an address"), ("given_name", "Bad")]),
        row(&[("given_name", "Keyless")]),
        row(&[("email", "new.two@acme.example"), ("title", "CFO")]),
        row(&[("email", "New.One@acme.example"), ("given_name", "New")]),
    ];
    let first = hubspot.upsert_contacts(&rows).await.unwrap();
    assert!(matches!(first[0], Upserted::Created { .. }));
    assert!(matches!(&first[1], Upserted::Refused { why } if why.contains("invalid")), "{:?}", first[1]);
    assert!(matches!(first[2], Upserted::Refused { .. }));
    assert!(matches!(first[3], Upserted::Created { .. }));
    assert_eq!(first[4], first[0]);
    let again = hubspot.upsert_contacts(&rows[..1]).await.unwrap();
    assert_eq!(again, [Upserted::Updated { id: id_of(&first[0]) }]);

    let emails = ["new.one@acme.example".to_owned(), "nobody@acme.example".to_owned()];
    let read = hubspot.contacts_by_email(&emails).await.unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].fields["given_name"], "New");
    assert_eq!(read[0].fields["owner"], "ava@quarterdeck.example");

    let company = row(&[
        ("quarterdeck_id", "company_1"),
        ("name", "Acme"),
        ("domain", "acme-new.example"),
        ("industry", "Fintech"),
    ]);
    let made = hubspot.upsert_companies(std::slice::from_ref(&company), &[None]).await.unwrap();
    assert!(matches!(made[0], Upserted::Created { .. }));
    bench.breathe();
    let other_key = row(&[("quarterdeck_id", "company_2"), ("name", "Acme"), ("domain", "acme-new.example")]);
    let both = [company, other_key];
    let standing = hubspot.standing("companies", &both).await.unwrap();
    assert!(standing.iter().flatten().all(|record| record.id == id_of(&made[0])), "{standing:?}");
    let kept = hubspot.upsert_companies(&both, &standing).await.unwrap();
    assert_eq!(kept, [Upserted::Updated { id: id_of(&made[0]) }, Upserted::Updated { id: id_of(&made[0]) }]);
    assert_eq!(hubspot.companies_by_domain(&["acme-new.example".to_owned()]).await.unwrap().len(), 1);

    hubspot.associate(&[(id_of(&first[0]), id_of(&made[0]))]).await.unwrap();
    notes_and_the_like(&bench, &hubspot, [&first[0], &first[3]]).await;
    hubspot.opt_out("new.one@acme.example").await.unwrap();
    assert!(!hubspot.search("contacts", "new.two", 10).await.unwrap().is_empty());
    let read = hubspot.contacts_by_email(&emails).await.unwrap();
    assert_eq!(read[0].fields.get("opted_out").map(String::as_str), Some("true"));
    the_way_back(&hubspot, id_of(&made[0])).await;
    let spec = Spec::read("/hubspot", &FILES, &[]);
    bench.check(
        &spec,
        &[
            "batch/upsert",
            "batch/read",
            "batch/update",
            "batch/archive",
            "associate/default",
            "unsubscribe-all",
            "/owners",
            "/properties",
            "notes/batch/create",
        ],
    );
}
