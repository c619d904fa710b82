//! The real binary on free ports, in a folder of its own, with nothing of this machine's settings.
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

use super::wire;

pub struct App {
    process: Child,
    _dir: TempDir,
    pub url: String,
    sandbox: String,
}

impl App {
    /// A world second per 1/60 s, so that vendors' windows pass while one reads.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_quarterdeck"))
            .args(["serve", "--data-dir", "data", "--port", "0", "--sandbox-port", "0", "--speed", "60"])
            .args(["--log", "warn"])
            .env_clear()
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut url = String::new();
        let mut sandbox = String::new();
        for line in lines.by_ref() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["page", at] => url = (*at).to_owned(),
                ["sandbox", .., at] => sandbox = (*at).to_owned(),
                ["data", ..] => break,
                _ => {}
            }
        }
        assert!(!url.is_empty() && !sandbox.is_empty(), "the app did not say where it is");
        // What it warns of is part of the test's own output; a full pipe would stop it.
        std::thread::spawn(move || lines.for_each(|line| eprintln(&line)));
        Self { process, _dir: dir, url, sandbox: sandbox.trim_start_matches("http://").to_owned() }
    }

    pub fn ledger(&self) -> Value {
        let (status, ledger) = wire::call(&self.sandbox, "GET", "/_sandbox/ledger", &Value::Null);
        assert_eq!(status, 200);
        ledger
    }

    pub fn advance_days(&self, days: u32) {
        let (status, _) = wire::call(&self.sandbox, "POST", "/_sandbox/clock", &json!({"advance_s": days * 86_400}));
        assert_eq!(status, 200);
    }
}

#[expect(clippy::print_stderr, reason = "the app's warnings belong to the output of a failed test")]
pub fn eprintln(line: &str) {
    eprintln!("app: {line}");
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where pictures go: `target/screenshots`, whatever the build folder.
pub fn pictures() -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
