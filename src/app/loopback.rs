//! One GET over loopback by hand: the demo reads the sandbox's own books, which no connector may.
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const WAIT: Duration = Duration::from_secs(10);
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub async fn get_json(address: SocketAddr, path: &str) -> anyhow::Result<Value> {
    anyhow::ensure!(address.ip().is_loopback(), "read {path}: {address} is not loopback");
    let answer = tokio::time::timeout(WAIT, get(address, path)).await.context("wait for the sandbox")??;
    serde_json::from_slice(&answer).context("read the sandbox's answer")
}

async fn get(address: SocketAddr, path: &str) -> anyhow::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await.context("reach the sandbox")?;
    // HTTP/1.0: the answer ends where the connection ends, and is never sent in chunks.
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\nAccept: application/json\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await?;
    body(answer)
}

fn body(answer: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").context("find the end of the answer's head")?;
    let head = String::from_utf8_lossy(&answer[..end]);
    let status = head.split(' ').nth(1).unwrap_or_default();
    anyhow::ensure!(status == "200", "read the sandbox's books: it answered {status}");
    Ok(answer[end + 4..].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[tokio::test]
    async fn reads_json_from_loopback_and_nothing_else() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = axum::Router::new().route("/books", axum::routing::get(async || axum::Json(json!({"mails": [1]}))));
        let server = tokio::spawn(async move { axum::serve(listener, app).await });
        assert_eq!(get_json(address, "/books").await.unwrap(), json!({"mails": [1]}));
        assert!(get_json(address, "/other").await.unwrap_err().to_string().contains("404"));
        let away: SocketAddr = "192.0.2.1:80".parse().unwrap();
        assert!(get_json(away, "/books").await.unwrap_err().to_string().contains("not loopback"));
        server.abort();
    }
}
