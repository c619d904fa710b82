//! Changes as they happen: the JSON of the contract, the fragments of the page, and going on after a lost connection.
use crate::surfaces::web::tests::cards;
use crate::surfaces::web::tests::client::get;
use crate::surfaces::web::tests::client::read_until;
use crate::surfaces::web::tests::world::world;

/// One message and twelve cards were there before.
const BEFORE: i64 = 13;

#[tokio::test]
async fn a_program_hears_of_messages_cards_and_states() {
    let world = world().await;
    let mut stream = get("/api/threads/t1/events?after=13").open(world.address).await;
    read_until(&mut stream, ": open", 1).await;
    world.desk.edit(|state| {
        state.add("t1", "mona", "shorter,\r\nI think", None);
        state.change("t1", "card", "gate2");
        state.change("t1", "thread", "t1");
    });
    let heard = read_until(&mut stream, "event: ", 3).await;
    assert!(heard.contains("event: message\nid: 14\ndata: {"), "{heard}");
    assert!(heard.contains("event: card\nid: 15\ndata: {"), "{heard}");
    assert!(
        heard.contains("event: thread\nid: 16\ndata: {\"run\":\"7K2\",\"state\":\"waiting\",\"thread\":\"t1\"}"),
        "{heard}"
    );
}

#[tokio::test]
async fn a_lost_connection_goes_on_behind_its_last_event() {
    let world = world().await;
    world.desk.edit(|state| state.add("t1", "mona", "one more", None));
    let last = BEFORE.to_string();
    let mut stream = get("/api/threads/t1/events?after=2").with("last-event-id", &last).open(world.address).await;
    let heard = read_until(&mut stream, "event: ", 1).await;
    assert!(heard.contains("id: 14\n") && heard.contains("one more") && !heard.contains("id: 13\n"), "{heard}");
    let mut all = get("/api/threads/t1/events").open(world.address).await;
    let heard = read_until(&mut all, "event: ", 14).await;
    assert!(heard.contains("id: 1\n"), "{heard}");
}

#[tokio::test]
async fn the_page_hears_fragments_for_its_own_ids() {
    let world = world().await;
    let ask = get("/api/threads/t1/events?as=html&after=13").with("cookie", "qd_person=mona");
    let mut stream = ask.open(world.address).await;
    read_until(&mut stream, ": open", 1).await;
    world.desk.edit(|state| state.change("t1", "card", "run1"));
    let first = read_until(&mut stream, "event: threads", 1).await;
    assert!(first.contains("<section class=\"card\" id=\"card-run1\""), "{first}");
    assert!(first.contains("hx-swap-oob=\"true\""), "{first}");
    world.desk.edit(|state| {
        let card = state.card("run1").unwrap();
        *card = cards::progress();
        card.steps[1].state = crate::run::card::StepLook::Done;
        state.change("t1", "card", "run1");
        state.add("t1", "mona", "good", None);
    });
    let second = read_until(&mut stream, "event: threads", 1).await;
    assert!(
        second.contains("<div hx-swap-oob=\"beforebegin:#pulse\"><article class=\"msg\" id=\"m-t1-14\">"),
        "{second}"
    );
    assert!(second.contains("innerHTML:#live\">Enrich is done."), "{second}");
    for id in ["id=\"head\"", "id=\"badge\"", "id=\"pulse\"", "id=\"aside\"", "id=\"threads\""] {
        assert!(first.contains(id), "{id}");
    }
}

#[tokio::test]
async fn another_thread_changes_the_list_only() {
    let world = world().await;
    let mut stream = get("/api/threads/t1/events?as=html&after=13").open(world.address).await;
    read_until(&mut stream, ": open", 1).await;
    world.desk.edit(|state| {
        let mut other = state.threads[0].clone();
        other.thread = "t2".into();
        other.messages.clear();
        state.threads.push(other);
        state.add("t2", "ben", "hello", None);
    });
    let heard = read_until(&mut stream, "event: threads", 1).await;
    assert!(heard.contains("href=\"/t/t2\"") && !heard.contains("event: message"), "{heard}");
}

#[tokio::test]
async fn going_away_ends_the_streams() {
    let world = world().await;
    let mut stream = get("/events?after=13").open(world.address).await;
    read_until(&mut stream, ": open", 1).await;
    world.shutdown.cancel();
    let mut rest = Vec::new();
    let end = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest);
    tokio::time::timeout(std::time::Duration::from_secs(10), end).await.unwrap().unwrap();
}
