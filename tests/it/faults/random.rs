//! kill -9 at random moments, again and again, over as many runs as that takes: on SQLite one process, on Postgres a desk and
//! two workers of which one at a time dies. After each run everything must hold.
use std::hash::BuildHasher;
use std::time::Duration;
use std::time::Instant;

use crate::support::desk::Desk;
use crate::support::fleet::Fleet;
use crate::support::fleet::Program;
use crate::support::player::Player;

/// A life is at most this long, so that the kills fall within the journey and within the start.
const LIFE_MS: (u64, u64) = (30, 900);
const END_MAX: Duration = Duration::from_secs(180);
const SEED: &str = "QUARTERDECK_TEST_SEED";
const KILLS: &str = "QUARTERDECK_TEST_KILLS";
const DATABASE: &str = "QUARTERDECK_TEST_DATABASE_URL";

/// A sequence of moments that the same seed gives again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let n = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (n ^ (n >> 31)) % end
    }

    fn life(&mut self) -> Duration {
        Duration::from_millis(LIFE_MS.0 + self.below(LIFE_MS.1 - LIFE_MS.0))
    }
}

#[derive(Default)]
struct Count {
    kills: u64,
    runs: u64,
}

/// One run on SQLite, killed at random until it is over or the kills are used up, then judged.
async fn one_run_on_sqlite(chance: &mut Chance, count: &mut Count, kills: u64) {
    let fleet = Fleet::on_sqlite().await;
    let player = Player::new("the-one-request");
    while count.kills < kills {
        let mut program = fleet.desk_spawned(&[], None);
        let life = async {
            assert!(program.is_up().await, "the desk comes up again");
            let desk = fleet.at(&program);
            player.plays(&desk).await
        };
        let lived = tokio::time::timeout(chance.life(), life).await;
        program.kill().await;
        if lived.is_ok() {
            break;
        }
        count.kills += 1;
    }
    let (mut program, desk) = fleet.desk(None).await;
    let (thread, _) = tokio::time::timeout(END_MAX, player.plays(&desk)).await.expect("the run ends");
    fleet.judge(&desk, &thread).await;
    program.kill().await;
    count.runs += 1;
}

/// A desk and two workers, one of them as if on another machine.
struct Crew<'f> {
    fleet: &'f Fleet,
    desk: Program,
    workers: [Program; 2],
}

const FOLDERS: [&str; 2] = ["data", "elsewhere"];

impl<'f> Crew<'f> {
    async fn start(fleet: &'f Fleet) -> Self {
        let mut desk = fleet.desk_spawned(&["--no-worker"], None);
        assert!(desk.is_up().await);
        let workers = [fleet.worker(FOLDERS[0]).await, fleet.worker(FOLDERS[1]).await];
        Self { fleet, desk, workers }
    }

    /// Kills one of the three and starts it again.
    async fn lose(&mut self, which: u64) {
        match usize::try_from(which).unwrap().checked_sub(1) {
            None => {
                self.desk.kill().await;
                self.desk = self.fleet.desk_spawned(&["--no-worker"], None);
                assert!(self.desk.is_up().await, "the desk comes up again");
            }
            Some(index) => {
                self.workers[index].kill().await;
                self.workers[index] = self.fleet.worker(FOLDERS[index]).await;
            }
        }
    }

    fn at(&self) -> Desk {
        self.fleet.at(&self.desk)
    }
}

async fn one_run_on_postgres(url: &str, chance: &mut Chance, count: &mut Count, kills: u64) {
    let fleet = Fleet::on_postgres(url).await;
    let player = Player::new("the-one-request");
    let mut crew = Crew::start(&fleet).await;
    while count.kills < kills {
        let desk = crew.at();
        if tokio::time::timeout(chance.life(), player.plays(&desk)).await.is_ok() {
            break;
        }
        crew.lose(chance.below(3)).await;
        count.kills += 1;
    }
    let desk = crew.at();
    let (thread, _) = tokio::time::timeout(END_MAX, player.plays(&desk)).await.expect("the run ends");
    fleet.judge(&desk, &thread).await;
    count.runs += 1;
}

async fn kills(wanted: u64, postgres: Option<String>) {
    let seed = seed();
    println!("seed {seed}: repeat with {SEED}={seed}");
    let (mut chance, mut count, since) = (Chance(seed), Count::default(), Instant::now());
    while count.kills < wanted {
        match &postgres {
            Some(url) => one_run_on_postgres(url, &mut chance, &mut count, wanted).await,
            None => one_run_on_sqlite(&mut chance, &mut count, wanted).await,
        }
        println!("{} kills in {} runs, {:.0} s, 0 violations", count.kills, count.runs, since.elapsed().as_secs_f64());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_nothing_is_done_twice() {
    kills(6, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs QUARTERDECK_TEST_DATABASE_URL: .ci/run calls it by name"]
async fn two_workers_and_a_desk_are_killed_on_postgres() {
    let url = variable(DATABASE).expect("QUARTERDECK_TEST_DATABASE_URL names a Postgres");
    let wanted = variable(KILLS).map_or(30, |text| text.parse().unwrap());
    kills(wanted, Some(url)).await;
}

/// `QUARTERDECK_TEST_KILLS` says how many; 1,000 without it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "half an hour: its last result stands in docs/faults.md"]
async fn thousand_kills() {
    let wanted = variable(KILLS).map_or(1_000, |text| text.parse().unwrap());
    kills(wanted, None).await;
}

fn seed() -> u64 {
    let given = variable(SEED).and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| std::collections::hash_map::RandomState::new().hash_one(0_u8))
}

fn variable(name: &str) -> Option<String> {
    std::env::vars_os().find(|(key, _)| key == name)?.1.into_string().ok()
}
