//! The least that does the same in outline: ask, note the call and its result in SQLite, ask again. No rules, no page.
use std::io::BufRead;
use std::io::Write;
use std::process::Command;
use std::process::Stdio;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use serde_json::Value;
use serde_json::json;
use sqlx::ConnectOptions;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::sqlite::SqliteJournalMode;
use sqlx::sqlite::SqliteSynchronous;

use crate::BARE;
use crate::Works;
use crate::endpoint::Endpoint;

/// The loop in a process of its own: a line in is a request.
pub struct Child {
    process: std::process::Child,
}

impl Child {
    pub fn start(base: &str) -> Self {
        let this = std::env::current_exe().unwrap();
        let process = Command::new(this).args([BARE, base]).stdin(Stdio::piped()).spawn().unwrap();
        Self { process }
    }
}

impl Works for Child {
    fn pid(&self) -> u32 {
        self.process.id()
    }

    fn request(&mut self, _: usize, endpoint: &Endpoint) {
        self.process.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        endpoint.wait();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _ended = self.process.wait();
    }
}

pub fn run(base: &str) {
    let _first = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("bare.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        let mut database = options.connect().await.unwrap();
        sqlx::query("CREATE TABLE turn (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
            .execute(&mut database)
            .await
            .unwrap();
        let config = OpenAIConfig::new().with_api_base(base).with_api_key("bench");
        let client = Client::with_config(config);
        for _ in std::io::stdin().lock().lines() {
            request(&client, &mut database).await;
        }
    });
}

async fn request(client: &Client<OpenAIConfig>, database: &mut SqliteConnection) {
    let parameters = json!({"type": "object", "properties": {"mine": {"type": "boolean"}}});
    let tool = json!({"type": "function", "function": {"name": "list_jobs", "parameters": parameters}});
    let mut messages = vec![
        json!({"role": "system", "content": "You are a sales desk."}),
        json!({"role": "user", "content": "What is running right now?"}),
    ];
    loop {
        let body = json!({"model": "bench", "messages": messages, "tools": [tool]});
        let answer: Value = client.chat().create_byot(body).await.unwrap();
        let message = answer["choices"][0]["message"].clone();
        messages.push(message.clone());
        let call = message["tool_calls"][0]["id"].clone();
        if !call.is_null() {
            messages.push(json!({"role": "tool", "tool_call_id": call, "content": "There are no jobs."}));
        }
        let state = serde_json::to_string(&messages).unwrap();
        sqlx::query("INSERT INTO turn (body) VALUES ($1)").bind(state).execute(&mut *database).await.unwrap();
        if call.is_null() {
            return;
        }
    }
}
