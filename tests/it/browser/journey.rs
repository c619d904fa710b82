//! The flagship request from the first key to the digest, in a browser, held against the vendors' books.
use serde_json::json;

use super::app::App;
use super::books;
use super::driver::Browser;
use super::pictures;
use super::pictures::Size;
use super::steps;
use super::steps::open_card;

const REQUEST: &str = "Find 100 VP Finance prospects at fintech companies (200-1000 employees) using Snowflake, \
enrich them, and launch a personalized outreach campaign.";
/// How often the digest is asked for until the vendor's events are all in.
const DIGESTS_MAX: usize = 20;

#[test]
#[ignore = "needs chromium and chromium-driver; run by .ci/run"]
fn from_the_request_to_the_digest() {
    let app = App::start();
    let browser = Browser::start();
    request(&app, &browser);
    compliance(&browser);
    let left_out = first_preview(&browser);
    let (approved, read) = second_preview(&browser, &left_out);
    launched(&app, &browser, (&approved, &read, &left_out));
    digest(&app, &browser);
    pages(&app, &browser);
    no_complaints(&browser);
}

fn request(app: &App, browser: &Browser) {
    browser.open(&app.url);
    browser.wait("//*[@id='say']");
    assert!(browser.text("//p[contains(@class,'strip')]").contains("Sandbox"));
    pictures::take(browser, "1-hello", &Size::Four);
    steps::says(browser, REQUEST);
    browser.wait(&steps::button(&open_card("plan"), "Start"));
    pictures::take(browser, "2-plan", &Size::Four);
    steps::presses_by_keyboard(browser, "plan", "Start");
    browser.wait("//section[@data-kind='progress']");
    pictures::take(browser, "3-running", &Size::Two);
}

fn compliance(browser: &Browser) {
    browser.wait(&open_card("gate_compliance"));
    pictures::take(browser, "4-compliance", &Size::Four);
    pictures::whole(browser, "4-compliance", 1280);
    steps::becomes(browser, "cora");
    steps::presses(browser, "gate_compliance", "Exclude the …");
    browser.wait(&open_card("gate_launch"));
    let decided = browser.text("//section[@data-kind='gate_compliance']//p[contains(@class,'verdict')]");
    assert!(decided.contains("excluded by Cora"), "{decided}");
}

/// Reads five mails and leaves one person out. Answers with that person as the form writes it.
fn first_preview(browser: &Browser) -> String {
    steps::becomes(browser, "mona");
    assert_eq!(steps::reads_mails(browser).len(), 5);
    pictures::take(browser, "5-preview", &Size::Four);
    pictures::whole(browser, "5-preview", 1280);
    pictures::whole(browser, "5-preview", 390);
    steps::presses(browser, "gate_launch", "Launch with changes");
    let box_of_one = "(//dialog[@open]//input[@name='exclude'])[1]";
    browser.wait(box_of_one);
    let left_out = browser.text(&format!("{box_of_one}/following-sibling::span"));
    browser.click(&format!("{box_of_one}/.."));
    pictures::take(browser, "6-changes", &Size::Four);
    browser.click("//dialog[@open]//button[contains(@class,'go')]");
    left_out
}

/// All who are in the second preview, and the mails of it that were read.
fn second_preview(browser: &Browser, left_out: &str) -> (Vec<String>, Vec<steps::Mail>) {
    let card = open_card("gate_launch");
    browser.wait(&format!("{card}//h2[contains(.,'Preview 2')]"));
    let read = steps::reads_mails(browser);
    pictures::take(browser, "7-preview-2", &Size::Two);
    steps::presses(browser, "gate_launch", "Launch with changes");
    let boxes = "//dialog[@open]//input[@name='exclude']";
    browser.wait(boxes);
    let count = browser.count(boxes);
    let label = |n: usize| browser.text(&format!("({boxes})[{n}]/following-sibling::span"));
    let approved: Vec<String> = (1..=count).map(label).collect();
    browser.click("//dialog[@open]//button[@data-close]");
    assert!(!approved.iter().any(|one| one == left_out), "{left_out} is still in the second preview");
    let (_, company) = books::name_and_company(left_out);
    assert!(read.iter().all(|mail| !mail.to.contains(company)));
    (approved, read)
}

fn launched(app: &App, browser: &Browser, (approved, read, left_out): (&[String], &[steps::Mail], &str)) {
    assert_eq!(books::mails(&app.ledger()).len(), 0, "a mail left before anybody launched");
    steps::presses(browser, "gate_launch", &format!("Launch {}", approved.len()));
    browser.wait(&open_card("result"));
    pictures::take(browser, "8-result", &Size::Four);
    app.advance_days(10);
    let ledger = app.ledger();
    assert_eq!(books::recipients(&ledger).len(), approved.len(), "who got mail is not who was approved");
    for person in approved {
        assert_eq!(books::first_mails_to(&ledger, person), 1, "first mails to {person}");
    }
    for mail in read {
        assert_eq!(books::sent_as_read(&ledger, mail), 1, "the mail to {} is not what was read", mail.to);
    }
    let (_, company) = books::name_and_company(left_out);
    assert_eq!(books::mails_about(&ledger, company), 0, "{left_out} was left out and got mail");
}

fn digest(app: &App, browser: &Browser) {
    let mut last = String::new();
    for asked in 1..=DIGESTS_MAX {
        steps::says(browser, "digest of the last 14 days");
        browser.wait(&format!("(//section[@data-kind='digest'])[{asked}]"));
        last = browser.text(&format!("(//section[@data-kind='digest'])[{asked}]"));
        let ledger = app.ledger();
        let sent = books::mails(&ledger).len();
        let credits = books::credits(&ledger);
        let started = books::recipients(&ledger).len();
        let expected = [format!("{started} started, {sent} mails sent"), format!("{credits} credits")];
        if expected.iter().all(|words| last.contains(words)) {
            pictures::take(browser, "9-digest", &Size::Four);
            pictures::whole(browser, "9-digest", 1280);
            return;
        }
        last = format!("{expected:?}: {last}");
    }
    panic!("the digest does not agree with the vendors' books, {last}");
}

/// The other pages, and the page of a form for those without script.
fn pages(app: &App, browser: &Browser) {
    browser.open(&format!("{}/status", app.url));
    pictures::take(browser, "10-status", &Size::Four);
    pictures::whole(browser, "10-status", 1280);
    browser.run("window.scrollTo(0, 0)", &json!([]));
}

/// The policy of the page was never broken, and no script failed.
fn no_complaints(browser: &Browser) {
    let loud: Vec<(String, String)> = browser
        .console()
        .into_iter()
        .filter(|(level, text)| level == "SEVERE" || text.contains("Content Security Policy"))
        .collect();
    assert_eq!(loud, [], "the console complained");
}
