//! The sandbox and the desk as processes, the people at the desk, and what stands in its database.
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;
use sqlx::ConnectOptions;
use sqlx::Row;
use sqlx::sqlite::SqliteConnectOptions;

use crate::bulk::calls::Ledger;
use crate::bulk::calls::Work;
use crate::desk;

const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);
/// Leads of the run for each company of the world: filters, doubles and the cap per company take many away.
const COMPANIES_EACH: f64 = 1.6;
const COMPANIES_MIN: usize = 2_240;

/// A launch of thousands takes two managers.
const PERSONS: &str = r#"
[[person]]
id = "ava"
name = "Ava"
roles = ["rep"]
zone = "Europe/London"

[[person]]
id = "mona"
name = "Mona"
roles = ["manager"]
zone = "Europe/London"

[[person]]
id = "max"
name = "Max"
roles = ["manager"]
zone = "Europe/Berlin"

[[person]]
id = "cora"
name = "Cora"
roles = ["compliance"]
zone = "Europe/Berlin"
"#;

pub struct Parties {
    sandbox: Child,
    desk: Child,
    sandbox_port: u16,
    desk_port: u16,
    folder: tempfile::TempDir,
}

impl Parties {
    pub fn start(program: &str, leads: usize, speed: f64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("config")).unwrap();
        std::fs::write(folder.path().join("config/persons.toml"), PERSONS).unwrap();
        let (sandbox_port, desk_port) = (free_port(), free_port());
        let companies = ((leads as f64 * COMPANIES_EACH) as usize).max(COMPANIES_MIN);
        let mut command = quiet(program, folder.path());
        command.env("QUARTERDECK_SANDBOX_COMPANIES", companies.to_string());
        command.args(["sandbox", "--data-dir", "world", "--sandbox-port", &sandbox_port.to_string()]);
        let sandbox = command.args(["--speed", &speed.to_string()]).spawn().unwrap();
        wait(|| desk::exchange(sandbox_port, &get("/_sandbox/clock", None)).is_ok());
        let mut command = quiet(program, folder.path());
        command.env("QUARTERDECK_CREDITS_PER_RUN", "1000000").env("QUARTERDECK_LIA_REF", "LIA-1");
        command.args(["serve", "--log", "warn", "--data-dir", "data", "--port", &desk_port.to_string()]);
        command.args(["--sandbox-url", &format!("http://127.0.0.1:{sandbox_port}")]);
        let log = std::fs::File::create(folder.path().join("desk.log")).unwrap();
        let desk = command.stderr(log).spawn().unwrap();
        wait(|| desk::is_ready(desk_port));
        Self { sandbox, desk, sandbox_port, desk_port, folder }
    }

    pub fn desk_pid(&self) -> u32 {
        self.desk.id()
    }

    pub fn sandbox_pid(&self) -> u32 {
        self.sandbox.id()
    }

    pub fn world_ms(&self) -> i64 {
        call(self.sandbox_port, &get("/_sandbox/clock", None))["now_ms"].as_i64().unwrap()
    }

    pub fn ledger(&self) -> Ledger {
        Ledger::read(&call(self.sandbox_port, &get("/_sandbox/ledger", None)))
    }

    pub fn ask(&self, text: &str) -> String {
        let answer = call(self.desk_port, &post("/api/threads", "ava", &json!({ "text": text })));
        answer["thread"].as_str().unwrap().to_owned()
    }

    pub fn cards(&self, thread: &str) -> Vec<Value> {
        let view = call(self.desk_port, &get(&format!("/api/threads/{thread}"), Some("ava")));
        let mut cards = Vec::new();
        collect(&view, &mut cards);
        cards
    }

    /// Waits for a card of this kind and presses its button.
    pub fn press(&self, thread: &str, kind: &str, verb: &str, who: &str) {
        wait(|| self.cards(thread).iter().any(|card| card["kind"] == kind && card["state"] == "open"));
        let cards = self.cards(thread);
        let card = cards.iter().find(|card| card["kind"] == kind && card["state"] == "open").unwrap();
        self.press_card(card, verb, who);
    }

    pub fn press_card(&self, card: &Value, verb: &str, who: &str) {
        let actions = card["actions"].as_array().unwrap();
        let action = actions.iter().find(|action| action["verb"] == verb);
        let token = action.unwrap_or_else(|| panic!("no {verb} on {card}"))["token"].as_str().unwrap();
        call(self.desk_port, &post(&format!("/api/actions/{token}"), who, &json!({ "values": {} })));
    }

    /// A large launch may ask for a second person.
    pub fn second_launch(&self, thread: &str) {
        let cards = self.cards(thread);
        let waiting =
            cards.iter().find(|card| card["kind"] == "gate_launch" && card["state"] == "open" && card["past"] != true);
        if let Some(card) = waiting {
            self.press_card(card, "launch", "max");
        }
    }

    /// Units of work by kind, from the rows of the run.
    pub fn work(&self) -> Work {
        let file = self.folder.path().join("data/quarterdeck.db");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut work = Work::new();
            let mut conn = SqliteConnectOptions::new().filename(file).read_only(true).connect().await.unwrap();
            // The last part of an item's key but its number says what it was.
            let rows = sqlx::query("SELECT dedupe_key, queue, weight FROM item").fetch_all(&mut conn).await.unwrap();
            for row in rows {
                let (key, queue, weight): (String, String, i64) = (row.get(0), row.get(1), row.get(2));
                let rest: Vec<&str> = key.splitn(4, ':').collect();
                let what = match rest[3].rsplit_once(':') {
                    Some(("enrol", _)) => "enrolled".to_owned(),
                    Some((what, _)) if what == "companies" && queue == "hubspot" => "companies of the CRM".to_owned(),
                    Some((what, _)) => what.to_owned(),
                    None if queue == "model" => "drafts".to_owned(),
                    None => continue,
                };
                *work.entry(what).or_default() += weight.unsigned_abs();
            }
            work
        })
    }
}

impl Drop for Parties {
    fn drop(&mut self) {
        for child in [&mut self.desk, &mut self.sandbox] {
            let _gone = child.kill();
            let _ended = child.wait();
        }
        let log = std::fs::read_to_string(self.folder.path().join("desk.log")).unwrap_or_default();
        for line in log.lines().take(20) {
            println!("desk: {line}");
        }
    }
}

fn quiet(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(PathBuf::from(program));
    command.current_dir(folder).env_clear().stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn wait(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "nothing happens for {PATIENCE:?}");
        std::thread::sleep(LOOK);
    }
}

fn get(path: &str, who: Option<&str>) -> String {
    let person = who.map_or_else(String::new, |who| format!("x-person: {who}\r\n"));
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{person}connection: close\r\n\r\n")
}

fn post(path: &str, who: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-person: {who}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn call(port: u16, request: &str) -> Value {
    let answer = desk::exchange(port, request).unwrap();
    assert!(answer.starts_with("HTTP/1.1 2"), "{request}\n{answer}");
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// Every card of a conversation, wherever it hangs.
fn collect(value: &Value, cards: &mut Vec<Value>) {
    match value {
        Value::Object(map) if map.contains_key("kind") && map.contains_key("actions") => cards.push(value.clone()),
        Value::Object(map) => map.values().for_each(|inner| collect(inner, cards)),
        Value::Array(list) => list.iter().for_each(|inner| collect(inner, cards)),
        _ => {}
    }
}
