//! The real binary on a folder, to be killed.
use std::net::SocketAddr;
use std::path::Path;
use std::process::Output;
use std::process::Stdio;

use tokio::io::AsyncBufReadExt;
use tokio::io::BufReader;
use tokio::process::Child;
use tokio::process::Command;

use crate::support::desk::Desk;

pub struct Process {
    pub desk: Desk,
    child: Child,
}

pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quarterdeck"));
    command.env_clear().current_dir(folder).kill_on_drop(true).stdin(Stdio::null());
    command
}

impl Process {
    /// Starts and waits until the page's address is told.
    pub async fn start(folder: &Path) -> Self {
        let mut command = command(folder);
        command.args(["--port", "0", "--sandbox-port", "0", "--speed", "600", "--log", "error", "--data-dir", "data"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut world = None;
        while let Some(line) = told.next_line().await.unwrap() {
            if let Some((_, address)) = line.split_once(" at http://") {
                world = Some(address.trim().parse::<SocketAddr>().unwrap());
            }
            if line.starts_with("Ctrl-C") {
                break;
            }
        }
        // Read to the end, or the child would block on a full pipe.
        tokio::spawn(async move {
            while let Ok(Some(line)) = told.next_line().await {
                eprintln!("  quarterdeck: {line}");
            }
        });
        let mut page = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = page.next_line().await.unwrap().expect("the address of the page");
        let api = line.trim_start_matches("http://").parse().unwrap();
        Self { desk: Desk { api, world: world.expect("the address of the sandbox") }, child }
    }

    /// SIGKILL: nothing of ours runs any more.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Runs to its end, as somebody who typed it would see it.
pub async fn typed(folder: &Path, arguments: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = command(folder);
    command.args(arguments).envs(env.iter().copied());
    let ended = tokio::time::timeout(std::time::Duration::from_secs(30), command.output());
    ended.await.expect("it ends by itself").unwrap()
}
