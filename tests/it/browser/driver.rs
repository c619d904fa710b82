//! A browser by the WebDriver protocol: chromedriver as a child process, one headless Chromium.
use std::io::BufRead;
use std::io::BufReader;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

use super::wire;

/// The name under which the protocol hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
const SCRIPT_MAX: Duration = Duration::from_secs(90);
/// A page that is left while one waits on it is waited for again.
const AGAIN_MAX: usize = 5;

/// Answers when the XPath finds something, without a timer: each change of the page is looked at.
const WAIT_FOR: &str = r"
const [path, done] = arguments;
const look = () => {
  if (!document.evaluate(path, document, null, XPathResult.ANY_UNORDERED_NODE_TYPE, null).singleNodeValue) return;
  watch.disconnect();
  done(true);
};
const watch = new MutationObserver(look);
watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
look();";

pub struct Browser {
    process: Child,
    _profile: TempDir,
    address: String,
    session: String,
}

impl Browser {
    pub fn start() -> Self {
        let mut process = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver: install the package chromium-driver");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines
            .by_ref()
            .find_map(|line| line.split("successfully on port ").nth(1).map(|at| at.trim_end_matches('.').to_owned()))
            .expect("chromedriver to say its port");
        std::thread::spawn(move || lines.for_each(drop));
        let profile = tempfile::tempdir().unwrap();
        let mut browser =
            Self { process, _profile: profile, address: format!("127.0.0.1:{port}"), session: String::new() };
        browser.open_session();
        browser
    }

    fn open_session(&mut self) {
        let folder = format!("--user-data-dir={}", self._profile.path().display());
        let options = json!({"args": [
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--window-size=1280,900", folder,
        ]});
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
            "timeouts": {"script": SCRIPT_MAX.as_millis() as u64, "pageLoad": 60_000, "implicit": 0},
        }}});
        let (status, answer) = wire::call(&self.address, "POST", "/session", &wanted);
        assert_eq!(status, 200, "open a browser: {answer}");
        self.session = answer["value"]["sessionId"].as_str().unwrap().to_owned();
    }

    fn tried(&self, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
        let path = format!("/session/{}{path}", self.session);
        let (status, mut answer) = wire::call(&self.address, method, &path, body);
        let value = answer["value"].take();
        if status == 200 { Ok(value) } else { Err(value) }
    }

    pub fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        self.tried(method, path, body).unwrap_or_else(|why| panic!("{method} {path}: {}", why["message"]))
    }

    pub fn open(&self, url: &str) {
        self.call("POST", "/url", &json!({"url": url}));
    }

    /// Waits until the XPath finds something.
    pub fn wait(&self, path: &str) {
        let body = json!({"script": WAIT_FOR, "args": [path]});
        let mut why = Value::Null;
        let from = Instant::now();
        for _ in 0..AGAIN_MAX {
            match self.tried("POST", "/execute/async", &body) {
                Ok(_) => return,
                Err(found) => why = found,
            }
            // The driver calls it a time-out too when the page is left: only the clock tells them apart.
            if from.elapsed() >= SCRIPT_MAX {
                break;
            }
        }
        panic!("wait for {path}: {}\n{}", why["message"], self.text("//main"));
    }

    pub fn run(&self, script: &str, args: &Value) -> Value {
        self.call("POST", "/execute/sync", &json!({"script": script, "args": args}))
    }

    fn find(&self, path: &str) -> String {
        let found = self.call("POST", "/element", &json!({"using": "xpath", "value": path}));
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    /// How many there are.
    pub fn count(&self, path: &str) -> usize {
        self.call("POST", "/elements", &json!({"using": "xpath", "value": path})).as_array().map_or(0, Vec::len)
    }

    /// As a hand does: scrolled to, not covered by anything.
    pub fn click(&self, path: &str) {
        let element = self.find(path);
        // The dock at the bottom covers what the protocol scrolls to the edge.
        self.run("arguments[0].scrollIntoView({block: 'center'})", &json!([{ELEMENT: element}]));
        self.call("POST", &format!("/element/{element}/click"), &json!({}));
    }

    pub fn type_into(&self, path: &str, text: &str) {
        let element = self.find(path);
        self.call("POST", &format!("/element/{element}/value"), &json!({"text": text}));
    }

    pub fn text(&self, path: &str) -> String {
        let element = self.find(path);
        self.call("GET", &format!("/element/{element}/text"), &Value::Null).as_str().unwrap_or_default().to_owned()
    }

    /// One key, down and up, for whatever has the focus.
    pub fn key(&self, key: &str) {
        let strokes = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
        self.call("POST", "/actions", &json!({"actions": [{"type": "key", "id": "keys", "actions": strokes}]}));
    }

    /// A command of Chromium's own protocol.
    pub fn chromium(&self, command: &str, params: &Value) -> Value {
        self.call("POST", "/goog/cdp/execute", &json!({"cmd": command, "params": params}))
    }

    /// What the console said since the last time: level and text.
    pub fn console(&self) -> Vec<(String, String)> {
        let entries = self.call("POST", "/se/log", &json!({"type": "browser"}));
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        entries.as_array().into_iter().flatten().map(|e| (text(e, "level"), text(e, "message"))).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Lets Chromium end with its driver; nothing of it stays behind.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.tried("DELETE", "", &Value::Null)));
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
