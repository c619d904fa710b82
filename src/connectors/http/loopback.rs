//! A vendor for unit tests: answers each request by a function and remembers what it was asked.
use std::sync::Arc;
use std::sync::Mutex;

use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpStream;

use crate::connectors::http::Endpoint;
use crate::ports::secret::Secret;

#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    /// With the query, as sent.
    pub target: String,
    pub headers: String,
    pub body: Value,
}

impl Seen {
    /// `POST /a/b?c=d`
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

/// What the server does with a request.
pub enum Act {
    Json(u16, Value),
    Raw(String),
    /// Closes without a word.
    Reset,
    /// Keeps the line open and says nothing more after this.
    Hang(String),
}

pub struct Loopback {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Loopback {
    pub async fn start(act: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, act) = (seen.clone(), Arc::new(act));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, log.clone(), act.clone()));
            }
        });
        Self { url, seen }
    }

    pub fn endpoint(&self) -> Endpoint {
        Endpoint { base_url: Some(self.url.clone()), key: Secret::new("test-key"), sandbox: true, limiter: None }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.seen().iter().map(Seen::line).collect()
    }
}

async fn answer(mut stream: TcpStream, log: Arc<Mutex<Vec<Seen>>>, act: Arc<impl Fn(&Seen) -> Act>) {
    let Some(seen) = read(&mut stream).await else { return };
    log.lock().unwrap().push(seen.clone());
    match act(&seen) {
        Act::Json(status, body) => {
            let body = body.to_string();
            let head = format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
        }
        Act::Raw(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
        }
        Act::Reset => {}
        Act::Hang(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            let mut rest = Vec::new();
            // Ends when the client gives up.
            let _ = stream.read_to_end(&mut rest).await;
        }
    }
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok()).flatten()
    });
    let whole = head_end + 4 + length.unwrap_or(0);
    while bytes.len() < whole {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let mut words = head.lines().next()?.split(' ');
    Some(Seen {
        method: words.next()?.to_owned(),
        target: words.next()?.to_owned(),
        headers: head.to_ascii_lowercase(),
        body: serde_json::from_slice(&bytes[head_end + 4..whole]).unwrap_or(Value::Null),
    })
}
