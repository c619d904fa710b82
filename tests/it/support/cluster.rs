//! A Postgres of the test's own, to be restarted under it and gone at the end.
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

pub struct Cluster {
    folder: tempfile::TempDir,
    bin: PathBuf,
    port: u16,
}

impl Cluster {
    /// Needs the Postgres programs, and the user postgres when this is root: refuses loudly without them.
    pub fn start() -> Self {
        let bin = programs().expect("initdb below /usr/lib/postgresql: install the package postgresql");
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if is_root() {
            done("chmod", &["711", &folder.path().display().to_string()]);
        }
        let data = folder.path().join("pg");
        std::fs::create_dir(&data).unwrap();
        if is_root() {
            done("chown", &["postgres", &data.display().to_string()]);
        }
        let cluster = Self { folder, bin, port };
        cluster.run("initdb", &["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]);
        cluster.run(
            "pg_ctl",
            &["-w", "-l", &cluster.data().join("log").display().to_string(), "-o", &cluster.options(), "start"],
        );
        cluster
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// As after a crash: nothing is written out in order, what was committed is recovered from the log.
    pub async fn restarts(&self) {
        let (program, data) = (self.bin.join("pg_ctl"), self.data());
        let log = data.join("log").display().to_string();
        let options = self.options();
        let arguments: Vec<String> =
            ["-w", "-m", "immediate", "-l", &log, "-o", &options, "restart"].map(str::to_owned).to_vec();
        let restarted = tokio::task::spawn_blocking(move || as_postgres(&program, &data, &arguments)).await.unwrap();
        assert!(restarted.status.success(), "{}", String::from_utf8_lossy(&restarted.stderr));
    }

    fn options(&self) -> String {
        format!(
            "-p {} -c listen_addresses=127.0.0.1 -k {} -c fsync=off -c max_connections=100",
            self.port,
            self.data().display()
        )
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("pg")
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        let output = as_postgres(&self.bin.join(program), &self.data(), &arguments);
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let stop = ["-m", "immediate", "stop"].map(str::to_owned);
        let _gone = as_postgres(&self.bin.join("pg_ctl"), &self.data(), &stop);
    }
}

/// The server keeps our pipes open: its words go nowhere, or we would wait for its end.
fn as_postgres(program: &Path, data: &Path, arguments: &[String]) -> Output {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.arg("-D").arg(data).args(arguments).current_dir("/").stdout(std::process::Stdio::null());
    let status = command.stderr(std::process::Stdio::null()).status().unwrap();
    let log = std::fs::read(data.join("log")).unwrap_or_default();
    Output { status, stdout: Vec::new(), stderr: log }
}

fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> = versions.flatten().map(|entry| entry.path().join("bin")).collect();
    found.retain(|bin| bin.join("initdb").exists());
    found.sort();
    found.pop()
}

pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0)
}

pub fn done(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status().unwrap();
    assert!(status.success(), "{program} {arguments:?}");
}
