//! Runs as the tools speak of them: found by code, told in a line.
use schemars::JsonSchema;
use serde::Deserialize;

use crate::run::state::StepState;
use crate::store::cost;
use crate::store::leads;
use crate::store::open::Conn;
use crate::store::runs;
use crate::store::runs::RunRow;
use crate::store::runs::StepRow;
use crate::tools::context::ToolCx;
use crate::workflows::words;

/// What is asked of a run.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub struct JobArgs {
    /// Code such as 7K2; empty for this thread's.
    #[serde(default)]
    #[garde(length(chars, max = 32))]
    pub job: String,
}

/// Runs that are searched by code, newest first.
pub const RUNS_MAX: i64 = 200;

/// The run of that code; without one the newest of the thread, live ones first.
pub async fn find(c: &mut Conn, cx: &ToolCx, code: &str) -> anyhow::Result<Result<RunRow, String>> {
    let code = code.trim().trim_start_matches('#');
    if code.is_empty() {
        let mut of_thread = runs::of_thread(c, &cx.thread).await?;
        of_thread.sort_by_key(|run| run.state.is_over());
        return Ok(of_thread.into_iter().next().ok_or_else(|| "There is no run in this thread yet.".to_owned()));
    }
    let found = runs::newest(c, RUNS_MAX)
        .await?
        .into_iter()
        .find(|run| run.code.eq_ignore_ascii_case(code) || run.id.as_str() == code);
    let shown: String = code.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
    Ok(found.ok_or_else(|| format!("There is no run {shown}; list_jobs names them.")))
}

/// "7K2 running, step 3 of 7 (enrich): 100 finance leaders at fintech companies".
pub async fn line(c: &mut Conn, run: &RunRow) -> anyhow::Result<String> {
    let steps = runs::steps(c, &run.id).await?;
    let step = match steps.iter().find(|step| !step.state.is_over()) {
        Some(step) if !run.state.is_over() => {
            format!(", step {} of {} ({})", step.idx + 1, steps.len(), step.kind.word())
        }
        _ => String::new(),
    };
    Ok(format!("{} {}{step}: {}", run.code, run.state.word(), words::title(&run.plan.criteria)))
}

/// The line, each step, and how many leads stand where.
pub async fn status(c: &mut Conn, run: &RunRow) -> anyhow::Result<String> {
    let mut text = line(c, run).await?;
    let steps = runs::steps(c, &run.id).await?;
    let told: Vec<String> = steps.iter().map(step_words).collect();
    text.push_str(&format!("\nsteps: {}", told.join(", ")));
    let counts = leads::counts(c, &run.id).await?;
    if !counts.is_empty() {
        let counts: Vec<String> =
            counts.iter().map(|(state, count)| format!("{count} {}", state.replace('_', " "))).collect();
        text.push_str(&format!("\nleads: {}", counts.join(", ")));
    }
    let spent: i64 = cost::credits(c, &run.id).await?.values().sum();
    text.push_str(&format!("\ncredits: {spent} of at most {}", run.plan.credits_cap));
    Ok(text)
}

fn step_words(step: &StepRow) -> String {
    match step.state {
        StepState::Pending => format!("{} to come", step.kind.word()),
        StepState::Waiting => format!("{} waits for a decision", step.kind.word()),
        other => format!("{} {}", step.kind.word(), other.word()),
    }
}
