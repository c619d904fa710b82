//! A company file with one JSON object a line.
use serde_json::Value;

use crate::domain::import::rows::Cells;
use crate::domain::import::rows::DEPTH_MAX;
use crate::domain::import::rows::FILE_BYTES_MAX;
use crate::domain::import::rows::Imported;
use crate::domain::import::rows::LINE_BYTES_MAX;
use crate::domain::import::rows::ROWS_MAX;
use crate::domain::import::rows::Reader;

/// Reads all lines; a bad one is named and the rest goes on.
pub fn read_jsonl(bytes: &[u8]) -> Imported {
    let mut reader = Reader::default();
    if bytes.len() > FILE_BYTES_MAX {
        reader.bad(0, "the file is larger than 20 MB");
        return reader.done();
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        if reader.is_full() {
            reader.bad(at + 1, &format!("only the first {ROWS_MAX} rows are read"));
            break;
        }
        match cells(line, &mut reader) {
            Ok(cells) => reader.row(at + 1, &cells),
            Err(why) => reader.bad(at + 1, why),
        }
    }
    reader.done()
}

fn cells(line: &[u8], reader: &mut Reader) -> Result<Cells, &'static str> {
    if line.len() > LINE_BYTES_MAX {
        return Err("the line is longer than 64 KB");
    }
    if depth(line) > DEPTH_MAX {
        return Err("the line is nested deeper than 16");
    }
    let value: Value = serde_json::from_slice(line).map_err(|_| "not JSON")?;
    let Value::Object(fields) = value else { return Err("not a JSON object") };
    let mut cells = Cells::new();
    for (name, value) in fields {
        let column = reader.column(&name);
        cells.extend(column.map(|column| (column, texts(value))));
    }
    Ok(cells)
}

/// Texts and numbers; lists of them are several. Objects are nobody's field.
fn texts(value: Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => {
            items.into_iter().flat_map(|item| if item.is_array() { Vec::new() } else { texts(item) }).collect()
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => Vec::new(),
    }
}

/// How deep brackets nest, counted before anything is built from them.
fn depth(line: &[u8]) -> usize {
    let (mut deepest, mut open, mut in_text, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in line {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' if !in_text => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests;
