//! The page as HTML: every kind of card, forms with and without script, nothing inline, colours that can be read.
use serde_json::json;

use crate::domain::ids::ThreadId;
use crate::run::card::Card;
use crate::surfaces::web::tests::cards;
use crate::surfaces::web::tests::client::form;
use crate::surfaces::web::tests::client::get;
use crate::surfaces::web::tests::desk::NOON;
use crate::surfaces::web::tests::world;
use crate::surfaces::web::view::card;
use crate::surfaces::web::view::reader::Place;
use crate::surfaces::web::view::reader::Reader;

fn reader() -> Reader {
    let persons = world::options().persons;
    Reader {
        person: persons[2].clone(),
        persons,
        is_sandbox: true,
        is_partly_live: false,
        alerts: 0,
        theme: String::new(),
        token: "token".to_owned(),
        now: NOON,
        event: "say_1".to_owned(),
        upload_max: 1 << 20,
    }
}

/// One tag a line, so that a change is seen where it is.
fn drawn(shown: &Card) -> String {
    let (reader, thread) = (reader(), ThreadId::from("t1"));
    let html = card::card(&Place::new(&reader, &thread, true), shown, false).into_string();
    html.replace("><", ">\n<")
}

#[test]
fn cards_are_drawn_as_designed() {
    for (name, shown) in [
        ("plan", cards::plan()),
        ("plan_past", cards::plan_past()),
        ("progress", cards::progress()),
        ("gate_launch", cards::launch()),
        ("gate_merge", cards::merge()),
        ("question", cards::question()),
        ("status", cards::status()),
    ] {
        insta::assert_snapshot!(name, drawn(&shown));
    }
}

#[test]
fn what_comes_from_outside_is_escaped_everywhere() {
    let evil = "<script>alert(1)</script>\"'";
    for mut shown in cards::all() {
        shown.title = evil.to_owned();
        shown.body = evil.to_owned();
        shown.footer = evil.to_owned();
        shown.who = evil.to_owned();
        shown.verdict = evil.to_owned();
        shown.fields.iter_mut().for_each(|field| (field.label, field.value) = (evil.to_owned(), evil.to_owned()));
        shown.steps.iter_mut().for_each(|step| step.detail = evil.to_owned());
        shown
            .mails
            .iter_mut()
            .for_each(|mail| (mail.body, mail.sources) = (format!("{evil}[1]"), vec![evil.to_owned()]));
        shown.charts.iter_mut().for_each(|chart| chart.bars[0].0 = evil.to_owned());
        for action in &mut shown.actions {
            action.label = evil.to_owned();
            action.href = Some("javascript:alert(1)".to_owned());
        }
        let html = drawn(&shown);
        assert!(!html.contains("<script") && !html.contains("javascript:"), "{html}");
    }
}

#[test]
fn one_main_button_stands_first() {
    for shown in cards::all() {
        let html = drawn(&shown);
        let buttons: Vec<&str> = html.split("class=\"btn").skip(1).collect();
        let go = buttons.iter().filter(|button| button.starts_with(" go")).count();
        assert!(go <= 1, "{}", shown.id);
        assert!(go == 0 || buttons[0].starts_with(" go"), "{}", shown.id);
    }
}

#[test]
fn only_who_may_decide_sees_the_accent() {
    let (reader, thread) = (reader(), ThreadId::from("t1"));
    for (waits, expected) in [(true, true), (false, false)] {
        let html = card::card(&Place::new(&reader, &thread, waits), &cards::launch(), false).into_string();
        assert_eq!(html.contains("data-wait"), expected);
    }
    assert!(!drawn(&cards::plan()).contains("data-wait"));
}

#[tokio::test]
async fn nothing_is_inline_and_nothing_leaves() {
    let world = world::world().await;
    let login = world::start(world::options(), crate::surfaces::web::tests::desk::MemoryDesk::default()).await;
    let mut pages = vec![get("/").send(login.address).await];
    for path in ["/t/t1", "/new", "/status", "/a/changes/form?thread=t1", "/a/review/form?thread=t1", "/t/none"] {
        pages.push(get(path).with("cookie", "qd_person=mona").send(world.address).await);
    }
    for page in pages {
        let html = page.body;
        assert!(html.starts_with("<!DOCTYPE html>"));
        for part in [
            " style=",
            "<style",
            " onclick",
            " onload",
            " onsubmit",
            "javascript:",
            "hx-on",
            "src=\"http",
            "href=\"http",
        ] {
            assert!(!html.contains(part), "{part}");
        }
        let scripts: Vec<&str> = html.split("<script").skip(1).collect();
        assert!(scripts.iter().all(|script| script.starts_with(" src=\"/assets/") && script.contains("></script>")));
        ids_are_unique(&html);
    }
}

fn ids_are_unique(html: &str) {
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id stands twice");
}

#[tokio::test]
async fn assets_never_go_stale() {
    let world = world::world().await;
    let page = get("/t/t1").send(world.address).await.body;
    let paths: Vec<&str> = page.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert_eq!(paths.len(), 7, "{paths:?}");
    for path in paths {
        let asset = get(path).send(world.address).await;
        assert_eq!(asset.status, 200, "{path}");
        assert_eq!(asset.header("cache-control"), Some("public, max-age=31536000, immutable"));
    }
    assert_eq!(get("/assets/000000000000/app.css").send(world.address).await.status, 404);
}

#[tokio::test]
async fn without_script_forms_lead_back_to_the_thread() {
    let world = world::world().await;
    let mona = "qd_person=mona";
    let page = get("/a/changes/form?thread=t1").with("cookie", mona).send(world.address).await;
    assert!(page.body.contains("<h2 id=\"dialog-t\">Launch with changes</h2>"));
    let token = page.hidden("_csrf");
    let pairs = [
        ("_csrf", token.as_str()),
        ("_thread", "t1"),
        ("_number", "daily"),
        ("daily", "15"),
        ("words", "shorter please"),
    ];
    let sent = form("/a/changes", &pairs).with("cookie", mona).send(world.address).await;
    assert_eq!((sent.status, sent.header("location")), (303, Some("/t/t1")));
    let pressed = world.desk.edit(|state| state.pressed.clone());
    assert_eq!(pressed[0].2, json!({"daily": 15, "words": "shorter please"}));
    let again = form("/a/changes", &pairs).with("cookie", mona).send(world.address).await;
    assert_eq!(again.status, 409);
    assert!(again.body.contains("Mona Falk decided at 14:26"));
}

#[tokio::test]
async fn with_script_a_press_answers_with_the_card() {
    let world = world::world().await;
    let token = get("/t/t1").with("cookie", "qd_person=cora").send(world.address).await.hidden("_csrf");
    let pairs = [("_csrf", token.as_str()), ("_thread", "t1"), ("_card", "gate1")];
    let press = |token: &'static str| form(token, &pairs).with("cookie", "qd_person=cora").with("hx-request", "true");
    let done = press("/a/exclude").send(world.address).await;
    assert_eq!(done.status, 202);
    assert!(done.body.contains("beforeend:#toasts") && done.body.contains("Done, Cora Meijer"));
    assert!(done.body.contains("id=\"card-gate1\"") && done.body.contains("Decided by Cora Meijer, 14:26"));
    let late = press("/a/exclude").send(world.address).await;
    assert_eq!(late.status, 409);
    assert!(late.body.contains("Cora Meijer decided at 14:26") && late.body.contains("hx-swap-oob=\"true\""));
}

#[tokio::test]
async fn a_message_sent_twice_is_one() {
    let world = world::world().await;
    let page = get("/t/t1").send(world.address).await;
    let (token, event) = (page.hidden("_csrf"), page.hidden("_event"));
    let pairs = [("_csrf", token.as_str()), ("_event", event.as_str()), ("text", "only UK")];
    let first = form("/t/t1/say", &pairs).with("hx-request", "true").send(world.address).await;
    assert_eq!(first.status, 202);
    assert_ne!(first.hidden("_event"), event);
    form("/t/t1/say", &pairs).send(world.address).await;
    assert_eq!(world.desk.edit(|state| state.said.len()), 1);
}

/// The numbers of `light-dark(#a,#b)` after `--name:`.
fn colours(name: &str) -> [f64; 2] {
    let css = include_str!("../assets/tokens.css");
    let start = css.find(&format!("--{name}:light-dark(")).unwrap_or_else(|| panic!("no token {name}"));
    let inner = css[start..].split(['(', ')']).nth(1).unwrap();
    let both: Vec<f64> = inner.split(',').map(luminance).collect();
    [both[0], both[1]]
}

fn luminance(hex: &str) -> f64 {
    let digits = hex.trim().trim_start_matches('#');
    let full: String =
        if digits.len() == 3 { digits.chars().flat_map(|digit| [digit, digit]).collect() } else { digits.to_owned() };
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&full[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

#[test]
fn colours_can_be_read() {
    let grounds: &[&str] = &["bg", "surface", "sunk"];
    let pairs: &[(&str, &[&str], f64)] = &[
        ("ink", grounds, 4.5),
        ("ink-2", grounds, 4.5),
        ("ink-3", grounds, 4.5),
        ("accent", grounds, 4.5),
        ("on-accent", &["accent", "accent-over"], 4.5),
        ("ok", &["ok-soft", "surface", "sunk"], 4.5),
        ("warn", &["warn-soft", "surface", "sunk"], 4.5),
        ("bad", &["bad-soft", "surface"], 4.5),
        ("accent", &["accent-soft"], 4.5),
        ("edge", grounds, 3.0),
        ("c1", &["surface"], 3.0),
        ("c2", &["surface"], 3.0),
        ("c3", &["surface"], 3.0),
    ];
    for (mark, grounds, limit) in pairs {
        for ground in *grounds {
            for theme in 0..2 {
                let (a, b) = (colours(mark)[theme], colours(ground)[theme]);
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(contrast >= *limit, "{mark} on {ground}, theme {theme}: {contrast:.2}");
            }
        }
    }
}
