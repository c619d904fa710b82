//! From what the model wrote to typed arguments, or a sentence about which field and what is allowed.
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::prompts::filters::number;

/// Longest arguments of one call.
const BYTES_MAX: usize = 32 * 1024;
/// Fields named in one sentence.
const NAMED_MAX: usize = 3;

/// The text as an object; code fences and empty text are forgiven, nothing else is guessed.
pub fn object_of(text: &str) -> Result<Value, String> {
    if text.len() > BYTES_MAX {
        return Err("BAD: the arguments are longer than 32 KiB; name lists and leads by their ids".to_owned());
    }
    let bare = text.trim().trim_start_matches("```json").trim_start_matches("```").trim_end_matches("```").trim();
    let bare = if bare.is_empty() { "{}" } else { bare };
    match serde_json::from_str(bare) {
        Ok(Value::Object(mut object)) => {
            // Models write null for "nothing said".
            object.retain(|_, value| !value.is_null());
            Ok(Value::Object(object))
        }
        Ok(_) => Err("BAD: the arguments must be one JSON object".to_owned()),
        Err(error) => {
            Err(format!("BAD: the arguments are not JSON (column {}); write one JSON object", error.column()))
        }
    }
}

/// Typed and checked.
pub fn parse<T>(schema: &Value, value: &Value) -> Result<T, String>
where
    T: DeserializeOwned + garde::Validate<Context = ()>,
{
    wrong_types(schema, value)?;
    let args: T = serde_json::from_value(value.clone()).map_err(|error| format!("BAD: {error}"))?;
    args.validate().map_err(|report| {
        let fields: Vec<String> = report
            .iter()
            .take(NAMED_MAX)
            .map(|(path, error)| field_sentence(schema, &path.to_string(), error.message()))
            .collect();
        format!("BAD: {}", fields.join("; "))
    })?;
    Ok(args)
}

/// Unknown, missing and wrongly typed fields, each with what is allowed.
fn wrong_types(schema: &Value, value: &Value) -> Result<(), String> {
    let (Some(fields), Some(given)) = (schema["properties"].as_object(), value.as_object()) else { return Ok(()) };
    let names = || fields.keys().cloned().collect::<Vec<_>>().join(", ");
    if let Some(unknown) = given.keys().find(|key| !fields.contains_key(*key)) {
        let unknown: String = unknown.chars().take(40).collect();
        return Err(format!("BAD: {unknown}: no such field; the fields are {}", names()));
    }
    let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
    if let Some(missing) = required.iter().filter_map(Value::as_str).find(|name| !given.contains_key(*name)) {
        return Err(format!("BAD: {missing}: is missing; it is {}", allowed(&fields[missing])));
    }
    match given.iter().find(|(name, value)| !is_of(&fields[*name], value)) {
        Some((name, _)) => Err(format!("BAD: {name}: {}", allowed(&fields[name]))),
        None => Ok(()),
    }
}

fn is_of(schema: &Value, value: &Value) -> bool {
    if let Some(words) = schema["enum"].as_array() {
        return words.contains(value);
    }
    match schema["type"].as_str() {
        // Counts and ids: nothing of ours is below zero.
        Some("integer") => {
            value.as_i64().is_some_and(|number| number >= schema["minimum"].as_i64().unwrap_or_default())
        }
        Some("number") => value.is_number(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.as_array().is_some_and(|list| list.iter().all(|item| is_of(&schema["items"], item))),
        _ => true,
    }
}

fn field_sentence(schema: &Value, path: &str, message: &str) -> String {
    let field = path.split(['[', '.']).next().unwrap_or_default();
    let known = &schema["properties"][field];
    // A rule of our own says it better than the schema does.
    let generic = ["greater than", "lower than", "length is"].iter().any(|start| message.starts_with(start));
    if known.is_null() || !generic { format!("{field}: {message}") } else { format!("{field}: {}", allowed(known)) }
}

/// "1 to 10,000", "a list of at most 20 texts".
fn allowed(schema: &Value) -> String {
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return format!("one of {}", words.join(", "));
    }
    let limit = |key: &str| schema[key].as_i64();
    match schema["type"].as_str() {
        Some("integer") => match (limit("minimum"), limit("maximum")) {
            (least, Some(most)) => format!("{} to {}", number(least.unwrap_or_default()), number(most)),
            (Some(least), None) => format!("a whole number from {}", number(least)),
            (None, None) => "a whole number".to_owned(),
        },
        Some("boolean") => "true or false".to_owned(),
        Some("array") => match limit("maxItems") {
            Some(most) => format!("a list of at most {}, each {}", number(most), allowed(&schema["items"])),
            None => format!("a list, each {}", allowed(&schema["items"])),
        },
        Some("string") => match limit("maxLength") {
            Some(most) => format!("text of at most {} characters", number(most)),
            None => "text".to_owned(),
        },
        _ => "another kind of value".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema, garde::Validate)]
    #[serde(deny_unknown_fields)]
    struct Wish {
        #[garde(range(min = 1, max = 10_000))]
        count: u32,
        #[serde(default)]
        #[garde(length(max = 2), inner(length(chars, max = 5)))]
        titles: Vec<String>,
        #[serde(default)]
        #[garde(skip)]
        enrich: bool,
    }

    #[test]
    fn bad_arguments_come_back_as_a_sentence_about_the_field() {
        let schema = crate::tools::spec::schema_of::<Wish>();
        for (given, sentence) in [
            (json!({"count": 0}), "BAD: count: 1 to 10,000"),
            (json!({"count": 10_001}), "BAD: count: 1 to 10,000"),
            (json!({"count": "ten"}), "BAD: count: 1 to 10,000"),
            (json!({"count": -5}), "BAD: count: 1 to 10,000"),
            (json!({}), "BAD: count: is missing; it is 1 to 10,000"),
            (json!({"count": 1, "color": 2}), "BAD: color: no such field; the fields are count, enrich, titles"),
            (json!({"count": 1, "enrich": "yes"}), "BAD: enrich: true or false"),
            (
                json!({"count": 1, "titles": ["a", "b", "c"]}),
                "BAD: titles: a list of at most 2, each text of at most 5 characters",
            ),
            (
                json!({"count": 1, "titles": ["abcdef"]}),
                "BAD: titles: a list of at most 2, each text of at most 5 characters",
            ),
        ] {
            assert_eq!(parse::<Wish>(&schema, &given).unwrap_err(), sentence, "{given}");
        }
        let good = parse::<Wish>(&schema, &json!({"count": 3})).unwrap();
        assert_eq!(good, Wish { count: 3, titles: Vec::new(), enrich: false });
    }

    #[test]
    fn text_becomes_an_object_or_a_sentence() {
        assert_eq!(object_of("").unwrap(), json!({}));
        assert_eq!(object_of("```json\n{\"a\": 1, \"b\": null}\n```").unwrap(), json!({"a": 1}));
        for text in ["{\"a\": ", "[1]", "hello", "{\"a\":1}{\"b\":2}"] {
            assert!(object_of(text).unwrap_err().starts_with("BAD: the arguments"), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_an_object_or_a_sentence(text in ".{0,200}") {
            match object_of(&text) {
                Ok(value) => assert!(value.is_object()),
                Err(sentence) => assert!(sentence.starts_with("BAD: ")),
            }
        }
    }
}
