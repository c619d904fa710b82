//! The database fails under a run: restarted, cut off, locked, out of room. Nothing that was accepted is lost, people are told,
//! and it goes on by itself.
use std::time::Duration;

use sqlx::Connection;

use crate::support::cluster::Cluster;
use crate::support::cluster::done;
use crate::support::cluster::is_root;
use crate::support::desk::Desk;
use crate::support::fleet::Fleet;
use crate::support::player::Player;

const RUN_MAX: Duration = Duration::from_secs(170);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "starts a Postgres of its own, a minute: .ci/run calls it by name"]
async fn postgres_restarts_in_the_middle_of_commits() {
    const RESTARTS: usize = 8;
    let cluster = Cluster::start();
    let fleet = Fleet::on_postgres(&cluster.url()).await;
    let (_program, desk) = fleet.desk(None).await;
    let player = Player::new("restarts");
    for n in 0..RESTARTS {
        let life = Duration::from_millis(300 + 250 * n as u64);
        if tokio::time::timeout(life, player.plays(&desk)).await.is_ok() {
            println!("the run was over after {n} restarts");
            assert!(n > 2, "too quick to say anything");
            break;
        }
        cluster.restarts().await;
    }
    let (thread, _) = tokio::time::timeout(RUN_MAX, player.plays(&desk)).await.expect("the run ends");
    fleet.judge(&desk, &thread).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "starts a Postgres of its own, a minute: .ci/run calls it by name"]
async fn connections_are_killed_under_a_run() {
    const CUTS: usize = 40;
    let cluster = Cluster::start();
    let fleet = Fleet::on_postgres(&cluster.url()).await;
    let (_program, desk) = fleet.desk(None).await;
    let player = Player::new("cuts");
    let mut conn = sqlx::AnyConnection::connect(&cluster.url()).await.unwrap();
    let mut cut = 0;
    for _ in 0..CUTS {
        if tokio::time::timeout(Duration::from_millis(150), player.plays(&desk)).await.is_ok() {
            break;
        }
        let sql = "SELECT CAST(COUNT(pg_terminate_backend(pid)) AS BIGINT) FROM pg_stat_activity \
                   WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        cut += sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut conn).await.unwrap();
    }
    println!("{cut} connections were cut");
    assert!(cut > 10, "too few to say anything");
    let (thread, _) = tokio::time::timeout(RUN_MAX, player.plays(&desk)).await.expect("the run ends");
    fleet.judge(&desk, &thread).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the lock is held for 30 s: .ci/run calls it by name"]
async fn sqlite_is_locked_for_thirty_seconds() {
    const LOCKED: Duration = Duration::from_secs(30);
    let fleet = Fleet::on_sqlite().await;
    let (_program, desk) = fleet.desk(None).await;
    let player = Player::new("locked");
    player.says(&desk).await;
    let url = quarterdeck::store::open::Store::sqlite_url(&fleet.data().join("quarterdeck.db"));
    sqlx::any::install_default_drivers();
    let mut other = sqlx::AnyConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("PRAGMA busy_timeout=20000; BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let locked = async {
        let accepted = talks(&desk, "locked").await;
        player.plays(&desk).await;
        accepted
    };
    assert!(tokio::time::timeout(LOCKED, locked).await.is_err(), "nothing can be written while another holds the lock");
    let refused = desk.ask("ava", ("POST", "/api/threads"), Some(&serde_json::json!({"text": "hello"}))).await.unwrap();
    assert_eq!(refused.status, 503, "{}", refused.body);
    println!("told: {:?}", refused.refusal());
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    let (thread, _) = tokio::time::timeout(RUN_MAX, player.plays(&desk)).await.expect("it goes on by itself");
    fleet.judge(&desk, &thread).await;
}

/// Says something once; the thread when it was accepted, what was told when it was refused.
async fn talks(desk: &Desk, text: &str) -> Result<String, [String; 3]> {
    let body = serde_json::json!({"text": text});
    let said = desk.ask("ava", ("POST", "/api/threads"), Some(&body)).await.unwrap();
    match said.status {
        201 => Ok(said.body["thread"].as_str().unwrap().to_owned()),
        503 => Err(said.refusal()),
        other => panic!("{other}: {}", said.body),
    }
}

/// A small disk, gone at the end whatever happens.
struct Disk(std::path::PathBuf);

impl Disk {
    fn mount(folder: &std::path::Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        done("mount", &["-t", "tmpfs", "-o", "size=12m", "tmpfs", &folder.display().to_string()]);
        Self(folder.to_owned())
    }

    /// Until not one byte more fits.
    fn fill(&self) {
        use std::io::Write;
        let mut file = std::fs::File::create(self.0.join("filler")).unwrap();
        for size in [64 * 1024, 4096, 1] {
            while file.write_all(&vec![0_u8; size]).is_ok() {}
        }
    }

    fn empty(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _gone = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "mounts a small disk as root: .ci/run calls it by name"]
async fn a_full_disk_loses_nothing_that_was_accepted() {
    /// More than fit into what the log of the database still has room for.
    const MESSAGES_MAX: usize = 400;
    if !is_root() {
        println!("skipped: only root can mount a small disk to fill; run it as root");
        return;
    }
    let fleet = Fleet::on_sqlite().await;
    let disk = Disk::mount(&fleet.data());
    let (mut program, desk) = fleet.desk(None).await;
    let player = Player::new("full");
    player.says(&desk).await;
    disk.fill();
    let (mut accepted, mut refused) = (Vec::new(), 0);
    for n in 0..MESSAGES_MAX {
        match talks(&desk, &format!("hello {n}")).await {
            Ok(thread) => accepted.push(thread),
            Err(told) => {
                if refused == 0 {
                    println!("told: {told:?}");
                }
                refused += 1;
            }
        }
        if refused >= 3 {
            break;
        }
    }
    println!("{} messages were accepted on the full disk, {refused} refused", accepted.len());
    assert!(refused > 0, "the disk was not full");
    let stuck = tokio::time::timeout(Duration::from_secs(5), player.plays(&desk)).await;
    assert!(stuck.is_err(), "a run cannot go on without room");
    disk.empty();
    let (thread, _) = tokio::time::timeout(RUN_MAX, player.plays(&desk)).await.expect("it goes on by itself");
    for kept in &accepted {
        let view = desk.thread(kept).await.unwrap();
        assert!(
            view["messages"].as_array().is_some_and(|all| !all.is_empty()),
            "{kept} was accepted and is gone: {view}"
        );
    }
    fleet.judge(&desk, &thread).await;
    program.kill().await;
    drop(disk);
}
