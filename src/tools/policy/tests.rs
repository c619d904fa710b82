//! The judge as a table.
use super::*;

const GOOD: &str = r#"says = "Put scored leads into a sequence."
label = "Launch outreach"
agent = "outreach_coordinator"
effect = "send"
gate = "always"
allowed = ["rep", "manager"]
rate = "lemlist"
timeout_s = 30
attempts_max = 3
runs = "job"
items_max = 5
result_chars_max = 400
idempotent_by = ["campaign"]
examples = []
"#;

fn policy(changes: &[(&str, &str)]) -> Result<Policy, PolicyError> {
    let text: Vec<String> = GOOD
        .lines()
        .map(|line| {
            let key = line.split(' ').next().unwrap();
            let change = changes.iter().find(|(name, _)| *name == key);
            change.map_or(line.to_owned(), |(name, value)| format!("{name} = {value}"))
        })
        .collect();
    Policy::parse(&text.join("\n"), "x")
}

fn person(roles: &[Role]) -> Person {
    Person { id: "p".into(), name: "P".into(), roles: roles.to_vec(), zone: "UTC".into() }
}

#[test]
fn every_key_is_required_and_no_other_is_taken() {
    for (at, line) in GOOD.lines().enumerate() {
        let without: Vec<&str> = GOOD.lines().enumerate().filter(|(n, _)| *n != at).map(|(_, line)| line).collect();
        let error = Policy::parse(&without.join("\n"), "x").unwrap_err();
        let key = line.split(' ').next().unwrap();
        assert!(error.what.contains(key), "{key}: {error}");
    }
    let error = Policy::parse(&format!("{GOOD}colour = 1\n"), "launch").unwrap_err();
    assert_eq!((error.line, error.file.as_str()), (15, "launch"));
    assert!(error.to_string().starts_with("tools/launch.toml, line 15: unknown field `colour`"), "{error}");
    assert_eq!(policy(&[("effect", "\"fly\"")]).unwrap_err().line, 4);
}

#[test]
fn keys_may_not_contradict_each_other() {
    for (changes, line, what) in [
        (vec![("gate", "\"never\"")], 5, "a send always has a gate"),
        (vec![("gate", "{ above = 50 }")], 5, "a send always has a gate"),
        (vec![("runs", "\"now\"")], 10, "what sends or spends runs as a job"),
        (vec![("effect", "\"write\""), ("runs", "\"now\"")], 10, "what writes outside runs as a job"),
        (vec![("allowed", "[]")], 6, "at least one role must be allowed"),
        (vec![("timeout_s", "0")], 8, "limits are above zero"),
    ] {
        let error = policy(&changes).unwrap_err();
        assert_eq!((error.line, error.what.as_str()), (line, what));
    }
    assert_eq!(policy(&[("effect", "\"write\""), ("gate", "{ above = 50 }")]).unwrap().gate, Gate::Above { above: 50 });
}

#[test]
fn deny_beats_ask_beats_allow_and_an_error_is_a_deny() {
    let send = policy(&[]).unwrap();
    let read = policy(&[("effect", "\"read\""), ("gate", "\"never\""), ("runs", "\"now\"")]).unwrap();
    let own = policy(&[("effect", "\"write\""), ("gate", "{ above = 2 }"), ("runs", "\"now\""), ("rate", "\"none\"")])
        .unwrap();
    let (rep, nobody, cora) = (person(&[Role::Rep]), person(&[]), person(&[Role::Compliance]));
    let launch = Some(StepKind::Launch);
    let word = |policy, who, step, items| match judge(Question { policy, who, step, items }) {
        Judgement::Allow => "allow",
        Judgement::Ask(_) => "ask",
        Judgement::Deny(_) => "deny",
    };
    for (policy, who, step, items, wanted) in [
        (&read, &rep, None, 1, "allow"),
        (&read, &nobody, None, 1, "deny"),
        (&read, &cora, None, 1, "deny"),
        (&read, &rep, None, 6, "deny"),
        (&send, &rep, launch, 1, "ask"),
        (&send, &rep, None, 1, "deny"),
        (&send, &nobody, launch, 1, "deny"),
        (&send, &rep, launch, 6, "deny"),
        (&own, &rep, None, 2, "allow"),
        (&own, &rep, launch, 3, "ask"),
        (&own, &rep, None, 3, "deny"),
    ] {
        assert_eq!(word(policy, who, step, items), wanted, "{:?} {step:?} {items}", policy.effect);
    }
}
