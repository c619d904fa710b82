//! What a person does on the page, in the page's own words.
use serde_json::json;

use super::driver::Browser;

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
/// More stops than this between the title of a card and its button are no way to work.
const TABS_MAX: usize = 40;

/// The newest open card of a kind.
pub fn open_card(kind: &str) -> String {
    format!("(//section[@data-kind='{kind}' and @data-state='open'])[last()]")
}

/// A label that ends in `…` is only its beginning: some labels carry numbers.
pub fn button(card: &str, label: &str) -> String {
    let fits = match label.strip_suffix('…') {
        Some(start) => format!("starts-with(normalize-space(), '{start}')"),
        None => format!("normalize-space()='{label}'"),
    };
    format!("{card}//*[(self::button or self::a) and {fits}]")
}

pub fn says(browser: &Browser, text: &str) {
    browser.wait("//*[@id='say']");
    browser.type_into("//*[@id='say']", text);
    browser.type_into("//*[@id='say']", ENTER);
}

/// Waits until the card offers the button, then presses it.
pub fn presses(browser: &Browser, kind: &str, label: &str) {
    let button = button(&open_card(kind), label);
    browser.wait(&button);
    browser.click(&button);
}

/// From the title of the card to the button with Tab alone, then Enter.
pub fn presses_by_keyboard(browser: &Browser, kind: &str, label: &str) {
    browser.wait(&button(&open_card(kind), label));
    let title = "document.querySelector(`section[data-kind=${arguments[0]}][data-state=open] h2`).focus()";
    browser.run(title, &json!([kind]));
    let focused = "return document.activeElement.textContent.trim()";
    for _ in 0..TABS_MAX {
        browser.key(TAB);
        if browser.run(focused, &json!([])) == label {
            let ring = "const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.boxShadow";
            assert_ne!(browser.run(ring, &json!([])), "nonenone", "{label}: the focus is not to be seen");
            browser.key(ENTER);
            return;
        }
    }
    panic!("Tab does not lead to {label}");
}

/// The person switch of the sandbox.
pub fn becomes(browser: &Browser, person: &str) {
    browser.click("//details[contains(@class,'menu')]/summary");
    browser.click(&format!("//button[@name='person' and @value='{person}']"));
    // The page comes anew; the person that is marked is the one who reads.
    browser.wait(&format!("//button[@name='person' and @value='{person}' and @aria-current='true']"));
}

/// Opens each mail of a preview as a reader does and gives back what stands in it.
pub fn reads_mails(browser: &Browser) -> Vec<Mail> {
    let card = open_card("gate_launch");
    let count = browser.count(&format!("{card}//details[contains(@class,'mail')]"));
    (1..=count)
        .map(|number| {
            let mail = format!("({card}//details[contains(@class,'mail')])[{number}]");
            if browser.count(&format!("{mail}[@open]")) == 0 {
                browser.click(&format!("{mail}/summary"));
            }
            browser.wait(&format!("{mail}[@open]"));
            let to = browser.text(&format!("{mail}/summary/b"));
            let subject = browser.text(&format!("{mail}/summary/span[2]"));
            let body = shown_body(browser, number);
            assert!(!browser.text(&format!("{mail}//ol")).is_empty(), "the mail to {to} names no source");
            Mail { to, subject, body }
        })
        .collect()
}

pub struct Mail {
    pub to: String,
    pub subject: String,
    /// Without marks and white space: what is compared with the mail that was sent.
    pub body: String,
}

fn shown_body(browser: &Browser, number: usize) -> String {
    let script = r"
        const cards = document.querySelectorAll('section[data-kind=gate_launch][data-state=open]');
        const text = cards[cards.length - 1].querySelectorAll('details.mail .text')[arguments[0] - 1].cloneNode(true);
        for (const mark of text.querySelectorAll('sup')) mark.remove();
        return text.textContent;";
    super::books::bare(browser.run(script, &json!([number])).as_str().unwrap())
}
