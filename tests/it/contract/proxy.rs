//! A wire tap: passes each request on to the sandbox and writes down both sides.
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;

use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpStream;

#[derive(Clone, Debug)]
pub struct Exchange {
    pub method: String,
    pub path: String,
    pub query: Vec<String>,
    pub request: Option<Value>,
    pub status: u16,
    pub is_json: bool,
    pub response: Vec<u8>,
}

pub struct Proxy {
    pub url: String,
    seen: Arc<Mutex<Vec<Exchange>>>,
}

impl Proxy {
    pub async fn start(to: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let log = log.clone();
                tokio::spawn(async move {
                    pass(stream, to, &log).await;
                });
            }
        });
        Self { url, seen }
    }

    pub fn seen(&self) -> Vec<Exchange> {
        self.seen.lock().unwrap().clone()
    }
}

async fn pass(mut client: TcpStream, to: SocketAddr, log: &Mutex<Vec<Exchange>>) -> Option<()> {
    let (head, body) = read_message(&mut client).await?;
    let mut server = TcpStream::connect(to).await.ok()?;
    let closing = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    server.write_all(format!("{closing}\r\n\r\n").as_bytes()).await.ok()?;
    server.write_all(&body).await.ok()?;
    let (answer, response) = read_message(&mut server).await?;
    log.lock().unwrap().push(exchange(&head, &body, &answer, response.clone()));
    client.write_all(format!("{answer}\r\nconnection: close\r\n\r\n").as_bytes()).await.ok()?;
    client.write_all(&response).await.ok()?;
    client.shutdown().await.ok()
}

async fn read_message(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = header(&head, "content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while bytes.len() < end + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, bytes[end + 4..end + 4 + length].to_vec()))
}

fn header(head: &str, wanted: &str) -> Option<String> {
    head.lines().skip(1).find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
    })
}

fn exchange(head: &str, body: &[u8], answer: &str, response: Vec<u8>) -> Exchange {
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let names = query.split('&').filter(|pair| !pair.is_empty());
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().replace("%5B", "[").replace("%5D", "]");
    Exchange {
        method: method.to_lowercase(),
        path: path.to_owned(),
        query: names.map(name).collect(),
        request: (!body.is_empty()).then(|| serde_json::from_slice(body).unwrap()),
        status: answer.split(' ').nth(1).and_then(|text| text.parse().ok()).unwrap_or(0),
        is_json: header(answer, "content-type").is_some_and(|kind| kind.contains("json")),
        response,
    }
}
