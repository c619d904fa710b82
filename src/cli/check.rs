//! `quarterdeck check`: every fault of configuration, prompts, tools and playbooks, each with file, line and reason.
use crate::app::books;
use crate::app::clock;
use crate::app::jobs;
use crate::cli::args::CheckArgs;
use crate::cli::exit::Exit;
use crate::cli::out;
use crate::config::environment;
use crate::config::environment::Given;
use crate::config::error::ConfigFault;
use crate::config::error::ConfigFaults;
use crate::config::load;
use crate::config::model::Config;
use crate::config::values;
use crate::config::values::Values;
use crate::domain::schedule::Schedule;
use crate::domain::time::Millis;
use crate::prompts::render::Prompts;
use crate::prompts::render::all;

/// A part that is checked: what it is called, and its faults.
type Check = (&'static str, fn(&Config) -> Vec<ConfigFault>);

/// Checks beyond the settings. A service that reads files of its own adds its line here.
const CHECKS: &[Check] = &[
    ("prompts", prompts),
    ("tools", |_| books::tool_fault().into_iter().collect()),
    ("ICP profiles, sequences, playbooks, regions", |config| books::read(config).err().unwrap_or_default().0),
];

/// Times of each job that are told.
const NEXT_SHOWN: usize = 3;

pub fn run(args: &CheckArgs) -> Exit {
    let given = match environment::given(args.serve.flags(), args.serve.place.config_dir.clone()) {
        Ok(given) => given,
        Err(why) => {
            out::words(&format!("quarterdeck: {why}"));
            return Exit::Wrong;
        }
    };
    if args.show {
        show(&effective(&given)).iter().for_each(|line| out::data(line));
    }
    let faults = faults(&given);
    faults.0.iter().for_each(|fault| out::words(&fault.to_string()));
    if faults.is_empty() {
        let names: Vec<&str> = CHECKS.iter().map(|(name, _)| *name).collect();
        out::words(&format!("In order: configuration, {}.", names.join(", ")));
        recurring(&given, clock::wall()).iter().for_each(|line| out::words(line));
        return Exit::Ok;
    }
    let noun = if faults.0.len() == 1 { "fault" } else { "faults" };
    out::words(&format!("{} {noun}; mend them and check again.", faults.0.len()));
    Exit::Wrong
}

fn faults(given: &Given) -> ConfigFaults {
    let mut faults = ConfigFaults::default();
    match load::load(given) {
        Ok(config) => {
            let found = CHECKS.iter().flat_map(|(_, check)| check(&config));
            found.for_each(|fault| faults.add(fault));
        }
        Err(found) => found.0.into_iter().for_each(|fault| faults.add(fault)),
    }
    faults
}

/// When each job is due next, by this machine's clock.
fn recurring(given: &Given, now: Millis) -> Vec<String> {
    let Ok(config) = load::load(given) else { return Vec::new() };
    let zone = &config.digest.zone;
    let line = |(name, schedule): (&str, Schedule)| {
        let times = std::iter::successors(schedule.next(now), |at| schedule.next(*at)).take(NEXT_SHOWN);
        let times: Vec<String> = times.map(|at| at.day_clock(zone)).collect();
        format!("  {name}, {schedule}: {}", times.join(", "))
    };
    let by_time = jobs::schedules(&config).into_iter().filter(|(_, schedule)| schedule.next(now).is_some());
    by_time.map(line).collect()
}

/// Values are shown even when some of them do not fit: that is when they are looked for.
fn effective(given: &Given) -> Values {
    let file = load::files_of(given).ok();
    let file = file.as_ref().and_then(|files| files.get("quarterdeck.toml"));
    values::gather(given, file.map(|file| (file.place.as_str(), file.text.as_str())), &mut ConfigFaults::default())
}

fn show(values: &Values) -> Vec<String> {
    let width = values.iter().map(|value| value.setting.key.len()).max().unwrap_or(0);
    let line = |value: &values::Value| {
        let shown = value.shown();
        let shown = if shown.is_empty() { "(empty)" } else { &shown };
        let origin = if value.setting.is_secret() { String::new() } else { format!("  ({})", value.origin) };
        format!("{:width$}  {shown}{origin}", value.setting.key)
    };
    values.iter().map(line).collect()
}

fn prompts(_: &Config) -> Vec<ConfigFault> {
    let words = match Prompts::load() {
        Ok(words) => words,
        Err(why) => return vec![ConfigFault::new(format!("prompts/{}", why.name), None, why.why)],
    };
    let rendered = all().filter_map(|entry| (entry.sample)(&words).err());
    rendered.map(|why| ConfigFault::new(format!("prompts/{}", why.name), None, why.why)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_is_in_order() {
        assert_eq!(faults(&Given::default()), ConfigFaults::default());
    }

    #[test]
    fn show_names_value_and_origin_and_hides_keys() {
        let env = [("OPENAI_API_KEY", "sk-canary-5"), ("QUARTERDECK_PORT", "9000")];
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let lines = show(&effective(&Given { env, ..Given::default() }));
        let has = |start: &str, end: &str| lines.iter().any(|line| line.starts_with(start) && line.ends_with(end));
        assert!(has("server.port", "9000  (QUARTERDECK_PORT)"), "{lines:#?}");
        assert!(has("model.key", "set (from OPENAI_API_KEY)"));
        assert!(has("hubspot.token", "not set"));
        assert!(has("sandbox.seed", "20261121  (default)"));
        assert!(!lines.join("").contains("canary"));
    }
}
