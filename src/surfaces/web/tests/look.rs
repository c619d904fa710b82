//! Not a test: serves the page with a card of each kind, to be looked at with a browser.
//! Run with `cargo test --lib look_at_the_page -- --ignored`, then open http://127.0.0.1:8899 (log-in: 8898).
use crate::surfaces::web::options::Login;
use crate::surfaces::web::options::WebOptions;
use crate::surfaces::web::tests::cards;
use crate::surfaces::web::tests::desk::MemoryDesk;
use crate::surfaces::web::tests::door;
use crate::surfaces::web::tests::world;

#[tokio::test]
#[ignore = "serves until it is stopped"]
async fn look_at_the_page() {
    let options = WebOptions { port: 8899, ..world::options() };
    let open = world::start(options, MemoryDesk::with_cards(cards::all())).await;
    let logins = vec![Login { person: "ava".to_owned(), argon2: door::hash("harbour") }];
    let options = WebOptions { port: 8898, sandbox: false, logins, ..world::options() };
    let _guarded = world::start(options, MemoryDesk::with_cards(cards::all())).await;
    open.shutdown.cancelled().await;
}
