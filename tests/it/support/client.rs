//! One HTTP call over loopback by hand: what is sent is exactly what the test says.
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// `null` when it is not JSON.
    pub body: Value,
}

impl Answer {
    /// The three parts of a refusal, each with words.
    pub fn refusal(&self) -> [String; 3] {
        let error = &self.body["error"];
        let part = |name: &str| {
            let text = error[name].as_str().unwrap_or_default().to_owned();
            assert!(!text.is_empty(), "a refusal without `{name}`: {}", self.body);
            text
        };
        [part("what"), part("why"), part("next")]
    }
}

pub struct Request<'a> {
    pub line: (&'a str, &'a str),
    pub headers: Vec<(&'a str, String)>,
    pub body: Vec<u8>,
}

/// HTTP/1.0: the answer ends where the connection ends, and is never sent in chunks.
pub async fn send(to: SocketAddr, request: &Request<'_>) -> std::io::Result<Answer> {
    let mut stream = open(to, request).await?;
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw).await?;
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(cut)?;
    let head = String::from_utf8_lossy(&raw[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(cut)?;
    Ok(Answer { status, body: serde_json::from_slice(&raw[end + 4..]).unwrap_or_default() })
}

/// Sends and leaves the answer unread: an event stream.
pub async fn open(to: SocketAddr, request: &Request<'_>) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(to).await?;
    let (method, path) = request.line;
    let mut head = format!("{method} {path} HTTP/1.0\r\nHost: {to}\r\nContent-Length: {}\r\n", request.body.len());
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&request.body).await?;
    Ok(stream)
}

fn cut() -> std::io::Error {
    std::io::Error::other("the answer was cut")
}
