//! Policies, schemas and examples of all tools belong together.
use serde_json::Value;

use super::*;
use crate::domain::person::Role;
use crate::tools::policy::Runs;

/// All specs together, in tokens of about four characters.
const SPEC_TOKENS_MAX: usize = 2_600;

fn person(id: &str, roles: &[Role]) -> Person {
    Person { id: id.into(), name: id.to_uppercase(), roles: roles.to_vec(), zone: "UTC".into() }
}

fn bytes(specs: &[Value]) -> String {
    specs.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

fn names(specs: &[Value]) -> Vec<&str> {
    specs.iter().filter_map(|spec| spec["function"]["name"].as_str()).collect()
}

#[test]
fn the_specs_fit_their_budget() {
    let registry = Registry::load().unwrap();
    let all: Vec<Value> = registry.all().iter().map(|tool| tool.spec().clone()).collect();
    let tokens = bytes(&all).chars().count().div_ceil(4);
    assert!(tokens <= SPEC_TOKENS_MAX, "{tokens} tokens for {} tools", all.len());
}

#[test]
fn the_same_role_and_phase_give_the_same_bytes() {
    let registry = Registry::load().unwrap();
    let again = Registry::load().unwrap();
    for phase in Phase::ALL {
        let ava = registry.specs(&person("ava", &[Role::Rep]), *phase);
        let ben = again.specs(&person("ben", &[Role::Rep]), *phase);
        assert_eq!(bytes(&ava), bytes(&ben));
        assert!(!ava.is_empty());
    }
}

#[test]
fn only_what_role_and_phase_need_is_shown() {
    let registry = Registry::load().unwrap();
    let rep = person("ava", &[Role::Rep]);
    let idle = registry.specs(&rep, Phase::Idle);
    assert!(names(&idle).contains(&"propose_plan"));
    assert!(!names(&idle).contains(&"submit_job"));
    assert!(names(&registry.specs(&rep, Phase::PlanShown)).contains(&"revise_plan"));
    assert!(!names(&registry.specs(&rep, Phase::Running)).contains(&"propose_plan"));
    let cora = registry.specs(&person("cora", &[Role::Compliance]), Phase::Idle);
    assert!(names(&cora).contains(&"check_compliance") && !names(&cora).contains(&"propose_plan"));
    assert!(registry.specs(&person("guest", &[]), Phase::Idle).is_empty());
}

#[test]
fn every_example_is_a_good_call() {
    for tool in Registry::load().unwrap().all() {
        assert!(!tool.policy.examples.is_empty(), "{} has no example", tool.entry.name);
        for example in &tool.policy.examples {
            let checked = (tool.entry.check)(&tool.schema, example);
            assert_eq!(checked, Ok(()), "{}: {example}", tool.entry.name);
        }
        for key in &tool.policy.idempotent_by {
            assert!(tool.schema["properties"].get(key).is_some(), "{}: no field {key}", tool.entry.name);
        }
    }
}

#[test]
fn what_runs_as_a_job_is_a_step_and_is_not_shown_to_the_planner() {
    for tool in Registry::load().unwrap().all() {
        let job = tool.policy.runs == Runs::Job;
        assert_eq!(job, tool.entry.as_step().is_some(), "{}", tool.entry.name);
        assert_eq!(job, tool.entry.phases.is_empty(), "{}", tool.entry.name);
    }
}

/// P4 of the safety rules: recipients are ids, and nothing names a place to go to.
#[test]
fn p4_no_tool_takes_an_address_to_write_to_or_a_path() {
    let banned = [
        "url",
        "path",
        "file",
        "sql",
        "query_string",
        "template",
        "recipient",
        "to",
        "body",
        "html",
        "href",
        "webhook",
    ];
    let look_ups = ["verify_email", "check_compliance", "score_lead"];
    for tool in Registry::load().unwrap().all() {
        for (field, schema) in tool.schema["properties"].as_object().unwrap() {
            assert!(!banned.contains(&field.as_str()), "{}.{field}", tool.entry.name);
            assert!(schema["description"].is_string(), "{}.{field} says nothing", tool.entry.name);
            let address = field.contains("email") && field != "email_subject";
            assert!(!address || look_ups.contains(&tool.entry.name), "{}.{field}", tool.entry.name);
        }
    }
}

#[test]
fn every_policy_file_has_its_tool() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tools");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().trim_end_matches(".toml").to_owned())
        .collect();
    files.sort();
    let registry = Registry::load().unwrap();
    let mut tools: Vec<&str> = registry.all().iter().map(|tool| tool.entry.name).collect();
    tools.sort_unstable();
    assert_eq!(files, tools);
}
