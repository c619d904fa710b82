//! Starts that must be refused: exit code 2 and one sentence that says what to do; nothing of a key is repeated.
use std::path::Path;

use crate::support::fleet::Program;
use crate::support::process::typed;

async fn refused(folder: &Path, arguments: &[&str], env: &[(&str, &str)], parts: &[&str]) {
    let output = typed(folder, arguments, env).await;
    let told = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?} {env:?}: {told}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert!(told.lines().count() <= 2, "one sentence, not {told}");
    for part in parts {
        assert!(told.contains(part), "`{part}` is missing in: {told}");
    }
    assert!(!told.contains("s3cret") && !told.contains("panicked"), "{told}");
}

#[tokio::test]
async fn what_cannot_start_says_why_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    refused(here, &["--port", &port, "--sandbox-port", "0", "--data-dir", "a"], &[], &["taken", "--port"]).await;
    refused(here, &["--port", "0", "--sandbox-port", &port, "--data-dir", "b"], &[], &["taken", "--sandbox-port"])
        .await;
    std::fs::write(here.join("file"), "x").unwrap();
    refused(here, &["--port", "0", "--data-dir", "file"], &[], &["file", "--data-dir"]).await;
    refused(here, &["--port", "0", "--data-dir", "file/data"], &[], &["cannot be written", "--data-dir"]).await;
    refused(here, &["--port", "0", "--speed", "fast"], &[], &["--speed"]).await;
    refused(here, &["--port", "0"], &[("QUARTERDECK_PROT", "1")], &["QUARTERDECK_PROT"]).await;
    refused(here, &["--port", "0"], &[("LEMLIST_API_KEY", "s3cret")], &["LEMLIST_API_KEY", "QUARTERDECK_LIVE"]).await;
    let no_base = [("DATABASE_URL", "postgres://ava:s3cret@127.0.0.1:1/none")];
    refused(here, &["--port", "0", "--sandbox-port", "0", "--data-dir", "c"], &no_base, &["database"]).await;
}

#[tokio::test]
async fn a_second_process_on_the_same_data_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let serves = ["serve", "--port", "0", "--sandbox-port", "0", "--data-dir", "data"];
    let mut first = Program::start(folder.path(), &serves, &[]).await;
    let arguments = ["--port", "0", "--sandbox-port", "0", "--data-dir", "data"];
    refused(folder.path(), &arguments, &[], &["in use by", "--data-dir"]).await;
    first.kill().await;
    Program::start(folder.path(), &serves, &[]).await.kill().await;
}

#[tokio::test]
async fn an_unknown_key_and_a_bad_line_name_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    copy(&shipped, &here.join("config"));
    let file = here.join("config/quarterdeck.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}\n[colour]\nname = \"red\"\n")).unwrap();
    refused(here, &["--port", "0", "--config-dir", "config"], &[], &["quarterdeck.toml", "colour"]).await;
    std::fs::write(&file, text).unwrap();
    std::fs::write(here.join(".env"), "QUARTERDECK_ZONE=UTC\ns3cret line\n").unwrap();
    refused(here, &["--port", "0", "--config-dir", "config"], &[], &[".env", "2"]).await;
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
