//! Saying something: what is refused, what is stored once, how a turn runs and ends.
use serde_json::json;

use super::support::*;
use crate::domain::ids::ThreadId;
use crate::ports::desk::Attachment;
use crate::ports::desk::Desk;
use crate::ports::desk::RefusalKind;
use crate::ports::desk::Said;
use crate::ports::llm::LlmError;
use crate::run::card::CardKind;
use crate::run::card::Verb;
use crate::run::turn::Message;
use crate::store::audit;

#[tokio::test]
async fn a_request_is_answered_in_its_thread() {
    let w = world().await;
    w.model_will([Ok(reply("", &["read_a", "read_b", "write"])), Ok(reply("Done.", &[]))]);
    let thread = w.says("ava", "who owns\u{0} Acme?").await;
    assert_eq!(w.desk.thread(&w.who("ava"), &thread).await.unwrap().state, "idle");
    assert!(w.desk.step_inbox().await);
    assert_eq!(w.reads(&thread).await, ["Ava: who owns Acme?", "Quarterdeck: Done."]);
    assert_eq!(*w.tools.called.lock().unwrap(), ["read_a", "read_b", "write"]);
    assert!(!w.desk.step_inbox().await, "nothing is left to do");
    let asked = w.model.asked.lock().unwrap().clone();
    assert_eq!(asked[0][0], Message::System { text: "PREFIX".into() });
    assert!(matches!(&asked[0][1], Message::System { text } if text.contains("idle") && text.contains("rep")));
    assert_eq!(asked[1].len(), 2 + 1 + 1 + 3, "prefix, state, request, calls, three answers");
    let mut c = w.desk.store.conn().await.unwrap();
    audit::verify(&mut c).await.unwrap();
}

#[tokio::test]
async fn the_same_event_is_one_message() {
    let w = world().await;
    let first = w.desk.say(&w.who("ava"), Said { text: "hello", event: "m1", ..Said::default() }).await.unwrap();
    let again = w.desk.say(&w.who("ava"), Said { text: "hello", event: "m1", ..Said::default() }).await.unwrap();
    let other = w.desk.say(&w.who("ben"), Said { text: "hello", event: "m1", ..Said::default() }).await.unwrap();
    assert_eq!(first, again);
    assert_ne!(first, other, "another person's event is another message");
    assert_eq!(w.reads(&first).await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_taken_says_why_and_what_now() {
    let w = world().await;
    let long = "x".repeat(8_001);
    let nowhere = ThreadId::from("th_none");
    let cases = [
        (None, " \u{0}\n ", RefusalKind::BadInput, "empty"),
        (None, long.as_str(), RefusalKind::TooLarge, "8,001"),
        (Some(&nowhere), "hi", RefusalKind::Unknown, "thread"),
    ];
    for (thread, text, kind, part) in cases {
        let refusal = w.desk.say(&w.who("ava"), Said { thread, text, ..Said::default() }).await.unwrap_err();
        assert_eq!(refusal.kind, kind);
        assert!(format!("{} {}", refusal.what, refusal.why).contains(part), "{refusal:?}");
        assert!(!refusal.next.is_empty());
    }
    w.desk.shutdown.cancel();
    let refusal = w.desk.say(&w.who("ava"), Said { text: "hi", ..Said::default() }).await.unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Unavailable);
    assert!(w.desk.ready().await.is_err());
}

#[tokio::test]
async fn words_of_a_person_without_a_role_never_reach_the_model() {
    let w = world().await;
    let thread = w.says("gil", "launch everything").await;
    w.desk.step_inbox().await;
    assert!(w.model.asked.lock().unwrap().is_empty());
    assert_eq!(w.reads(&thread).await[1], "[You can read here, not start or decide]");
}

#[tokio::test]
async fn an_unreachable_model_is_tried_again_and_then_said() {
    let w = world().await;
    let down = || Err(LlmError::Unreachable("refused".into()));
    w.model_will([down(), down(), down(), Ok(reply("Back.", &[]))]);
    let thread = w.says("ava", "status?").await;
    assert!(w.desk.step_inbox().await);
    assert!(!w.desk.step_inbox().await, "it waits before it tries again");
    for _ in 0..2 {
        w.forward(60_000);
        assert!(w.desk.step_inbox().await);
    }
    let cards = w.cards(&thread).await;
    assert_eq!((cards.len(), cards[0].kind), (1, CardKind::Error));
    assert_eq!(cards[0].title, "The model did not answer");
    w.desk.press(&w.who("ava"), &token(&cards[0], Verb::Retry), json!({})).await.unwrap();
    assert!(w.desk.step_inbox().await);
    assert_eq!(w.reads(&thread).await.last().unwrap(), "Quarterdeck: Back.");
}

#[tokio::test]
async fn a_limit_stops_the_turn_and_says_so() {
    let w = world().await;
    w.model_will((0..20).map(|_| Ok(reply("", &["bad"]))));
    let thread = w.says("ava", "find 0 leads").await;
    w.desk.step_inbox().await;
    let cards = w.cards(&thread).await;
    assert_eq!(cards[0].title, "I could not fill in a step");
    assert!(cards[0].body.contains("BAD: count: 1 to 10,000"));
    assert_eq!(w.model.asked.lock().unwrap().len(), 4, "three repairs after the first try");
}

#[tokio::test]
async fn a_shown_card_ends_the_turn_without_words() {
    let w = world().await;
    w.model_will([Ok(reply("", &["show"]))]);
    let thread = w.says("ava", "find 100 leads").await;
    w.desk.step_inbox().await;
    assert_eq!(w.reads(&thread).await, ["Ava: find 100 leads"]);
    w.model_will([Ok(reply("ok", &[]))]);
    w.desk.say(&w.who("ava"), Said { thread: Some(&thread), text: "only UK", ..Said::default() }).await.unwrap();
    w.desk.step_inbox().await;
    let asked = w.model.asked.lock().unwrap().last().unwrap().clone();
    assert!(asked.contains(&Message::Tool { call: "c_show".into(), text: "SHOWN: plan v1".into() }));
}

#[tokio::test]
async fn a_list_is_read_and_what_is_wrong_with_it_is_shown() {
    let w = world().await;
    w.model_will([Ok(reply("ok", &[]))]);
    let body = "{\"name\":\"Acme\",\"website\":\"https://acme.com\",\"team_size\":50}\nnot json\n{\"name\":\"Beta\"}\n";
    let files = vec![
        Attachment { name: "secret customers.jsonl".into(), bytes: body.into() },
        Attachment { name: "orders.xlsx".into(), bytes: vec![1, 2, 3] },
    ];
    let thread = w.desk.say(&w.who("ava"), Said { text: "score these", files, ..Said::default() }).await.unwrap();
    let cards = w.cards(&thread).await;
    assert_eq!(cards[0].title, "LIST · 2 companies read");
    assert_eq!(cards[0].table.as_ref().unwrap().rows[0][0], "2");
    assert_eq!(cards[1].title, "I could not read orders.xlsx");
    w.desk.step_inbox().await;
    let asked = w.model.asked.lock().unwrap()[0].clone();
    let Message::User { text } = asked.last().unwrap() else { panic!("{asked:?}") };
    assert!(
        text.starts_with("score these\n[attached: list_") && text.ends_with(" · 2 companies · from file]"),
        "{text}"
    );
}

#[tokio::test]
async fn status_and_metrics_count_rows() {
    let w = world().await;
    w.says("ava", "hello").await;
    let status = w.desk.status().await.unwrap();
    assert_eq!((status["mode"].as_str(), status["inbox_open"].as_i64()), (Some("sandbox"), Some(1)));
    let metrics = w.desk.metrics().await;
    assert!(metrics.contains("quarterdeck_inbox_open 1\n"), "{metrics}");
    assert_eq!(w.desk.changes(None, 0).await.unwrap().len(), 1);
}
