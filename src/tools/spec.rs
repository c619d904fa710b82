//! Tool specs for the model: small, the same bytes each time.
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;
use serde_json::json;

/// What tells the model nothing it needs.
const NOISE: [&str; 6] = ["$schema", "title", "format", "default", "minItems", "minLength"];

const LENGTHS: [&str; 2] = ["maxLength", "maxItems"];

/// The schema of an argument struct, inline and without noise.
pub fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    if let Some(object) = schema.as_object_mut() {
        object.remove("description");
        object.entry("properties").or_insert_with(|| json!({}));
    }
    strip(&mut schema);
    schema
}

/// The chat-completions form. Lengths of texts and lists are checked at the call, not paid for in each prompt.
pub fn function(name: &str, says: &str, schema: &Value) -> Value {
    let mut told = schema.clone();
    without_lengths(&mut told);
    json!({"type": "function", "function": {"name": name, "description": says, "parameters": told}})
}

fn without_lengths(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.retain(|key, value| !(LENGTHS.contains(&key.as_str()) && value.is_number()));
            object.values_mut().for_each(without_lengths);
        }
        Value::Array(list) => list.iter_mut().for_each(without_lengths),
        _ => {}
    }
}

fn strip(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                if key == "properties" {
                    // Names of fields are not keywords.
                    value.as_object_mut().into_iter().flatten().for_each(|(_, field)| strip(field));
                } else {
                    strip(value);
                }
            }
            object.retain(|key, value| !NOISE.contains(&key.as_str()) || value.is_object());
            if object.get("minimum").is_some_and(|least| least == 0) {
                object.remove("minimum");
            }
            // An optional field may be left out; that is enough.
            if let Some(Value::Array(kinds)) = object.get("type") {
                let kind = kinds.iter().find(|kind| *kind != "null").cloned();
                object.insert("type".to_owned(), kind.unwrap_or_default());
            }
        }
        Value::Array(list) => list.iter_mut().for_each(strip),
        _ => {}
    }
}
