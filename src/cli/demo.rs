//! `quarterdeck demo`: the whole journey in the terminal, in a world of its own, ended by a comparison of the books.
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

use indicatif::MultiProgress;
use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;

use crate::app::stage::Stage;
use crate::app::start;
use crate::cli::args::DemoArgs;
use crate::cli::exit::Exit;
use crate::cli::journey::Audience;
use crate::cli::journey::Journey;
use crate::cli::out;
use crate::cli::run::told;
use crate::cli::serve::asked_to_stop;
use crate::cli::text;
use crate::cli::verdict;
use crate::cli::verdict::Row;
use crate::config::environment::Given;
use crate::config::load;
use crate::config::model::Config;
use crate::domain::person::Person;
use crate::domain::time::DAY;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::CardState;
use crate::run::card::StepLook;

/// A folder that goes when the demo is over.
pub struct Scratch(Option<PathBuf>);

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(folder) = &self.0 {
            // What the system holds on to, its own housekeeping removes.
            let _left = std::fs::remove_dir_all(folder);
        }
    }
}

/// The demo reads no key and no file of the operator: it can reach nobody.
pub fn config(args: &DemoArgs) -> Result<(Config, Scratch), String> {
    let (folder, scratch) = match &args.data_dir {
        Some(folder) => (PathBuf::from(folder), Scratch(None)),
        None => {
            let folder = std::env::temp_dir().join(format!("quarterdeck-demo-{}", std::process::id()));
            (folder.clone(), Scratch(Some(folder)))
        }
    };
    let flags = vec![
        ("--port", "0".to_owned()),
        ("--sandbox-port", "0".to_owned()),
        ("--speed", args.speed.clone()),
        ("--log", "error".to_owned()),
        ("--data-dir", folder.display().to_string()),
    ];
    let config =
        load::load(&Given { flags, shipped: true, ..Given::default() }).map_err(|faults| faults.to_string())?;
    Ok((config, scratch))
}

pub async fn run(args: DemoArgs, config: Config) -> Exit {
    let running = match start::start(&config).await {
        Ok(running) => running,
        Err(why) => return told(&why),
    };
    let played = match running.stage.clone() {
        Some(stage) => tokio::select! {
            played = play(&args, &config, &stage) => played,
            _ = asked_to_stop() => Ok(Exit::Interrupted),
        },
        None => Err(anyhow::anyhow!("play the demo: no sandbox is running")),
    };
    if let Err(why) = running.drain().await {
        out::words(&format!("quarterdeck: could not stop in order: {why:#}"));
    }
    played.unwrap_or_else(|why| {
        out::words(&format!("quarterdeck: could not {why:#}"));
        Exit::Failed
    })
}

/// Long enough for the four touches of the standard sequence.
const DAYS: i64 = 10;
/// Mails go on while the digest is written: compared again after a moment.
const COMPARISONS_MAX: u32 = 3;
const DIGEST: &str = "Give me the digest since the start";

async fn play(args: &DemoArgs, config: &Config, stage: &Stage) -> anyhow::Result<Exit> {
    let mut screen = Screen::new(args.json);
    let mut journey = Journey::new(stage, &config.people, &mut screen);
    let played = journey.ask(&request(args), "demo-request", CardKind::Result).await?;
    let Some(run) = played.run else { return Ok(Exit::Ok) };
    out::words(&format!("The sandbox world moves on by {DAYS} days."));
    for _ in 0..DAYS {
        stage.world.advance(DAY);
        stage.world.settled().await?;
        journey.look().await?;
    }
    let mut rows = Vec::new();
    for turn in 0..COMPARISONS_MAX {
        stage.world.settled().await?;
        let digest = journey.ask(DIGEST, &format!("demo-digest-{turn}"), CardKind::Digest).await?;
        let account = stage.world.account(&run).await?;
        let ledger = stage.world.ledger().await?;
        rows = verdict::judge(&account, &ledger, &spoken(digest.last.as_ref()));
        if rows.iter().all(|row| row.agrees) {
            break;
        }
    }
    Ok(tell(&rows, args.json))
}

fn request(args: &DemoArgs) -> String {
    args.request.clone().unwrap_or_else(|| {
        format!(
            "Find {} VP Finance prospects at fintech companies (200-1000 employees) using Snowflake, enrich them, and \
             launch a personalized outreach campaign.",
            args.leads
        )
    })
}

/// All that the digest says, as text.
fn spoken(card: Option<&Card>) -> String {
    card.map(|card| text::card(card).join("\n")).unwrap_or_default()
}

fn tell(rows: &[Row], json: bool) -> Exit {
    verdict::lines(rows).iter().for_each(|line| if json { out::words(line) } else { out::data(line) });
    let differing = rows.iter().filter(|row| !row.agrees).count();
    if differing == 0 {
        out::words("The vendors' own ledgers agree with every number reported.");
        return Exit::Ok;
    }
    out::words(&format!("{differing} of {} numbers differ from the vendors' ledgers.", rows.len()));
    Exit::Failed
}

/// Cards and words on standard output, progress on standard error.
struct Screen {
    json: bool,
    bars: MultiProgress,
    by_step: BTreeMap<String, ProgressBar>,
    /// Cards that were shown in full.
    full: BTreeSet<String>,
}

impl Screen {
    fn new(json: bool) -> Self {
        let lively = out::is_lively();
        let target = if lively { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { json, bars: MultiProgress::with_draw_target(target), by_step: BTreeMap::new(), full: BTreeSet::new() }
    }

    fn data(&self, line: &str) {
        self.bars.suspend(|| out::data(line));
    }

    fn progress(&mut self, card: &Card) {
        for step in card.steps.iter().filter(|step| step.state != StepLook::Todo) {
            let bar = self.by_step.entry(format!("{} {}", card.id, step.title)).or_insert_with(|| {
                let bar = self.bars.add(ProgressBar::new(step.total.max(1)));
                let style = ProgressStyle::with_template("{prefix:12} {bar:24} {pos:>5}/{len:<5} {msg}");
                bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                bar.set_prefix(step.title.clone());
                bar
            });
            bar.set_length(step.total.max(1));
            bar.set_position(if step.state == StepLook::Done { step.total.max(1) } else { step.done });
            bar.set_message(step.detail.clone());
            if matches!(step.state, StepLook::Done | StepLook::Failed | StepLook::Skipped) {
                bar.abandon();
            }
        }
    }
}

impl Audience for Screen {
    fn says(&mut self, who: &str, text: &str) {
        if self.json {
            return;
        }
        self.data("");
        text::wrapped(&format!("{who}: {text}"), 0).iter().for_each(|line| self.data(line));
    }

    fn card(&mut self, card: &Card) {
        if self.json {
            if let Ok(line) = serde_json::to_string(card) {
                self.data(&line);
            }
            return;
        }
        if card.kind == CardKind::Progress && out::is_lively() {
            return self.progress(card);
        }
        // Without bars only the ends of a run's progress are worth a line.
        if card.kind == CardKind::Progress && card.steps.iter().any(|step| step.state == StepLook::Doing) {
            return;
        }
        self.data("");
        let is_news = self.full.insert(card.id.clone()) || card.state == CardState::Open || card.verdict.is_empty();
        let lines = if is_news { text::card(card) } else { text::outcome(card) };
        lines.iter().for_each(|line| self.data(line));
    }

    fn presses(&mut self, who: &Person, label: &str, outcome: &str) {
        let roles: Vec<&str> = who.roles.iter().map(|role| role.word()).collect();
        let line = format!("> {} ({}) presses \"{label}\": {outcome}", who.name, roles.join(", "));
        if self.json { self.bars.suspend(|| out::words(&line)) } else { self.data(&line) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(request: Option<&str>) -> DemoArgs {
        DemoArgs { request: request.map(str::to_owned), leads: 20, json: false, data_dir: None, speed: "600".into() }
    }

    #[test]
    fn the_demo_is_all_sandbox_and_leaves_nothing_behind() {
        let (config, scratch) = config(&args(None)).unwrap();
        assert!(!config.parts.any_vendor_live() && !config.parts.model.standing.is_live());
        std::fs::create_dir_all(&config.place.data_dir).unwrap();
        drop(scratch);
        assert!(!config.place.data_dir.exists());
    }

    #[test]
    fn the_flagship_request_asks_for_as_many_as_wanted() {
        assert!(request(&args(None)).starts_with("Find 20 VP Finance prospects"));
        assert_eq!(request(&args(Some("Find CTOs"))), "Find CTOs");
    }

    #[test]
    fn a_difference_is_a_failure() {
        let row = |agrees| Row { matter: "credits", reported: "1".into(), ledger: "2".into(), agrees };
        assert_eq!(tell(&[row(true)], true), Exit::Ok);
        assert_eq!(tell(&[row(true), row(false)], true), Exit::Failed);
    }
}
