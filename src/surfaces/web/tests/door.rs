//! Log in and out where the page is reached from elsewhere, and the person switch where it is not.
use std::sync::atomic::Ordering;

use argon2::Algorithm;
use argon2::Argon2;
use argon2::Params;
use argon2::PasswordHasher;
use argon2::Version;
use argon2::password_hash::SaltString;

use crate::domain::time::MINUTE;
use crate::surfaces::web::options::Login;
use crate::surfaces::web::options::WebOptions;
use crate::surfaces::web::session::SESSION_MILLIS;
use crate::surfaces::web::tests::cards;
use crate::surfaces::web::tests::client::form;
use crate::surfaces::web::tests::client::get;
use crate::surfaces::web::tests::desk::MemoryDesk;
use crate::surfaces::web::tests::world;
use crate::surfaces::web::tests::world::World;

pub fn hash(password: &str) -> String {
    // As cheap as the function allows: these tests are not about its cost.
    let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
    let salt = SaltString::encode_b64(b"sixteen bytes ok").unwrap();
    cheap.hash_password(password.as_bytes(), &salt).unwrap().to_string()
}

async fn guarded() -> World {
    let logins = vec![Login { person: "ava".to_owned(), argon2: hash("harbour") }];
    let options = WebOptions { sandbox: false, logins, ..world::options() };
    world::start(options, MemoryDesk::with_cards(cards::all())).await
}

async fn log_in(world: &World, user: &str, password: &str) -> (u16, Option<String>) {
    let token = get("/login").send(world.address).await.hidden("_csrf");
    let pairs = [("user", user), ("password", password), ("_csrf", &token)];
    let answer = form("/login", &pairs).send(world.address).await;
    let cookie = answer.header("set-cookie").map(|line| line.split(';').next().unwrap().to_owned());
    (answer.status, cookie)
}

#[tokio::test]
async fn nobody_reads_before_logging_in() {
    let world = guarded().await;
    let page = get("/t/t1").person("ava").send(world.address).await;
    assert_eq!((page.status, page.header("location")), (303, Some("/login")));
    for path in ["/api/threads", "/api/threads/t1", "/api/status", "/api/runs/7K2"] {
        assert_eq!(get(path).person("ava").send(world.address).await.status, 401, "{path}");
    }
    assert_eq!(get("/events").send(world.address).await.status, 303);
}

#[tokio::test]
async fn a_session_opens_the_page_until_it_ends() {
    let world = guarded().await;
    let (status, cookie) = log_in(&world, "ava", "harbour").await;
    assert_eq!(status, 303);
    let cookie = cookie.unwrap();
    let page = get("/t/t1").with("cookie", &cookie).send(world.address).await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("Ben Okafor"), "the person switch is for the sandbox");
    let out = form("/logout", &[("_csrf", &page.hidden("_csrf"))]).with("cookie", &cookie).send(world.address).await;
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    world.clock.0.fetch_add(SESSION_MILLIS, Ordering::SeqCst);
    assert_eq!(get("/t/t1").with("cookie", &cookie).send(world.address).await.status, 303);
}

#[tokio::test]
async fn wrong_passwords_are_slowed_down() {
    let world = guarded().await;
    for _ in 0..5 {
        assert_eq!(log_in(&world, "ava", "wrong").await, (401, None));
    }
    assert_eq!(log_in(&world, "ava", "harbour").await, (429, None));
    assert_eq!(log_in(&world, "zoe", "harbour").await, (401, None));
    world.clock.0.fetch_add(MINUTE, Ordering::SeqCst);
    assert_eq!(log_in(&world, "ava", "harbour").await.0, 303);
}

#[tokio::test]
async fn the_sandbox_lets_one_be_somebody_else() {
    let world = world::world().await;
    let page = get("/t/t1").send(world.address).await;
    assert!(page.body.contains("You are </span>Ava Lindqvist"));
    let token = page.hidden("_csrf");
    let pairs = [("person", "mona"), ("_csrf", token.as_str()), ("_thread", "t1")];
    let switched = form("/person", &pairs).send(world.address).await;
    assert_eq!((switched.status, switched.header("location")), (303, Some("/t/t1")));
    let cookie = switched.header("set-cookie").unwrap();
    assert!(cookie.starts_with("qd_person=mona; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
    let hers = get("/t/t1").with("cookie", "qd_person=mona; qd_theme=dark").send(world.address).await;
    assert!(hers.body.contains("You are </span>Mona Falk"));
    assert!(hers.body.contains("<html lang=\"en\" data-theme=\"dark\">"));
}
