//! A patient person: says it once, presses what waits, tries again what failed, whatever becomes of the program meanwhile.
use serde_json::Value;
use serde_json::json;

use crate::support::client;
use crate::support::client::Request;
use crate::support::desk::Desk;
use crate::support::desk::action;
use crate::support::desk::cards;
use crate::support::desk::token;

/// Few people: a run of this is over in seconds.
pub const TINY: &str = "Find 12 VP Finance prospects at fintech companies (200-1000 employees) using Snowflake, \
                        enrich them, and launch a personalized outreach campaign.";

#[derive(Clone, Debug)]
pub struct Player {
    pub text: &'static str,
    /// A repeated request is one message.
    pub key: String,
}

impl Player {
    pub fn new(key: &str) -> Self {
        Self { text: TINY, key: key.to_owned() }
    }

    /// The thread of the request, said again until somebody answers.
    pub async fn says(&self, desk: &Desk) -> String {
        loop {
            if let Some(thread) = self.said(desk).await {
                return thread;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn said(&self, desk: &Desk) -> Option<String> {
        let headers = vec![
            ("X-Person", "ava".to_owned()),
            ("Content-Type", "application/json".to_owned()),
            ("Idempotency-Key", self.key.clone()),
        ];
        let body = json!({"text": self.text}).to_string().into_bytes();
        let request = Request { line: ("POST", "/api/threads"), headers, body };
        let answer = client::send(desk.api, &request).await.ok()?;
        answer.body["thread"].as_str().map(str::to_owned)
    }

    /// Until the run's result is shown.
    pub async fn plays(&self, desk: &Desk) -> (String, Value) {
        let thread = self.says(desk).await;
        loop {
            let waiting = desk.until(&thread, |view| {
                let all = cards(view, "");
                let mut open = all.iter().filter(|card| card["state"] == "open" && card["past"] != true);
                open.rfind(|card| card["kind"] == "result" || choice(card).is_some()).cloned()
            });
            let card = waiting.await;
            let Some((verb, who)) = choice(&card) else { return (thread, card) };
            let values =
                if card["kind"] == "review" { json!({"reason": "the fault suite goes on"}) } else { json!({}) };
            if let Ok(pressed) = desk.press(who, &token(&card, verb), values).await {
                let fits = [202, 409, 503].contains(&pressed.status);
                assert!(fits, "{verb} on {}: {} {}", card["kind"], pressed.status, pressed.body);
            }
        }
    }
}

fn choice(card: &Value) -> Option<(&'static str, &'static str)> {
    let choice = match card["kind"].as_str()? {
        "plan" => ("start", "ava"),
        "gate_compliance" => ("exclude_flagged", "cora"),
        "gate_launch" => ("launch", "mona"),
        "review" => ("drop", "ava"),
        "error" => ("retry", "ava"),
        _ => return None,
    };
    action(card, choice.0).map(|_| choice)
}
