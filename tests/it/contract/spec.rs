//! A vendor's own description, and what an exchange breaks of it.
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;
use serde_json::json;

use super::proxy::Exchange;

pub struct Spec {
    /// What stands before the vendor's paths in the sandbox.
    prefix: &'static str,
    documents: Vec<Value>,
    /// Operations that the vendor documents elsewhere: `patch /schedules/{scheduleId}`.
    also: &'static [&'static str],
    /// Lists that a newer version puts into an envelope: path and key.
    wrapped: &'static [(&'static str, &'static str)],
}

impl Spec {
    pub fn read(prefix: &'static str, files: &[&str], also: &'static [&'static str]) -> Self {
        let folder = specs();
        let document = |file: &&str| {
            let path = folder.join(file);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let mut document: Value = serde_json::from_str(&text).unwrap();
            allow_null(&mut document);
            document
        };
        Self { prefix, documents: files.iter().map(document).collect(), also, wrapped: &[] }
    }

    pub fn wrapping(mut self, wrapped: &'static [(&'static str, &'static str)]) -> Self {
        self.wrapped = wrapped;
        self
    }

    /// Everything that is not as the vendor describes it, one line each.
    pub fn broken_by(&self, exchange: &Exchange) -> Vec<String> {
        let at = format!("{} {}", exchange.method, exchange.path);
        let Some(path) = exchange.path.strip_prefix(self.prefix) else {
            return vec![format!("{at}: outside {}", self.prefix)];
        };
        let known =
            self.documents.iter().find_map(|document| Some((document, operation(document, path, &exchange.method)?)));
        let Some((document, operation)) = known else {
            let documented = self.also.iter().any(|line| {
                line.split_once(' ')
                    .is_some_and(|(method, template)| method == exchange.method && fits(template, path).is_some())
            });
            return if documented { Vec::new() } else { vec![format!("{at}: no such operation")] };
        };
        let mut broken = broken_query(operation, &exchange.query);
        broken.extend(broken_request(document, operation, exchange.request.as_ref()));
        let key = self.wrapped.iter().find(|(wrapped, _)| *wrapped == path).map(|(_, key)| *key);
        broken.extend(broken_response(document, operation, exchange, key));
        broken.into_iter().map(|line| format!("{at}: {line}")).collect()
    }
}

fn specs() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = here.ancestors().map(|folder| folder.join("shared/specs")).find(|folder| folder.is_dir());
    found.expect("the vendors' descriptions are not there: this suite needs ../shared/specs")
}

/// OpenAPI 3.0 says `nullable`; JSON Schema says a type of two. Example values are no schemas and stay.
fn allow_null(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("nullable") == Some(&json!(true))
                && let Some(Value::String(kind)) = fields.get("type").cloned()
            {
                fields.insert("type".to_owned(), json!([kind, "null"]));
            }
            fields.values_mut().for_each(allow_null);
        }
        Value::Array(items) => items.iter_mut().for_each(allow_null),
        _ => {}
    }
}

/// How many segments of a template are literal, if it fits the path at all.
fn fits(template: &str, path: &str) -> Option<usize> {
    let (wanted, have): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    let same = wanted.len() == have.len()
        && wanted.iter().zip(&have).all(|(a, b)| if a.starts_with('{') { !b.is_empty() } else { a == b });
    same.then(|| wanted.iter().filter(|part| !part.starts_with('{')).count())
}

fn operation<'a>(document: &'a Value, path: &str, method: &str) -> Option<&'a Value> {
    let paths = document["paths"].as_object()?;
    let fitting = paths.iter().filter_map(|(template, item)| Some((fits(template, path)?, item.get(method)?)));
    fitting.max_by_key(|(literal, _)| *literal).map(|(_, operation)| operation)
}

fn broken_query(operation: &Value, sent: &[String]) -> Vec<String> {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let in_query: Vec<&Value> = parameters.iter().filter(|parameter| parameter["in"] == "query").collect();
    let unknown = sent.iter().filter(|name| !in_query.iter().any(|parameter| parameter["name"] == ***name));
    let mut broken: Vec<String> = unknown.map(|name| format!("query {name} is not known")).collect();
    let required = in_query.iter().filter(|parameter| parameter["required"] == true);
    let missing = required.filter(|parameter| !sent.iter().any(|name| parameter["name"] == **name));
    broken.extend(missing.map(|parameter| format!("query {} is missing", parameter["name"])));
    broken
}

fn broken_request(document: &Value, operation: &Value, sent: Option<&Value>) -> Vec<String> {
    let schema = operation.pointer("/requestBody/content/application~1json/schema");
    match (schema, sent) {
        (Some(schema), Some(body)) => broken_by_schema(document, schema, body, "request", Nulls::Count),
        (None, Some(_)) => vec!["a body where none is known".to_owned()],
        (Some(_), None) if operation.pointer("/requestBody/required") == Some(&json!(true)) => {
            vec!["no body".to_owned()]
        }
        _ => Vec::new(),
    }
}

fn broken_response(document: &Value, operation: &Value, exchange: &Exchange, key: Option<&str>) -> Vec<String> {
    let responses = &operation["responses"];
    let known = responses.get(exchange.status.to_string()).or_else(|| responses.get("default"));
    let Some(known) = known else { return vec![format!("status {} is not known", exchange.status)] };
    let schema = known.pointer("/content/application~1json/schema");
    let (Some(schema), true) = (schema, exchange.is_json) else { return Vec::new() };
    match serde_json::from_slice::<Value>(&exchange.response) {
        Ok(mut body) => {
            if let Some(inner) = key.and_then(|key| body.get_mut(key)) {
                body = inner.take();
            }
            broken_by_schema(document, schema, &body, "response", Nulls::Pass)
        }
        Err(_) => vec!["the response is not JSON".to_owned()],
    }
}

/// The descriptions were made from samples and do not say where null may stand in an answer; real answers have it.
#[derive(Clone, Copy, PartialEq)]
enum Nulls {
    Count,
    Pass,
}

fn broken_by_schema(document: &Value, schema: &Value, body: &Value, side: &str, nulls: Nulls) -> Vec<String> {
    let whole = json!({"allOf": [schema], "components": document["components"]});
    let validator = jsonschema::validator_for(&whole).unwrap();
    let body = if nulls == Nulls::Pass { without_nulls(body) } else { body.clone() };
    validator.iter_errors(&body).take(5).map(|error| format!("{side} {}: {error}", error.instance_path())).collect()
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name.clone(), without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().filter(|item| !item.is_null()).map(without_nulls).collect()),
        other => other.clone(),
    }
}
