//! Association type ids, and what a create asks to be joined with.
use serde_json::Value;

use crate::sandbox::core::Core;
use crate::sandbox::hubspot::fault::Detail;

/// The default type ids: (from, to, id), by place in `KINDS`.
const TYPES: &[(usize, usize, u32)] = &[
    (0, 1, 279),
    (1, 0, 280),
    (2, 0, 3),
    (0, 2, 4),
    (2, 1, 341),
    (1, 2, 342),
    (0, 8, 15),
    (8, 0, 16),
    (3, 0, 202),
    (0, 3, 201),
    (3, 1, 190),
    (1, 3, 189),
    (3, 2, 214),
    (2, 3, 213),
    (4, 0, 198),
    (0, 4, 197),
    (4, 1, 186),
    (1, 4, 185),
    (4, 2, 210),
    (2, 4, 209),
    (5, 0, 194),
    (0, 5, 193),
    (5, 1, 182),
    (1, 5, 181),
    (5, 2, 206),
    (2, 5, 205),
    (6, 0, 200),
    (0, 6, 199),
    (6, 1, 188),
    (1, 6, 187),
    (6, 2, 212),
    (2, 6, 211),
    (7, 0, 204),
    (0, 7, 203),
    (7, 1, 192),
    (1, 7, 191),
    (7, 2, 216),
    (2, 7, 215),
];

pub fn default_type(from: usize, to: usize) -> u32 {
    TYPES.iter().find(|t| t.0 == from && t.1 == to).map_or(450, |t| t.2)
}

/// The associations a create asks for: (kind, id, type), checked.
pub fn wanted(core: &Core, kind: usize, input: &Value) -> Result<Vec<(usize, u64, u32)>, Vec<Detail>> {
    let mut out = Vec::new();
    for a in input["associations"].as_array().into_iter().flatten() {
        let id = plain_id(&a["to"]["id"]);
        for t in a["types"].as_array().into_iter().flatten() {
            let type_id = t["associationTypeId"].as_u64().unwrap_or(0) as u32;
            let to = match type_id {
                1 => Some(1),
                2 => Some(0),
                5 => Some(1),
                6 => Some(2),
                n => TYPES.iter().find(|x| x.0 == kind && x.2 == n).map(|x| x.1),
            };
            let found = to.and_then(|to| core.hubspot.store.find(to, &id, None).map(|n| (to, n, type_id)));
            match found {
                Some(link) => out.push(link),
                None => {
                    return Err(vec![Detail {
                        message: format!("{id} is not a valid id for association type {type_id}"),
                        code: "INVALID_ASSOCIATION",
                        property: "associations".into(),
                    }]);
                }
            }
        }
    }
    Ok(out)
}

pub fn plain_id(v: &Value) -> String {
    match v {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}
