//! The desk as a person uses it: says, reads cards, presses, waits for what comes. Never waits for time, always for a change.
use std::net::SocketAddr;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;
use tokio::io::AsyncReadExt;

use crate::support::client;
use crate::support::client::Answer;
use crate::support::client::Request;

pub const FLAGSHIP: &str = "Find 100 VP Finance prospects at fintech companies (200-1000 employees) using Snowflake, \
                            enrich them, and launch a personalized outreach campaign.";
pub const SMALL: &str = "Find 40 VP Finance prospects at fintech companies (200-1000 employees) using Snowflake, \
                         enrich them, and launch a personalized outreach campaign.";

/// This long without the awaited card is a failure.
const PATIENCE: Duration = Duration::from_secs(120);
/// A change whose notice was lost is seen this much later.
const LOOK: Duration = Duration::from_millis(250);

#[derive(Clone, Copy, Debug)]
pub struct Desk {
    pub api: SocketAddr,
    pub world: SocketAddr,
}

impl Desk {
    pub async fn ask(&self, who: &str, line: (&str, &str), body: Option<&Value>) -> std::io::Result<Answer> {
        let mut headers = vec![("X-Person", who.to_owned())];
        if body.is_some() {
            headers.push(("Content-Type", "application/json".to_owned()));
        }
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        client::send(self.api, &Request { line, headers, body }).await
    }

    /// A page that is not JSON.
    pub async fn ask_text(&self, who: &str, path: &str) -> String {
        let headers = vec![("X-Person", who.to_owned())];
        let request = Request { line: ("GET", path), headers, body: Vec::new() };
        let mut stream = client::open(self.api, &request).await.unwrap();
        let mut raw = String::new();
        stream.read_to_string(&mut raw).await.unwrap();
        raw
    }

    /// Opens a thread.
    pub async fn says(&self, who: &str, text: &str) -> String {
        let said = self.ask(who, ("POST", "/api/threads"), Some(&json!({"text": text}))).await.unwrap();
        assert_eq!(said.status, 201, "{}", said.body);
        said.body["thread"].as_str().unwrap().to_owned()
    }

    pub async fn adds(&self, who: &str, thread: &str, text: &str) {
        let path = format!("/api/threads/{thread}/messages");
        let said = self.ask(who, ("POST", &path), Some(&json!({"text": text}))).await.unwrap();
        assert_eq!(said.status, 202, "{}", said.body);
    }

    /// A message with one file.
    pub async fn attaches(&self, who: &str, text: &str, file: (&str, &[u8])) -> Answer {
        let mut body = format!("--cut\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{text}\r\n").into_bytes();
        let head = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{}\"\r\nContent-Type: \
             application/octet-stream\r\n\r\n",
            file.0
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file.1);
        body.extend_from_slice(b"\r\n--cut--\r\n");
        let headers =
            vec![("X-Person", who.to_owned()), ("Content-Type", "multipart/form-data; boundary=cut".to_owned())];
        client::send(self.api, &Request { line: ("POST", "/api/threads"), headers, body }).await.unwrap()
    }

    pub async fn presses(&self, who: &str, card: &Value, verb: &str, values: Value) -> Answer {
        self.press(who, &token(card, verb), values).await.unwrap()
    }

    pub async fn press(&self, who: &str, token: &str, values: Value) -> std::io::Result<Answer> {
        let path = format!("/api/actions/{token}");
        self.ask(who, ("POST", &path), Some(&json!({"values": values}))).await
    }

    pub async fn thread(&self, thread: &str) -> std::io::Result<Value> {
        let path = format!("/api/threads/{thread}");
        Ok(self.ask("ava", ("GET", &path), None).await?.body)
    }

    pub async fn cards(&self, thread: &str, kind: &str) -> Vec<Value> {
        cards(&self.thread(thread).await.unwrap(), kind)
    }

    /// The first open card of one of these kinds; fails on an error card that was not asked for.
    pub async fn waits_for(&self, thread: &str, kinds: &[&str]) -> Value {
        let found = self.until(thread, |view| {
            let all = cards(view, "");
            let open = |card: &&Value| card["state"] == "open" && card["past"] != true;
            let wanted =
                all.iter().filter(open).find(|card| kinds.contains(&card["kind"].as_str().unwrap_or_default()));
            let error = all.iter().filter(open).find(|card| card["kind"] == "error");
            wanted.or(error).cloned()
        });
        let card = found.await;
        assert!(kinds.contains(&card["kind"].as_str().unwrap_or_default()), "an error instead of {kinds:?}: {card:#}");
        card
    }

    /// Waits until the thread shows what is looked for.
    pub async fn until<T>(&self, thread: &str, look: impl Fn(&Value) -> Option<T>) -> T {
        let since = Instant::now();
        loop {
            if let Ok(view) = self.thread(thread).await {
                if let Some(found) = look(&view) {
                    return found;
                }
                assert!(since.elapsed() < PATIENCE, "nothing of what was waited for: {view:#}");
            }
            assert!(since.elapsed() < PATIENCE, "the desk does not answer");
            self.change(thread).await;
        }
    }

    /// The next word of the thread's event stream, or a short while.
    pub async fn change(&self, thread: &str) {
        let path = format!("/api/threads/{thread}/events?after=999999999");
        let line = ("GET", path.as_str());
        let request = Request { line, headers: vec![("X-Person", "ava".to_owned())], body: Vec::new() };
        let Ok(mut stream) = client::open(self.api, &request).await else { return };
        let mut seen = [0; 1024];
        let _looked = tokio::time::timeout(LOOK, async {
            // The head and the first comment, then a change.
            for _ in 0..2 {
                if stream.read(&mut seen).await.unwrap_or(0) == 0 {
                    std::future::pending::<()>().await;
                }
            }
        })
        .await;
    }

    pub async fn sandbox(&self, line: (&str, &str), body: Option<&Value>) -> Value {
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let headers = vec![("Content-Type", "application/json".to_owned())];
        let answer = client::send(self.world, &Request { line, headers, body }).await.unwrap();
        assert_eq!(answer.status, 200, "{line:?}: {}", answer.body);
        answer.body
    }

    pub async fn ledger(&self) -> Value {
        self.sandbox(("GET", "/_sandbox/ledger"), None).await
    }

    /// Waits until the vendors' books show what is looked for.
    pub async fn until_ledger<T>(&self, look: impl Fn(&Value) -> Option<T>) -> T {
        let since = Instant::now();
        loop {
            let ledger = self.ledger().await;
            if let Some(found) = look(&ledger) {
                return found;
            }
            assert!(since.elapsed() < PATIENCE, "nothing of what was waited for in the vendors' books");
            self.change("").await;
        }
    }

    /// Until something changes in the thread, or a short while.
    pub async fn look(&self, thread: &str) {
        self.change(thread).await;
    }

    pub async fn advance(&self, seconds: i64) {
        self.sandbox(("POST", "/_sandbox/clock"), Some(&json!({"advance_s": seconds}))).await;
    }
}

/// All cards of a thread, oldest first; an empty kind is any.
pub fn cards(view: &Value, kind: &str) -> Vec<Value> {
    let messages = view["messages"].as_array().into_iter().flatten();
    let cards = messages.map(|message| &message["card"]).filter(|card| card.is_object());
    cards.filter(|card| kind.is_empty() || card["kind"] == kind).cloned().collect()
}

pub fn action<'c>(card: &'c Value, verb: &str) -> Option<&'c Value> {
    card["actions"].as_array().into_iter().flatten().find(|action| action["verb"] == verb)
}

pub fn token(card: &Value, verb: &str) -> String {
    let action = action(card, verb).unwrap_or_else(|| panic!("no button {verb} on {card:#}"));
    action["token"].as_str().unwrap().to_owned()
}

/// All that a card says, as one text.
pub fn words(card: &Value) -> String {
    let mut text = String::new();
    for part in ["title", "body", "who", "verdict", "footer"] {
        text.push_str(card[part].as_str().unwrap_or_default());
        text.push('\n');
    }
    for field in card["fields"].as_array().into_iter().flatten() {
        text.push_str(&format!("{}: {}\n", field["label"].as_str().unwrap(), field["value"].as_str().unwrap()));
    }
    text
}
