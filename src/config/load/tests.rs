//! From flags, variables and files to a typed configuration, and what is refused on the way.
use super::*;

fn given(flags: &[(&'static str, &str)], env: &[(&str, &str)], folder: &tempfile::TempDir) -> Given {
    Given {
        flags: flags.iter().map(|(flag, value)| (*flag, (*value).to_owned())).collect(),
        env: env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        dotenv: None,
        config_dir: Some(folder.path().to_owned()),
        shipped: false,
    }
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

const LOGIN: &str = "[[person]]\nid = \"ava\"\nname = \"Ava\"\nroles = [\"rep\", \"manager\", \"compliance\"]\nzone = \"UTC\"\n\
     login = \"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$sFsyFVVQ1gTvQUnXDXVTVkV2Mm0sYVBZ0vFA8w2m4Zk\"\n";

#[test]
fn without_anything_it_is_the_sandbox_on_loopback() {
    let config = load(&given(&[], &[], &folder(&[]))).unwrap();
    assert_eq!(config.server.port, 8466);
    assert!(config.server.bind.is_loopback() && config.server.person_switch);
    assert!(!config.parts.any_vendor_live() && config.parts.needs_sandbox());
    assert!(!config.parts.model.standing.is_live());
    assert_eq!(config.policy.launch_manager_above, 50);
    assert_eq!(config.policy.lia_ref.as_deref(), Some(SANDBOX_LIA));
    assert_eq!(config.digest.schedule.to_string(), "30 8 * * * (UTC)");
    assert_eq!((config.archive.schedule.to_string().as_str(), config.archive.days), ("30 2 * * * (UTC)", 30));
    assert_eq!(config.place.sqlite_file(), std::path::Path::new("data/quarterdeck.db"));
    assert_eq!(config.people.persons.len(), 6);
    assert_eq!(config.model.input_micro_per_million, 400_000);
}

#[test]
fn an_endpoint_of_ones_own_needs_no_key() {
    let config = load(&given(&[], &[("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1/")], &folder(&[]))).unwrap();
    assert!(config.parts.model.standing.is_live());
    assert_eq!(config.model.base_url, "http://127.0.0.1:11434/v1");
}

#[test]
fn all_faults_are_found_in_one_pass() {
    let folder = folder(&[("quarterdeck.toml", "[server]\nport = 99999\ncolour = 1\n")]);
    let faults = load(&given(&[("--speed", "-1")], &[("QUARTERDECK_DIGEST_AT", "soon")], &folder)).unwrap_err();
    let text = faults.to_string();
    assert_eq!(faults.0.len(), 4, "{text}");
    assert!(
        text.contains("quarterdeck.toml line 2: `server.port` `99999` is not a whole number from 0 to 65535"),
        "{text}"
    );
    assert!(text.contains("quarterdeck.toml line 3: `server.colour` is no setting"), "{text}");
    assert!(text.contains("--speed: `-1` is not a number"), "{text}");
    assert!(text.contains("QUARTERDECK_DIGEST_AT: `soon` is no time"), "{text}");
}

#[test]
fn a_schedule_that_cannot_be_meant_is_refused_with_its_place() {
    let folder = folder(&[("quarterdeck.toml", "[schedule]\narchive = \"at night\"\n")]);
    let text = load(&given(&[], &[], &folder)).unwrap_err().to_string();
    assert!(text.contains("quarterdeck.toml line 2: `schedule.archive` `at night` is no cron expression"), "{text}");
    let env = [("QUARTERDECK_SCHEDULE_ARCHIVE", "0 0 30 2 *"), ("QUARTERDECK_ZONE", "Europe/Atlantis")];
    let text = load(&given(&[], &env, &folder)).unwrap_err().to_string();
    assert!(text.contains("QUARTERDECK_SCHEDULE_ARCHIVE: `0 0 30 2 *` is never due"), "{text}");
    assert!(text.contains("QUARTERDECK_ZONE: `Europe/Atlantis` is no time zone"), "{text}");
}

#[test]
fn what_others_can_reach_needs_a_login() {
    let plain = folder(&[]);
    let faults = load(&given(&[("--bind", "0.0.0.0")], &[], &plain)).unwrap_err().to_string();
    assert!(faults.contains("--bind: others can reach this address and nobody has a login"), "{faults}");
    let with_login = folder(&[("persons.toml", LOGIN)]);
    let config = load(&given(&[("--bind", "0.0.0.0")], &[], &with_login)).unwrap();
    assert!(!config.server.person_switch);
    let faults = load(&given(&[], &[("APOLLO_API_KEY", "k")], &plain)).unwrap_err().to_string();
    assert!(faults.contains("a vendor is live and nobody has a login"), "{faults}");
}

#[test]
fn real_mail_needs_the_word_a_sender_and_real_time() {
    let folder = folder(&[("persons.toml", LOGIN)]);
    let mut env = vec![("APOLLO_API_KEY", "a"), ("HUBSPOT_TOKEN", "h"), ("LEMLIST_API_KEY", "l")];
    let faults = load(&given(&[], &env, &folder)).unwrap_err().to_string();
    assert!(faults.contains("LEMLIST_API_KEY: would send real mail; set QUARTERDECK_LIVE=1"), "{faults}");
    env.push(("QUARTERDECK_LIVE", "1"));
    let faults = load(&given(&[("--speed", "60")], &env, &folder)).unwrap_err().to_string();
    for part in ["QUARTERDECK_SENDER_COMPANY", "QUARTERDECK_UNSUBSCRIBE_URL", "--speed: is not 1 and a vendor is live"]
    {
        assert!(faults.contains(part), "{part} in {faults}");
    }
    let mut doomed = env.clone();
    doomed.push(("QUARTERDECK_FAILPOINT", "answered:lemlist:enrol:1"));
    let faults = load(&given(&[], &doomed, &folder)).unwrap_err().to_string();
    assert!(faults.contains("QUARTERDECK_FAILPOINT: is set and a vendor is live"), "{faults}");
    env.extend([
        ("QUARTERDECK_SENDER_COMPANY", "Harbour Ltd"),
        ("QUARTERDECK_SENDER_ADDRESS", "1 Quay"),
        ("QUARTERDECK_SENDER_NAME", "Ava"),
        ("QUARTERDECK_SENDER_REPLY_TO", "ava@harbour.example"),
        ("QUARTERDECK_UNSUBSCRIBE_URL", "https://u.harbour.example"),
    ]);
    let config = load(&given(&[], &env, &folder)).unwrap();
    assert!(config.parts.lemlist.standing.is_live());
    assert_eq!(config.policy.lia_ref, None);
}

#[test]
fn somebody_must_be_able_to_decide() {
    let text = "[[person]]\nid = \"ava\"\nname = \"Ava\"\nroles = [\"rep\", \"manager\"]\nzone = \"UTC\"\n";
    let faults = load(&given(&[], &[], &folder(&[("persons.toml", text)]))).unwrap_err().to_string();
    assert!(faults.contains("nobody has the role compliance"), "{faults}");
}

#[test]
fn no_key_shows_itself() {
    let config = load(&given(&[], &[("OPENAI_API_KEY", "sk-canary-9")], &folder(&[]))).unwrap();
    assert!(!format!("{config:?}").contains("canary"));
}
