//! The program as people start it, in a folder of its own, driven over its API.
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use crate::Works;
use crate::endpoint::Endpoint;

/// Requests of one conversation: then a new thread.
const REQUESTS_EACH: usize = 5;
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_micros(500);

pub struct Desk {
    child: Child,
    port: u16,
    thread: String,
    pub ready_ms: f64,
    _folder: tempfile::TempDir,
}

impl Desk {
    /// With `model`, that endpoint answers instead of the sandbox's own planner.
    pub fn start(program: &str, model: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(program);
        command.current_dir(folder.path()).env_clear().stdout(Stdio::null()).stderr(Stdio::null());
        command.args(["serve", "--log", "warn", "--data-dir", "data", "--sandbox-port", "0"]);
        command.args(["--port", &port.to_string()]);
        if let Some(base) = model {
            command.env("OPENAI_API_KEY", "bench").env("OPENAI_BASE_URL", base);
        }
        let begun = Instant::now();
        let child = command.spawn().unwrap();
        while !is_ready(port) {
            assert!(begun.elapsed() < PATIENCE, "the desk does not become ready");
            std::thread::sleep(LOOK);
        }
        let ready_ms = begun.elapsed().as_secs_f64() * 1e3;
        Self { child, port, thread: String::new(), ready_ms, _folder: folder }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn say(&self, path: &str) -> String {
        let body = r#"{"text":"What is running right now?"}"#;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nx-person: ava\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.port,
            body.len()
        );
        let answer = exchange(self.port, &head).unwrap();
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
        answer
    }
}

impl Works for Desk {
    fn pid(&self) -> u32 {
        Desk::pid(self)
    }

    fn request(&mut self, number: usize, endpoint: &Endpoint) {
        if number.is_multiple_of(REQUESTS_EACH) {
            let answer = self.say("/api/threads");
            let body: serde_json::Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
            self.thread = body["thread"].as_str().unwrap().to_owned();
        } else {
            self.say(&format!("/api/threads/{}/messages", self.thread));
        }
        endpoint.wait();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}

pub fn is_ready(port: u16) -> bool {
    let ask = format!("GET /readyz HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n");
    exchange(port, &ask).is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

pub fn exchange(port: u16, text: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(text.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
