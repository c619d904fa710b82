//! Pictures of a stage at the widths people have, and what must hold at each width.
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::app;
use super::driver::Browser;

/// Name, width, height, colours.
const LOOKS: [(&str, u32, u32, &str); 4] = [
    ("1280", 1280, 900, "light"),
    ("390", 390, 844, "light"),
    ("1280-dark", 1280, 900, "dark"),
    ("390-dark", 390, 844, "dark"),
];
/// The narrowest page that must not scroll sideways (WCAG 1.4.10).
const NARROW: u32 = 320;
const TALL_MAX: u64 = 6_000;

pub enum Size {
    /// Light, at both widths.
    Two,
    /// In both colours.
    Four,
}

/// Takes the stage's pictures, then goes back to the wide page.
pub fn take(browser: &Browser, stage: &str, size: &Size) {
    let looks = match size {
        Size::Two => &LOOKS[..2],
        Size::Four => &LOOKS[..],
    };
    for (name, width, height, colours) in looks {
        look(browser, *width, *height, colours);
        save(browser, &format!("{stage}-{name}"));
    }
    look(browser, NARROW, 640, "light");
    assert_eq!(sideways(browser, NARROW), Vec::<String>::new(), "{stage} scrolls sideways at {NARROW} px");
    look(browser, 1280, 900, "light");
}

/// The whole page in one picture, however long.
pub fn whole(browser: &Browser, stage: &str, width: u32) {
    look(browser, width, 900, "light");
    let height = browser.run("return document.documentElement.scrollHeight", &json!([])).as_u64().unwrap_or(900);
    look(browser, width, u32::try_from(height.min(TALL_MAX)).unwrap(), "light");
    save(browser, &format!("{stage}-{width}-whole"));
    look(browser, 1280, 900, "light");
}

fn look(browser: &Browser, width: u32, height: u32, colours: &str) {
    let screen = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
    browser.chromium("Emulation.setDeviceMetricsOverride", &screen);
    let media = json!({"features": [
        {"name": "prefers-color-scheme", "value": colours}, {"name": "prefers-reduced-motion", "value": "reduce"},
    ]});
    browser.chromium("Emulation.setEmulatedMedia", &media);
}

fn save(browser: &Browser, name: &str) {
    let taken = browser.chromium("Page.captureScreenshot", &json!({"format": "png"}));
    let bytes = STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
    std::fs::write(app::pictures().join(format!("{name}.png")), bytes).unwrap();
}

/// What reaches beyond the right edge and is not inside something that scrolls by itself.
fn sideways(browser: &Browser, width: u32) -> Vec<String> {
    let script = r"
        if (document.documentElement.scrollWidth <= arguments[0]) return [];
        return [...document.querySelectorAll('main *')]
            .filter((e) => e.getBoundingClientRect().right > arguments[0] && !e.closest('.scroll'))
            .map((e) => `${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 40)}`).slice(0, 5)
            .concat('the page');";
    let found = browser.run(script, &json!([width]));
    found.as_array().into_iter().flatten().map(|line| line.as_str().unwrap_or_default().to_owned()).collect()
}
