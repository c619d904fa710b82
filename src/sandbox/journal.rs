//! The append-only file that lets the vendors keep their state over restarts and kill -9.
//!
//! A line is a command that was carried out, a clock position, or counts of calls that changed nothing. The
//! vendors are deterministic, so carrying the commands out again at their times gives the same state.
use std::fs::File;
use std::fs::OpenOptions;
use std::io::Read;
use std::io::Write;
use std::path::Path;

use serde_json::Value;
use serde_json::json;

use crate::sandbox::http::Req;

/// One line.
pub enum Entry {
    Command { at: i64, vendor: String, req: Req },
    Clock { at: i64 },
    Counts { counts: Value },
}

/// Where lines go; nowhere when the state is kept in memory only.
pub struct Journal {
    file: Option<File>,
}

impl Journal {
    /// Opens the file of a directory and reads what is there; a torn last line is cut off.
    pub fn open(dir: Option<&Path>) -> std::io::Result<(Self, Vec<Entry>)> {
        let Some(dir) = dir else {
            return Ok((Self { file: None }, Vec::new()));
        };
        std::fs::create_dir_all(dir)?;
        let path = dir.join("journal.jsonl");
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        let mut raw = Vec::new();
        file.read_to_end(&mut raw)?;
        let whole = raw.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        if whole < raw.len() {
            file.set_len(whole as u64)?;
        }
        let entries = raw[..whole].split(|b| *b == b'\n').filter_map(read_line).collect();
        Ok((Self { file: Some(file) }, entries))
    }

    pub fn command(&mut self, at: i64, vendor: &str, req: &Req) {
        let body = String::from_utf8_lossy(&req.body);
        self.line(&json!({"t": at, "v": vendor, "m": req.method, "p": req.path, "q": req.raw_query, "b": body}));
    }

    pub fn clock(&mut self, at: i64) {
        self.line(&json!({"t": at}));
    }

    pub fn counts(&mut self, counts: &Value) {
        self.line(&json!({"n": counts}));
    }

    fn line(&mut self, value: &Value) {
        let Some(file) = self.file.as_mut() else {
            return;
        };
        let mut text = value.to_string();
        text.push('\n');
        if let Err(error) = file.write_all(text.as_bytes()) {
            tracing::error!(%error, "could not write the sandbox journal");
        }
    }
}

fn read_line(line: &[u8]) -> Option<Entry> {
    let v: Value = serde_json::from_slice(line).ok()?;
    if let Some(counts) = v.get("n") {
        return Some(Entry::Counts { counts: counts.clone() });
    }
    let at = v.get("t")?.as_i64()?;
    let Some(vendor) = v.get("v").and_then(Value::as_str) else {
        return Some(Entry::Clock { at });
    };
    let field = |k: &str| v.get(k).and_then(Value::as_str).unwrap_or_default();
    let req = Req::new(field("m"), field("p"), field("q"), field("b").as_bytes().to_vec());
    Some(Entry::Command { at, vendor: vendor.to_owned(), req })
}
