//! Log lines on standard error: the message, and only fields that are known to hold no person, no text, no key.
use std::fmt::Debug;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use serde_json::Map;
use serde_json::Value;
use tracing::Event;
use tracing::Subscriber;
use tracing::field::Field;
use tracing::field::Visit;
use tracing::span;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::error::ConfigFault;
use crate::config::model::LogSettings;
use crate::domain::time::Millis;

/// What may be logged, by name; everything else is left out. Values are ids, numbers and words of ours.
const ALLOWED: &[&str] = &[
    "attempt",
    "card.id",
    "code",
    "count",
    "duration_ms",
    "effect",
    "endpoint",
    "error",
    "gate.id",
    "item.id",
    "job.id",
    "kind",
    "method",
    "mode",
    "part",
    "port",
    "reason",
    "route",
    "run.id",
    "state",
    "status",
    "step",
    "thread.id",
    "tool",
    "vendor",
    "verb",
    "version",
    "wait_ms",
    "why",
];

/// Longest text of a field.
const TEXT_MAX: usize = 400;

type Now = Arc<dyn Fn() -> Millis + Send + Sync>;

/// Starts logging for the whole process; the time is handed in.
pub fn start(settings: &LogSettings, now: Now) -> Result<(), ConfigFault> {
    let fault = |why: String| ConfigFault::new("log.level", None, why);
    let filter = EnvFilter::try_new(&settings.filter).map_err(|_| {
        fault(format!("`{}` is no log level; write error, warn, info, debug or trace", settings.filter))
    })?;
    let lines = Lines { json: settings.json, now };
    tracing_subscriber::registry().with(filter).with(lines).try_init().map_err(|why| fault(why.to_string()))
}

struct Lines {
    json: bool,
    now: Now,
}

/// The allowed fields of a span, kept with it.
struct Kept(Map<String, Value>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Kept(fields.kept));
        }
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(span) = context.span(id)
            && let Some(kept) = span.extensions_mut().get_mut::<Kept>()
        {
            kept.0.extend(fields.kept);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut all = Map::new();
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(kept) = span.extensions().get::<Kept>() {
                all.extend(kept.0.clone());
            }
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        all.extend(fields.kept);
        let meta = event.metadata();
        let head = Head { at: (self.now)().rfc3339(), level: meta.level().as_str(), target: meta.target() };
        let line =
            if self.json { json_line(&head, &fields.message, all) } else { plain_line(&head, &fields.message, &all) };
        // Standard error may be closed; there is nowhere to say so.
        let _unread = std::io::stderr().write_all(line.as_bytes());
    }
}

struct Head<'a> {
    at: String,
    level: &'a str,
    target: &'a str,
}

fn json_line(head: &Head<'_>, message: &str, mut all: Map<String, Value>) -> String {
    all.insert("at".to_owned(), Value::from(head.at.as_str()));
    all.insert("level".to_owned(), Value::from(head.level.to_ascii_lowercase()));
    all.insert("target".to_owned(), Value::from(head.target));
    all.insert("message".to_owned(), Value::from(message));
    format!("{}\n", Value::Object(all))
}

fn plain_line(head: &Head<'_>, message: &str, all: &Map<String, Value>) -> String {
    let mut line = format!("{} {:5} {message}", head.at, head.level.to_ascii_lowercase());
    for (name, value) in all {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let _infallible = write!(line, " {name}={text}");
    }
    line.push('\n');
    line
}

#[derive(Default)]
struct Fields {
    message: String,
    kept: Map<String, Value>,
}

impl Fields {
    fn text(&mut self, field: &Field, text: &str) {
        let clean = clean(text);
        if field.name() == "message" {
            self.message = clean;
        } else if ALLOWED.contains(&field.name()) {
            self.kept.insert(field.name().to_owned(), Value::from(clean));
        }
    }

    fn number(&mut self, field: &Field, number: Value) {
        if ALLOWED.contains(&field.name()) {
            self.kept.insert(field.name().to_owned(), number);
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.number(field, Value::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.number(field, Value::from(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.number(field, Value::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.number(field, Value::from(value));
    }
}

/// One line, no control characters, no mail addresses even where a foreign library puts one into its words.
fn clean(text: &str) -> String {
    let words = text.split_whitespace().map(|word| if word.contains('@') { "[address]" } else { word });
    let joined = words.collect::<Vec<_>>().join(" ");
    joined.chars().filter(|c| !c.is_control()).take(TEXT_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_line_breaks_do_not_reach_a_line() {
        assert_eq!(clean("no answer for ava@acme.example\nagain"), "no answer for [address] again");
        assert_eq!(clean("\u{1b}[31mred"), "[31mred");
        assert_eq!(clean(&"x".repeat(900)).len(), TEXT_MAX);
    }

    #[test]
    fn lines_are_json_or_plain() {
        let head = Head { at: "2026-11-21T09:00:00Z".to_owned(), level: "INFO", target: "quarterdeck::engine" };
        let fields: Map<String, Value> =
            [("run.id".to_owned(), Value::from("run_1")), ("count".to_owned(), Value::from(3))].into_iter().collect();
        assert_eq!(
            plain_line(&head, "step done", &fields),
            "2026-11-21T09:00:00Z info  step done count=3 run.id=run_1\n"
        );
        let line: Value = serde_json::from_str(&json_line(&head, "step done", fields)).unwrap();
        assert_eq!(line["run.id"], "run_1");
        assert_eq!(line["level"], "info");
    }

    #[test]
    fn the_list_is_in_order_and_names_no_person() {
        assert!(ALLOWED.is_sorted());
        for name in ["email", "name", "body", "text", "prompt", "key", "token", "subject", "address"] {
            assert!(!ALLOWED.contains(&name));
        }
    }
}
