//! JSON over HTTP/1.1 on loopback: enough for chromedriver and for the sandbox's controls.
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

const WAIT: Duration = Duration::from_secs(180);

/// Status and JSON of the answer. `address` is `127.0.0.1:port`.
pub fn call(address: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).unwrap_or_else(|why| panic!("reach {address}: {why}"));
    stream.set_read_timeout(Some(WAIT)).unwrap();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nAccept: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    answer(BufReader::new(stream))
}

fn answer(mut from: impl BufRead) -> (u16, Value) {
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status line");
    let mut length = None;
    loop {
        line.clear();
        from.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<usize>().ok();
        }
    }
    let mut bytes = vec![0; length.expect("an answer with a length")];
    from.read_exact(&mut bytes).unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}
