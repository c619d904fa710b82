//! One tool call from the model's text to a result: find, judge, parse, call in time, cap.
use std::time::Duration;

use serde_json::Value;

use crate::ports::error::PortError;
use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::run::turn::ToolCall;
use crate::store::open::StoreError;
use crate::store::open::StoreResult;
use crate::tools::arguments;
use crate::tools::context::ToolCx;
use crate::tools::policy;
use crate::tools::policy::Judgement;
use crate::tools::policy::Question;
use crate::tools::registry::Loaded;
use crate::tools::registry::Registry;

/// Shown of a tool name that we do not know.
const NAME_SHOWN_MAX: usize = 40;

impl Registry {
    /// What went wrong is a sentence for the model; only a database that is away is not: then the call is made again later.
    pub async fn call(&self, cx: &ToolCx, call: &ToolCall) -> StoreResult<Returned> {
        let Some(tool) = self.get(&call.name) else {
            let name: String =
                call.name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(NAME_SHOWN_MAX).collect();
            return Ok(Returned::BadArguments(format!(
                "BAD: there is no tool {name}; the tools are {}",
                self.names().join(", ")
            )));
        };
        let arguments = match arguments::object_of(&call.arguments) {
            Ok(value) => value,
            Err(sentence) => return Ok(Returned::BadArguments(sentence)),
        };
        let question =
            Question { policy: &tool.policy, who: &cx.who, step: tool.entry.as_step(), items: items_of(&arguments) };
        let returned = match policy::judge(question) {
            Judgement::Deny(why) => {
                Returned::Result(format!("DENIED: {why}. Tell the person; do not try another way."))
            }
            Judgement::Ask(step) => (tool.entry.check)(&tool.schema, &arguments)
                .map_or_else(Returned::BadArguments, |()| only_as_step(step)),
            Judgement::Allow => in_time(tool, cx, arguments).await?,
        };
        Ok(cap(returned, tool.policy.result_chars_max))
    }
}

/// A planner cannot do it: the durable run does, after a person's Start.
pub fn only_as_step(step: StepKind) -> Returned {
    Returned::Result(format!(
        "NOT DONE: this runs only as the step {} of a plan: call propose_plan, and a person starts it.",
        step.word()
    ))
}

async fn in_time(tool: &Loaded, cx: &ToolCx, arguments: Value) -> StoreResult<Returned> {
    let limit = Duration::from_secs(tool.policy.timeout_s);
    Ok(match tokio::time::timeout(limit, (tool.entry.invoke)(cx, arguments)).await {
        Ok(Ok(returned)) => returned,
        Ok(Err(error)) => match error.downcast::<StoreError>() {
            Ok(away @ StoreError::Sql(_)) => return Err(away),
            Ok(other) => Returned::Result(fault(tool.entry.name, cx, &other.into())),
            Err(error) => Returned::Result(fault(tool.entry.name, cx, &error)),
        },
        Err(_) => Returned::Result(format!(
            "FAILED: no answer within {} s. Tell the person; do not try again now.",
            tool.policy.timeout_s
        )),
    })
}

/// A vendor's trouble is told in its class, ours only as a fact: texts of either may hold what a model must not read.
fn fault(name: &str, cx: &ToolCx, error: &anyhow::Error) -> String {
    let why = match error.downcast_ref::<PortError>() {
        Some(error) => {
            tracing::warn!(tool = name, thread.id = %cx.thread, vendor = error.vendor(), "a vendor did not answer a tool");
            port_words(error)
        }
        None => {
            tracing::error!(tool = name, thread.id = %cx.thread, error = %error, "a tool failed");
            "something failed on our side; it is in the log".to_owned()
        }
    };
    format!("FAILED: {why}. Tell the person; do not try again now.")
}

fn port_words(error: &PortError) -> String {
    let vendor = error.vendor();
    match error {
        PortError::Throttled { wait_ms, .. } => format!("{vendor} asks us to wait {} s", (wait_ms + 999) / 1_000),
        PortError::Held { by, .. } => format!("{vendor} is not called now: {by}"),
        PortError::Unreachable { .. } => format!("{vendor} cannot be reached"),
        PortError::Unclear { .. } => format!("{vendor} did not answer"),
        PortError::Denied { .. } => format!("{vendor} does not accept our key"),
        PortError::OutOfCredits { .. } => format!("{vendor} has no credits left"),
        PortError::Refused { .. } => format!("{vendor} refuses this request"),
        PortError::Malformed { .. } => format!("{vendor} answered something we cannot read"),
    }
}

/// The longest list in the arguments: what a size limit counts.
fn items_of(arguments: &Value) -> usize {
    let lists = arguments.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_array());
    lists.map(Vec::len).max().unwrap_or(1)
}

fn cap(returned: Returned, max: usize) -> Returned {
    let cut =
        |text: String| if text.chars().count() > max { text.chars().take(max).chain(['…']).collect() } else { text };
    match returned {
        Returned::Result(text) => Returned::Result(cut(text)),
        Returned::BadArguments(text) => Returned::BadArguments(cut(text)),
        Returned::Yield(text) => Returned::Yield(cut(text)),
    }
}

#[cfg(test)]
#[path = "dispatch/tests.rs"]
mod tests;
