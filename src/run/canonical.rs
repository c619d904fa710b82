//! One byte form and one hash for what people approve.
use serde::Serialize;
use sha2::Digest;
use sha2::Sha256;

/// Hex SHA-256 of the canonical JSON of a value.
pub fn hash_of<T: Serialize>(value: &T) -> String {
    hash_text(&canonical(value))
}

/// Sorted keys, no spaces.
pub fn canonical<T: Serialize>(value: &T) -> String {
    // serde_json's map is sorted; going through Value sorts struct fields as well.
    serde_json::to_value(value).map(|value| value.to_string()).unwrap_or_default()
}

pub fn hash_text(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        out.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_keys_does_not_matter_and_values_do() {
        let a = serde_json::json!({"b": 1, "a": [1, 2]});
        let b = serde_json::json!({"a": [1, 2], "b": 1});
        assert_eq!(hash_of(&a), hash_of(&b));
        assert_ne!(hash_of(&a), hash_of(&serde_json::json!({"a": [2, 1], "b": 1})));
        assert_eq!(hash_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
