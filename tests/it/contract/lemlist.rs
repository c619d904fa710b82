//! lemlist: a campaign set up, one person enrolled with both keys, what comes back.
use std::collections::BTreeMap;

use quarterdeck::connectors::lemlist::client::Lemlist;
use quarterdeck::domain::compliance::decide::clear;
use quarterdeck::domain::compliance::facts::CampaignFacts;
use quarterdeck::domain::compliance::facts::Question;
use quarterdeck::domain::compliance::facts::Rendered;
use quarterdeck::domain::compliance::facts::Sender;
use quarterdeck::domain::compliance::permit::Cleared;
use quarterdeck::domain::compliance::regions::Regions;
use quarterdeck::domain::ids::CompanyId;
use quarterdeck::domain::ids::GateId;
use quarterdeck::domain::ids::LeadId;
use quarterdeck::domain::ids::RunId;
use quarterdeck::domain::lead::Company;
use quarterdeck::domain::lead::Lead;
use quarterdeck::domain::lead::SourceRef;
use quarterdeck::domain::time::DAY;
use quarterdeck::domain::title::Function;
use quarterdeck::ports::error::PortError;
use quarterdeck::ports::vendors::CampaignSetup;
use quarterdeck::ports::vendors::FoundCampaign;
use quarterdeck::ports::vendors::FoundPerson;
use quarterdeck::ports::vendors::Outreach;
use quarterdeck::ports::vendors::Recipient;
use quarterdeck::ports::vendors::Touch;
use quarterdeck::run::deciders::Voice;
use quarterdeck::run::gate::Approved;
use quarterdeck::run::gate::Asked;
use quarterdeck::run::gate::Gate;
use quarterdeck::run::gate::Vote;
use quarterdeck::run::state::GateKind;
use quarterdeck::run::state::GateState;
use quarterdeck::sandbox::LEMLIST_KEY;
use serde_json::json;

use super::bench::Bench;
use super::bench::NOW;
use super::spec::Spec;

fn approved() -> Approved {
    let asked = Asked { version: 1, payload: json!({"recipients": ["lead_1"]}), roles: Vec::new(), quorum: 1 };
    let mut gate = Gate::waiting(GateId::from("gate_1"), (&RunId::from("run_1"), 1), GateKind::Launch, asked, NOW);
    gate.state = GateState::Approved;
    gate.votes.push(Vote { voice: Voice::own("mona"), at: NOW });
    Approved::from_stored(&gate).unwrap()
}

fn mail() -> Rendered {
    let sender = Sender {
        company: "Quarterdeck Ltd".to_owned(),
        person: "Ava Reed".to_owned(),
        postal_address: "1 Harbour Street".to_owned(),
        reply_to: "ava@quarterdeck.example".to_owned(),
        unsubscribe_url: "https://quarterdeck.example/u/t".to_owned(),
        impressum: String::new(),
    };
    let body = "Ava Reed, Quarterdeck Ltd, 1 Harbour Street. This is a commercial message. \
        Unsubscribe: https://quarterdeck.example/u/t";
    Rendered { subject: "Month-end".to_owned(), body: body.to_owned(), first: true, headers_one_click: true, sender }
}

fn cleared(email: &str) -> Cleared {
    let mut company = Company::named(CompanyId::from("c"), "Acme Ltd");
    company.country = Some("US".to_owned());
    let mut lead = Lead::named(LeadId::from("lead_1"), "Ava", company, NOW.plus(-DAY));
    lead.surname = "Ng".to_owned();
    lead.title = Some("VP Finance".to_owned());
    lead.country = Some("US".to_owned());
    lead.email = Some(email.to_owned());
    lead.sources.push(SourceRef { vendor: "apollo".to_owned(), id: "1".to_owned() });
    let facts = CampaignFacts {
        target_functions: vec![Function::Finance],
        rendered: Some(mail()),
        ..CampaignFacts::named("c1")
    };
    let question = Question { window_applies: false, ..Question::for_lead(&lead, facts, NOW) };
    clear(&question, &Regions::shipped().unwrap(), email, "hash").unwrap()
}

fn setup() -> CampaignSetup {
    let mail = |n: u32, delay_days| Touch {
        kind: "email".to_owned(),
        delay_days,
        subject: format!("{{{{qd_subject_{n}}}}}"),
        body: format!("{{{{qd_body_{n}}}}}"),
    };
    let call = Touch { kind: "call".to_owned(), delay_days: 2, subject: "Call".to_owned(), body: "Ask".to_owned() };
    CampaignSetup {
        name: "Fintech CFO [qd-1]".to_owned(),
        touches: vec![mail(1, 0), call, mail(2, 3)],
        zone: "UTC".to_owned(),
        daily_limit: 150,
        mailboxes: 3,
    }
}

fn recipient(email: &str) -> Recipient {
    let texts =
        [("qd_subject_1", "Hello"), ("qd_body_1", "Body one"), ("qd_subject_2", "Again"), ("qd_body_2", "Body two")];
    Recipient {
        email: email.to_owned(),
        given_name: "Ava".to_owned(),
        surname: "Ng".to_owned(),
        company: "Acme".to_owned(),
        title: "VP Finance".to_owned(),
        linkedin_url: None,
        zone: "UTC".to_owned(),
        variables: BTreeMap::from(texts.map(|(name, text)| (name.to_owned(), text.to_owned()))),
    }
}

#[tokio::test]
#[ignore = "needs ../shared; run by .ci/run"]
async fn lemlist_keeps_to_its_description() {
    let bench = Bench::start().await;
    let lemlist = Lemlist::connect(bench.endpoint("/lemlist/api", LEMLIST_KEY)).unwrap();
    assert_eq!(lemlist.mailboxes().await.unwrap().len(), 3);
    assert_eq!(lemlist.find_campaign(&setup().name).await.unwrap(), None);
    let id = lemlist.create_campaign(&setup()).await.unwrap();
    bench.breathe();
    assert_eq!(lemlist.create_campaign(&setup()).await.unwrap(), id);
    bench.breathe();
    let mut shorter = setup();
    shorter.touches.remove(1);
    lemlist.update_sequence(&id, &shorter).await.unwrap();
    bench.breathe();

    let email = "ava.ng@acme-corp.example";
    let (approved, permit) = (approved(), cleared(email));
    let other = lemlist.enrol(&id, &recipient("someone.else@acme-corp.example"), (&approved, &permit)).await;
    assert!(matches!(other, Err(PortError::Refused { .. })));
    assert_eq!(lemlist.find_lead(&id, email).await.unwrap(), None);
    let lead = lemlist.enrol(&id, &recipient(email), (&approved, &permit)).await.unwrap();
    assert_eq!(lemlist.enrol(&id, &recipient(email), (&approved, &permit)).await.unwrap(), lead);
    bench.breathe();
    lemlist.release(&id, &lead, (&approved, &permit)).await.unwrap();
    assert!(lemlist.find_lead(&id, email).await.unwrap().is_some_and(|found| found.id == lead && found.released));
    assert!(lemlist.running_elsewhere(&[email.to_owned()]).await.unwrap().is_empty());
    lemlist.start(&id, &approved).await.unwrap();
    lemlist.start(&id, &approved).await.unwrap();
    bench.breathe();
    assert_eq!(lemlist.running_elsewhere(&[email.to_owned()]).await.unwrap(), [email]);

    bench.world.advance_ms(10 * DAY);
    let page = lemlist.activities(NOW, None).await.unwrap();
    let ours: Vec<&str> = page.rows.iter().filter(|row| row.email == email).map(|row| row.kind.as_str()).collect();
    assert_eq!(ours.first(), Some(&"sent"), "{ours:?}");
    assert!(page.rows.is_sorted_by_key(|row| row.at));
    let stats = lemlist.stats(&id, NOW, NOW.plus(20 * DAY)).await.unwrap();
    assert!(stats["sent"] >= 1 && stats["leads"] == 1, "{stats:?}");

    assert!(!lemlist.is_unsubscribed(email).await.unwrap());
    lemlist.unsubscribe(email).await.unwrap();
    lemlist.unsubscribe(email).await.unwrap();
    assert!(lemlist.is_unsubscribed(email).await.unwrap());
    lemlist.pause(&id).await.unwrap();
    lemlist.pause(&id).await.unwrap();
    bench.breathe();
    let campaigns = lemlist.all_campaigns().await.unwrap();
    let ours = FoundCampaign { id: id.clone(), name: setup().name, running: false };
    assert!(campaigns.contains(&ours), "{campaigns:?}");
    let people = lemlist.all_people(&id).await.unwrap();
    assert_eq!(people, [FoundPerson { id: lead, email: email.to_owned(), released: true }]);
    // The world has people of its own who opted out.
    assert!(lemlist.all_unsubscribed().await.unwrap().iter().any(|one| one == email));
    // Documented by the vendor, but not in the description that we have.
    let spec = Spec::read("/lemlist/api", &["lemlist/lemlist.json"], &["patch /schedules/{scheduleId}"]);
    let spec = spec.wrapping(&[("/campaigns", "campaigns")]);
    bench.check(
        &spec,
        &[
            "/leads/review/",
            "/schedules/",
            "/steps",
            "/start",
            "/pause",
            "/activities",
            "/stats",
            "/unsubscribes/",
            "/export/leads",
        ],
    );
}
