//! The policy of a tool, read from `tools/<name>.toml`, and the pure judge: deny beats ask beats allow, an error is a deny.
use serde::Deserialize;
use serde_json::Value;

use crate::domain::person::Person;
use crate::domain::person::Role;
use crate::run::state::StepKind;

/// Every key is required and unknown keys are refused: policy has no defaults.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What the model is told.
    pub says: String,
    /// What people are told.
    pub label: String,
    pub agent: String,
    pub effect: Effect,
    pub gate: Gate,
    pub allowed: Vec<Role>,
    /// Whose rate limit it uses; `none` for our own store.
    pub rate: String,
    pub timeout_s: u64,
    pub attempts_max: u32,
    pub runs: Runs,
    pub items_max: usize,
    pub result_chars_max: usize,
    pub idempotent_by: Vec<String>,
    pub examples: Vec<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Read,
    Write,
    Send,
    Spend,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    Never,
    Always,
    #[serde(untagged)]
    Above {
        above: usize,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Runs {
    Now,
    Job,
}

/// Fits after "could not load the tools: ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tools/{file}.toml, line {line}: {what}")]
pub struct PolicyError {
    pub file: String,
    pub line: usize,
    pub what: String,
}

impl Policy {
    pub fn parse(text: &str, file: &str) -> Result<Self, PolicyError> {
        let fail = |line: usize, what: String| PolicyError { file: file.to_owned(), line, what };
        let policy: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
            fail(line, error.message().to_owned())
        })?;
        policy.contradiction().map_or(Ok(policy), |(key, what)| {
            let line = text.lines().position(|line| line.starts_with(key)).map_or(1, |at| at + 1);
            Err(fail(line, what.to_owned()))
        })
    }

    /// Rules between keys: what leaves the house is never done by the planner itself.
    fn contradiction(self: &Policy) -> Option<(&'static str, &'static str)> {
        let outside = self.rate != "none";
        if self.effect == Effect::Send && self.gate != Gate::Always {
            return Some(("gate", "a send always has a gate"));
        }
        if matches!(self.effect, Effect::Send | Effect::Spend) && self.runs == Runs::Now {
            return Some(("runs", "what sends or spends runs as a job"));
        }
        if self.effect == Effect::Write && outside && self.runs == Runs::Now {
            return Some(("runs", "what writes outside runs as a job"));
        }
        if self.allowed.is_empty() {
            return Some(("allowed", "at least one role must be allowed"));
        }
        if self.timeout_s == 0 || self.attempts_max == 0 || self.items_max == 0 || self.result_chars_max == 0 {
            return Some(("timeout_s", "limits are above zero"));
        }
        None
    }
}

/// What the judge says of one call. In rising strength.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judgement {
    Allow,
    /// Not by the planner: this step of a plan does it, after a person's Start (and its gate).
    Ask(StepKind),
    Deny(String),
}

/// Who wants what how much.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub policy: &'a Policy,
    pub who: &'a Person,
    pub step: Option<StepKind>,
    /// Things named in the call.
    pub items: usize,
}

/// All rules are asked; the strongest answer holds.
pub fn judge(question: Question<'_>) -> Judgement {
    [role(question), size(question), effect(question)].into_iter().max().unwrap_or(Judgement::Allow)
}

fn role(question: Question<'_>) -> Judgement {
    if question.who.any_of(&question.policy.allowed) {
        return Judgement::Allow;
    }
    let roles: Vec<&str> = question.policy.allowed.iter().map(|role| role.word()).collect();
    Judgement::Deny(format!("this needs the role {}; the person has none of these", roles.join(" or ")))
}

fn size(question: Question<'_>) -> Judgement {
    if question.items > question.policy.items_max {
        return Judgement::Deny(format!("at most {} at once", question.policy.items_max));
    }
    Judgement::Allow
}

fn effect(question: Question<'_>) -> Judgement {
    let policy = question.policy;
    let gated = match policy.gate {
        Gate::Never => false,
        Gate::Always => true,
        Gate::Above { above } => question.items > above,
    };
    let own = policy.effect == Effect::Read || (policy.effect == Effect::Write && policy.rate == "none");
    if own && policy.runs == Runs::Now && !gated {
        return Judgement::Allow;
    }
    match question.step {
        Some(step) => Judgement::Ask(step),
        // Nobody knows how to carry it out: that is an error, and an error is a deny.
        None => Judgement::Deny("no step of a plan carries this out".to_owned()),
    }
}

#[cfg(test)]
#[path = "policy/tests.rs"]
mod tests;
