//! Only for oneself, only with a stand-in whom the person named, and ended again.
use serde_json::Value;
use serde_json::json;

use crate::domain::time::DAY;
use crate::run::turn::Returned;
use crate::store::absence;
use crate::store::inbox;
use crate::store::inbox::Inbound;
use crate::tools::support::Desk;
use crate::tools::support::NOW;

/// `NOW` is in November 2026.
const UNTIL: &str = "2026-12-04";

async fn said(desk: &Desk, id: &str, payload: Value) {
    let inbound = Inbound {
        id: id.into(),
        source: "said".into(),
        event: id.into(),
        thread: desk.cx.thread.clone(),
        person: desk.cx.who.clone(),
        kind: "said".into(),
        payload,
        attempts: 0,
        received_at: NOW,
    };
    assert!(inbox::store(&mut desk.cx.store.conn().await.unwrap(), &inbound).await.unwrap());
}

async fn stored(desk: &Desk) -> Vec<(String, Option<String>, i64)> {
    let all = absence::all(&mut desk.cx.store.conn().await.unwrap()).await.unwrap();
    all.into_iter().map(|row| (row.person, row.delegate, row.until.since(row.from) / DAY)).collect()
}

fn away(delegate: &str) -> Value {
    json!({"from": "2026-12-01", "until": UNTIL, "delegate": delegate})
}

fn words(returned: Returned) -> String {
    match returned {
        Returned::Result(text) | Returned::BadArguments(text) | Returned::Yield(text) => text,
    }
}

#[tokio::test]
async fn an_absence_is_noted_for_the_writer_and_ended() {
    let desk = Desk::open().await;
    said(&desk, "in_1", json!({"text": "I am away 1 to 4 December, otto decides for me"})).await;
    let told = words(desk.call("set_absence", away("Otto")).await);
    assert_eq!(
        told,
        "Noted: AVA is away from Tue 1 Dec to Fri 4 Dec; OTTO decides meanwhile what is theirs to decide. \"I am back\" ends it."
    );
    assert_eq!(stored(&desk).await, [("ava".to_owned(), Some("otto".to_owned()), 4)]);
    let back = words(desk.call("set_absence", json!({"until": "back"})).await);
    assert_eq!(back, "AVA is back: only they decide what is theirs.");
    assert_eq!(stored(&desk).await, [("ava".to_owned(), None, 0)]);
    assert!(words(desk.call("set_absence", json!({"until": "back"})).await).contains("was not away"));
}

#[tokio::test]
async fn a_model_does_not_choose_who_decides() {
    let desk = Desk::open().await;
    assert!(words(desk.call("set_absence", away("Otto")).await).starts_with("DENIED"), "nobody said anything");
    said(&desk, "in_1", json!({"text": "I am away until Friday, the ottoman in the hall is new"})).await;
    for delegate in ["Otto", "Gil", "ava", "Somebody"] {
        let told = words(desk.call("set_absence", away(delegate)).await);
        assert!(told.starts_with("BAD: delegate"), "{delegate}: {told}");
    }
    for until in ["2026-10-01", "2026-11-31", "Friday", ""] {
        let told = words(desk.call("set_absence", json!({"until": until})).await);
        assert!(told.starts_with("BAD"), "{until}: {told}");
    }
    assert_eq!(stored(&desk).await, []);
}

#[tokio::test]
async fn words_of_a_refusal_are_not_the_words_of_who_is_answered() {
    let desk = Desk::open().await;
    said(&desk, "in_1", json!({"text": "away, Otto decides", "refused": "preview 1"})).await;
    assert!(words(desk.call("set_absence", away("Otto")).await).starts_with("DENIED"));
}
