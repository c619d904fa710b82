//! What must not get in: other sites, other hosts, forms without their token; and what each answer forbids.
use serde_json::json;

use crate::surfaces::web::guard::POLICY;
use crate::surfaces::web::tests::client;
use crate::surfaces::web::tests::client::form;
use crate::surfaces::web::tests::client::get;
use crate::surfaces::web::tests::world::world;

#[tokio::test]
async fn another_site_and_another_host_are_refused() {
    let world = world().await;
    let said = json!({"text": "x"});
    let cases = [
        client::json("/api/threads", &said).with("origin", "http://evil.example"),
        client::json("/api/threads", &said).with("sec-fetch-site", "cross-site"),
        client::json("/api/threads", &said).with("origin", "null"),
        client::json("/api/threads", &said).with("host", "evil.example"),
        get("/api/threads/t1").with("host", "evil.example"),
        get("/t/t1").with("host", "evil.example"),
        form("/new", &[("text", "x")]).with("origin", "http://evil.example"),
    ];
    for ask in cases {
        assert_eq!(ask.send(world.address).await.status, 403, "{} {:?}", ask.path, ask.headers);
    }
    assert_eq!(world.desk.edit(|state| state.said.len()), 0);
}

#[tokio::test]
async fn a_form_needs_the_token_of_its_reader() {
    let world = world().await;
    let page = get("/t/t1").send(world.address).await;
    let token = page.hidden("_csrf");
    assert_eq!(form("/t/t1/say", &[("text", "x")]).send(world.address).await.status, 403);
    let stolen = form("/t/t1/say", &[("text", "x"), ("_csrf", &token)]).with("cookie", "qd_person=ben");
    assert_eq!(stolen.send(world.address).await.status, 403);
    for path in ["/a/exclude", "/person", "/theme", "/logout"] {
        assert_eq!(form(path, &[("person", "ben")]).send(world.address).await.status, 403, "{path}");
    }
    assert_eq!(world.desk.edit(|state| state.said.len() + state.pressed.len()), 0);
    let own = form("/t/t1/say", &[("text", "x"), ("_csrf", &token)]).send(world.address).await;
    assert_eq!((own.status, own.header("location")), (303, Some("/t/t1")));
}

#[tokio::test]
async fn every_answer_carries_the_policy() {
    let world = world().await;
    for path in
        ["/t/t1", "/new", "/status", "/nothing", "/api/status", "/api/nothing", "/livez", "/a/changes/form?thread=t1"]
    {
        let answer = get(path).send(world.address).await;
        assert_eq!(answer.header("content-security-policy"), Some(POLICY), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}
