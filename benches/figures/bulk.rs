//! A run of thousands of leads, from the words of a rep to the last hand-over, against the vendors' published limits.
//!
//! The sandbox and the desk are processes of their own; the world clock runs fast, the vendors count in world time. Gates
//! are decided at once, by two people where two are asked for. The bound of a stretch between two gates is the largest
//! over the vendors of (calls made in it x the vendor's published interval): whoever calls has to wait that long.
mod calls;
mod parties;

use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::bulk::calls::Bound;
use crate::bulk::calls::Ledger;
use crate::bulk::parties::Parties;
use crate::process;

pub const LEADS: usize = 10_000;
const SPEED: f64 = 3.0;
const LOOK: Duration = Duration::from_millis(150);
const PATIENCE: Duration = Duration::from_secs(40 * 60);
/// The API shows what a person sees: how long that takes while the run goes on.
const ANSWER_MS_MAX: f64 = 1_000.0;
const RSS_MB_MAX: f64 = 150.0;
const RATIO_MAX: f64 = 1.05;

pub fn run(program: &str, leads: usize) {
    let parties = Parties::start(program, leads, SPEED);
    let begun = Instant::now();
    let thread = parties.ask(&format!(
        "Find {leads} CFOs, VPs of Finance, Heads of Sales and VPs of Sales, enrich them and launch outreach"
    ));
    parties.press(&thread, "plan", "start", "ava");
    let mut watch = Watch::new(&parties);
    loop {
        std::thread::sleep(LOOK);
        assert!(begun.elapsed() < PATIENCE, "the run does not come to its end: {}", watch.last);
        let looked = Instant::now();
        let cards = parties.cards(&thread);
        watch.answers.push(looked.elapsed().as_secs_f64() * 1e3);
        if let Some(gate) = open(&cards, "gate_compliance") {
            watch.stretch_ends(&parties, "search, enrich, validate");
            parties.press_card(gate, "exclude_flagged", "cora");
            watch.stretch_begins(&parties);
        } else if let Some(gate) = open(&cards, "gate_launch") {
            watch.stretch_ends(&parties, "CRM and mails");
            parties.press_card(gate, "launch", "mona");
            parties.second_launch(&thread);
            watch.stretch_begins(&parties);
        } else if let Some(wrong) = open(&cards, "error") {
            println!("a card asks for a person: {}", wrong["body"]);
            return;
        } else if cards.iter().any(|card| card["kind"] == "result") {
            watch.stretch_ends(&parties, "hand-over and notes");
            break;
        }
        watch.note(&cards);
    }
    watch.report(&parties, leads, begun.elapsed());
}

/// A card of this kind that still waits for somebody.
fn open<'a>(cards: &'a [Value], kind: &str) -> Option<&'a Value> {
    cards.iter().find(|card| card["kind"] == kind && card["state"] == "open" && card["past"] != true)
}

struct Watch {
    world_ms: i64,
    ledger: Ledger,
    stretches: Vec<(&'static str, f64, Bound)>,
    answers: Vec<f64>,
    last: String,
}

impl Watch {
    fn new(parties: &Parties) -> Self {
        let (world_ms, ledger) = (parties.world_ms(), parties.ledger());
        Self { world_ms, ledger, stretches: Vec::new(), answers: Vec::new(), last: String::new() }
    }

    fn stretch_begins(&mut self, parties: &Parties) {
        self.ledger = parties.ledger();
        self.world_ms = parties.world_ms();
    }

    fn stretch_ends(&mut self, parties: &Parties, what: &'static str) {
        let world_s = (parties.world_ms() - self.world_ms) as f64 / 1e3;
        let bound = parties.ledger().since(&self.ledger).bound();
        println!("{what}: {world_s:.1} s of world time, bound {:.1} s ({})", bound.seconds, bound.why);
        self.stretches.push((what, world_s, bound));
    }

    /// What the progress card says, when it says something new.
    fn note(&mut self, cards: &[Value]) {
        let Some(card) = cards.iter().rev().find(|card| card["kind"] == "progress") else { return };
        let doing = card["steps"].as_array().into_iter().flatten().find(|step| step["state"] == "doing");
        let step = doing.map(|step| step["title"].to_string()).unwrap_or_default();
        if step != self.last {
            println!("  {step}");
            self.last = step;
        }
    }

    fn report(mut self, parties: &Parties, leads: usize, real: Duration) {
        let wall: f64 = self.stretches.iter().map(|(_, seconds, _)| seconds).sum();
        let bound: f64 = self.stretches.iter().map(|(.., bound)| bound.seconds).sum();
        let ledger = parties.ledger();
        println!("{leads} leads in {:.0} s of real time at {SPEED} x", real.as_secs_f64());
        crate::line("world time over the bound of the limits", wall / bound, "x", RATIO_MAX);
        println!("  {wall:.1} s over {bound:.1} s");
        crate::line("calls refused for their rate (429)", ledger.refused as f64, "", 0.0);
        crate::line("most memory of the desk", process::peak_mb(parties.desk_pid()), "MB", RSS_MB_MAX);
        self.answers.sort_by(f64::total_cmp);
        let p99 = self.answers[self.answers.len() * 99 / 100];
        crate::line("a look at the conversation, p99", p99, "ms", ANSWER_MS_MAX);
        for (name, pid) in [("desk", parties.desk_pid()), ("sandbox", parties.sandbox_pid())] {
            println!("CPU of the {name}: {:.1} s", process::cpu_ms(pid) / 1e3);
        }
        println!("calls by endpoint, beside the least that batch sizes allow:");
        for (endpoint, made, least) in ledger.beside_least(&parties.work()) {
            let least = least.map_or_else(|| "-".to_owned(), |least| least.to_string());
            println!("  {made:>6} {least:>6}  {endpoint}");
        }
    }
}
