//! A small HTTP client on a socket: it sends exactly what a test says, wrong hosts and origins as well.
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|fault| panic!("{fault}: {}", self.body))
    }

    /// The value of the first hidden field with this name.
    pub fn hidden(&self, name: &str) -> String {
        let start = self.body.find(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no field {name}"));
        let value = &self.body[start..];
        value.split('"').nth(3).unwrap().to_owned()
    }
}

pub struct Ask<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub headers: Vec<(&'a str, String)>,
    pub body: Vec<u8>,
}

pub fn get(path: &str) -> Ask<'_> {
    Ask { method: "GET", path, headers: Vec::new(), body: Vec::new() }
}

pub fn post<'a>(path: &'a str, kind: &str, body: impl Into<Vec<u8>>) -> Ask<'a> {
    let headers = if kind.is_empty() { Vec::new() } else { vec![("content-type", kind.to_owned())] };
    Ask { method: "POST", path, headers, body: body.into() }
}

pub fn json<'a>(path: &'a str, body: &serde_json::Value) -> Ask<'a> {
    post(path, "application/json", body.to_string())
}

/// A form of the page; values must be plain.
pub fn form<'a>(path: &'a str, pairs: &[(&str, &str)]) -> Ask<'a> {
    let body: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={}", value.replace(' ', "+"))).collect();
    post(path, "application/x-www-form-urlencoded", body.join("&"))
}

impl<'a> Ask<'a> {
    pub fn with(mut self, name: &'a str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn person(self, id: &str) -> Self {
        self.with("x-person", id)
    }

    pub async fn open(&self, address: std::net::SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut text = format!("{} {} HTTP/1.1\r\nconnection: close\r\n", self.method, self.path);
        if !self.headers.iter().any(|(name, _)| *name == "host") {
            text += &format!("host: {address}\r\n");
        }
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("content-length: {}\r\n\r\n", self.body.len());
        stream.write_all(text.as_bytes()).await.unwrap();
        // The server may answer and close before it has read all: the answer is what counts.
        let _ = stream.write_all(&self.body).await;
        stream
    }

    pub async fn send(&self, address: std::net::SocketAddr) -> Answer {
        let mut stream = self.open(address).await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }
}

/// Reads from an event stream until `part` was seen `count` times.
pub async fn read_until(stream: &mut TcpStream, part: &str, count: usize) -> String {
    let mut seen = String::new();
    let mut buffer = [0; 4096];
    let patience = std::time::Duration::from_secs(10);
    while seen.matches(part).count() < count {
        let read = tokio::time::timeout(patience, stream.read(&mut buffer)).await;
        let read = read.unwrap_or_else(|_| panic!("`{part}` did not come: {seen}")).unwrap();
        assert!(read > 0, "the stream ended before `{part}`: {seen}");
        seen += &String::from_utf8_lossy(&buffer[..read]);
    }
    seen
}
