//! The figures by one command, `cargo bench`: start-up, memory, our own CPU per turn of the planning loop beside a bare
//! loop of async-openai with one SQLite write a turn, and items a second through the worker beside a loop of inserts.
//! `cargo bench --bench figures -- items` measures the last alone.
#![expect(clippy::print_stdout, reason = "figures are read on standard output")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on has nothing to say")]
#![expect(clippy::disallowed_methods, reason = "a bench measures machine time from outside the program")]
mod bare;
mod bulk;
mod desk;
mod endpoint;
mod items;
mod process;

use std::time::Duration;

use crate::desk::Desk;
use crate::endpoint::Endpoint;
use crate::process::Usage;

/// First argument of the process that runs the bare loop.
pub const BARE: &str = "bare";

/// Argument that asks for one figure alone.
const ITEMS: &str = "items";

const STARTS: usize = 11;
const ROUNDS: usize = 5;
/// Requests of a round, each of `endpoint::TURNS_EACH` model turns.
const REQUESTS: usize = 50;
const IDLE: Duration = Duration::from_secs(2);

const READY_MS_MAX: f64 = 150.0;
const RSS_MB_MAX: f64 = 40.0;
const TURN_MS_MAX: f64 = 1.0;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [first, base] = args.as_slice()
        && first == BARE
    {
        return bare::run(base);
    }
    // `cargo bench --bench figures -- bulk [LEADS]`: one run of thousands, and nothing else.
    if let Some(at) = args.iter().position(|arg| arg == "bulk") {
        let leads = args.get(at + 1).and_then(|text| text.parse().ok());
        return bulk::run(env!("CARGO_BIN_EXE_quarterdeck"), leads.unwrap_or(bulk::LEADS));
    }
    if args.iter().any(|arg| arg == ITEMS) {
        return through_the_worker();
    }
    // `cargo bench -- --program PATH` measures another build of the program.
    let program = match args.iter().position(|arg| arg == "--program") {
        Some(at) => args[at + 1].clone(),
        None => env!("CARGO_BIN_EXE_quarterdeck").to_owned(),
    };
    let (ready, idle) = start_up(&program);
    line("ready after start", ready, "ms", READY_MS_MAX);
    line("memory when idle, sandbox in the process", idle.rss_mb, "MB", RSS_MB_MAX);
    println!("  of it our own pages: {:.1} MB, of the program's file: {:.1} MB", idle.anon_mb, idle.file_mb);

    let endpoint = Endpoint::start();
    let (ours, ours_mb) = turns(&mut Desk::start(&program, Some(&endpoint.base)), &endpoint);
    line("CPU per model turn, durable", ours, "ms", TURN_MS_MAX);
    let (bare, bare_mb) = turns(&mut bare::Child::start(&endpoint.base), &endpoint);
    println!(
        "bare loop (async-openai, one SQLite write): {bare:.3} ms CPU per turn; ours is {:.1} times that",
        ours / bare
    );
    println!("memory after the turns: ours {ours_mb:.1} MB, bare loop {bare_mb:.1} MB");
    through_the_worker();
}

fn through_the_worker() {
    items_line("SQLite", &items::on_sqlite(), items::SQLITE_PER_S_MIN);
    match items::on_postgres() {
        Some(figure) => items_line("Postgres", &figure, items::POSTGRES_PER_S_MIN),
        None => println!("items on Postgres: not measured, QUARTERDECK_TEST_DATABASE_URL names none"),
    }
}

fn items_line(database: &str, figure: &items::Figure, least: f64) {
    let verdict = if figure.per_s >= least { "within" } else { "BELOW" };
    println!("items through one worker on {database}: {:.0} a second ({verdict} the bar of {least:.0})", figure.per_s);
    let ratio = figure.raw_per_s / figure.per_s;
    println!("  rows only inserted: {:.0} a second, {ratio:.1} times that", figure.raw_per_s);
}

fn line(what: &str, figure: f64, unit: &str, most: f64) {
    let verdict = if figure <= most { "within" } else { "OVER" };
    println!("{what}: {figure:.3} {unit} ({verdict} the bar of {most} {unit})");
}

/// Median time to the first ready answer in a new folder, and the last one's memory after it had nothing to do.
fn start_up(program: &str) -> (f64, Usage) {
    let mut times = Vec::new();
    for _ in 1..STARTS {
        times.push(Desk::start(program, None).ready_ms);
    }
    let last = Desk::start(program, None);
    times.push(last.ready_ms);
    std::thread::sleep(IDLE);
    (median(times), process::usage(last.pid()))
}

/// Works through requests.
pub trait Works {
    fn pid(&self) -> u32;
    /// Returns when the endpoint has given the last answer of the request.
    fn request(&mut self, number: usize, endpoint: &Endpoint);
}

/// Median CPU per model turn in milliseconds, and memory at the end.
fn turns(worker: &mut dyn Works, endpoint: &Endpoint) -> (f64, f64) {
    // The first requests pay for connections and caches.
    (0..10).for_each(|number| worker.request(number, endpoint));
    let mut each = Vec::new();
    for round in 0..ROUNDS {
        let (before, asked) = (process::cpu_ms(worker.pid()), endpoint.asked());
        (0..REQUESTS).for_each(|number| worker.request(round * REQUESTS + number, endpoint));
        let turns = endpoint.asked() - asked;
        assert_eq!(turns, REQUESTS * endpoint::TURNS_EACH, "the loop did not ask as scripted");
        each.push((process::cpu_ms(worker.pid()) - before) / turns as f64);
    }
    (median(each), process::usage(worker.pid()).rss_mb)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
