//! What RevOps wrote: ICP profiles, sequences, playbooks and regions, read once at start; every fault names its line.
use crate::config::error::ConfigFault;
use crate::config::error::ConfigFaults;
use crate::config::files::File;
use crate::config::model::Config;
use crate::domain::compliance::regions::Regions;
use crate::domain::icp::profile::Profile;
use crate::domain::sequence::plan::Sequence;
use crate::prompts::outreach;
use crate::tools::registry::Registry;
use crate::workflows::playbook::Playbook;

/// Everything of `config/` that has a meaning of its own.
pub struct Books {
    pub profiles: Vec<Profile>,
    pub sequences: Vec<(String, Sequence)>,
    pub playbooks: Vec<Playbook>,
    pub regions: Regions,
}

/// Reads all of it; one start, or one `check`, tells all that is wrong.
pub fn read(config: &Config) -> Result<Books, ConfigFaults> {
    let mut faults = ConfigFaults::default();
    let profiles = kept(config, "icp", &mut faults, profile);
    let sequences = kept(config, "sequences", &mut faults, sequence);
    let playbooks = kept(config, "playbooks", &mut faults, playbook);
    for (folder, empty) in [("icp", profiles.is_empty()), ("sequences", sequences.is_empty())] {
        if empty && config.files.under(folder).next().is_none() {
            faults.add(ConfigFault::new(format!("config/{folder}"), None, "is empty; it needs at least one file"));
        }
    }
    match regions(config) {
        Ok(regions) if faults.is_empty() => Ok(Books { profiles, sequences, playbooks, regions }),
        Ok(_) => Err(faults),
        Err(fault) => {
            faults.add(fault);
            Err(faults)
        }
    }
}

/// What is wrong with the policies of the tools.
pub fn tool_fault() -> Option<ConfigFault> {
    let error = Registry::load().err()?;
    Some(ConfigFault::new(format!("tools/{}.toml", error.file), Some(error.line), error.what))
}

/// The files of a folder that can be used; the others become faults.
fn kept<T>(
    config: &Config,
    folder: &str,
    faults: &mut ConfigFaults,
    parse: fn(&File) -> Result<T, ConfigFault>,
) -> Vec<T> {
    let mut found = Vec::new();
    for file in config.files.under(folder) {
        match parse(file) {
            Ok(one) => found.push(one),
            Err(fault) => faults.add(fault),
        }
    }
    found
}

fn profile(file: &File) -> Result<Profile, ConfigFault> {
    Profile::parse(&file.text, file.stem()).map_err(|error| ConfigFault::new(&file.place, error.line, error.what))
}

fn sequence(file: &File) -> Result<(String, Sequence), ConfigFault> {
    let sequence = Sequence::parse(&file.text, file.stem());
    let sequence = sequence.map_err(|error| ConfigFault::new(&file.place, error.line, error.what))?;
    match sequence.templates().into_iter().find(|name| !outreach::NAMES.contains(name)) {
        Some(unknown) => {
            let line = file.text.lines().position(|line| line.contains(&format!("\"{unknown}\"")));
            let reason = format!("there is no mail template `{unknown}`; there are {}", outreach::NAMES.join(", "));
            Err(ConfigFault::new(&file.place, line.map(|at| at + 1), reason))
        }
        None => Ok((file.stem().to_owned(), sequence)),
    }
}

fn playbook(file: &File) -> Result<Playbook, ConfigFault> {
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    Playbook::parse(&file.text, name).map_err(|error| ConfigFault::new(&file.place, Some(error.line), error.what))
}

fn regions(config: &Config) -> Result<Regions, ConfigFault> {
    let file = |name: &str| {
        let missing =
            || ConfigFault::new(format!("config/{name}"), None, "is missing; without it nobody may be mailed");
        config.files.get(name).ok_or_else(missing)
    };
    let (table, holidays) = (file("regions.toml")?, file("holidays.tsv")?);
    let regions = Regions::parse(&table.text).map_err(|what| lined(table, &what))?;
    regions.with_holidays(&holidays.text).map_err(|what| lined(holidays, &what))
}

/// `line 12: a reason`, as the tables of the rules say it, taken apart.
fn lined(file: &File, what: &str) -> ConfigFault {
    let apart = what.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
    match apart.and_then(|(line, reason)| Some((line.parse().ok()?, reason))) {
        Some((line, reason)) => ConfigFault::new(&file.place, Some(line), reason),
        None => ConfigFault::new(&file.place, None, what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::environment::Given;
    use crate::config::load::load;

    #[test]
    fn every_fault_is_told_with_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let file = folder.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        put("icp/one.toml", "version = 1\ncolour = 2\n");
        put("icp/two.toml", "version = \"x\"\n");
        put("sequences/slow.toml", "version = 1\nsays = \"x\"\nwait = 3\n");
        let standard = include_str!("../../config/sequences/standard.toml");
        put("sequences/typo.toml", &standard.replacen("break_up", "brake_up", 1));
        put("playbooks/bad.md", "---\ncolour: x\n---\n");
        put("regions.toml", "schema = 1\n\nmoon = 2\n");
        let config = load(&Given { config_dir: Some(folder.path().to_owned()), ..Given::default() }).unwrap();
        let faults = read(&config).err().unwrap();
        let told: Vec<(&str, Option<usize>)> =
            faults.0.iter().map(|fault| (fault.place.rsplit('/').next().unwrap(), fault.line)).collect();
        let typo = standard.lines().position(|line| line.contains("break_up")).map(|at| at + 1);
        let expected = [
            ("one.toml", Some(2)),
            ("two.toml", Some(1)),
            ("slow.toml", Some(3)),
            ("typo.toml", typo),
            ("bad.md", Some(2)),
            ("regions.toml", Some(3)),
        ];
        assert_eq!(told, expected, "{faults}");
    }

    #[test]
    fn what_is_shipped_can_be_read() {
        let config = load(&Given { shipped: true, ..Given::default() }).unwrap();
        assert!(read(&config).is_ok());
        assert_eq!(tool_fault(), None);
    }
}
