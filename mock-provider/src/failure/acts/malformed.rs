//! Bodies that are not the JSON object that was asked for.

use serde_json::Value;
use url::form_urlencoded;

use crate::failure::engine::act::Object;

/// What a proxy shows when it has nobody behind it.
pub(crate) const PAGE: &[u8] =
    b"<!DOCTYPE html>\n<html lang=\"en\"><head><title>Out of order</title>\
    </head><body><h1>Out of order</h1></body></html>\n";

/// A JSON object spoilt in a way that needs to know nothing of its members. `None` for a way that is
/// not known.
pub(crate) fn json(way: &str, honest: &[u8]) -> Option<Vec<u8>> {
    Some(match way {
        "truncated" => honest[..honest.len() / 2].to_vec(),
        "array" => [b"[", honest, b"]"].concat(),
        "bom" => [b"\xef\xbb\xbf", honest].concat(),
        "null" => b"null".to_vec(),
        "empty" => Vec::new(),
        "html" => PAGE.to_vec(),
        _ => return None,
    })
}

/// A JSON object with more at its start.
pub(crate) fn after_the_start(honest: &[u8], more: &[u8]) -> Vec<u8> {
    match honest.split_first() {
        Some((start, rest)) => [&[*start], more, rest].concat(),
        None => Vec::new(),
    }
}

/// A JSON object with more at its end.
pub(crate) fn before_the_end(honest: &[u8], more: &[u8]) -> Vec<u8> {
    match honest.split_last() {
        Some((end, rest)) => [rest, more, &[*end]].concat(),
        None => Vec::new(),
    }
}

/// The members of an object as a form.
pub(crate) fn form_encoded(object: &Object) -> Vec<u8> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in object {
        match value {
            Value::String(text) => form.append_pair(name, text),
            other => form.append_pair(name, &other.to_string()),
        };
    }
    form.finish().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_stands_inside_the_object() {
        assert_eq!(after_the_start(br#"{"a":1}"#, br#""b":2,"#), br#"{"b":2,"a":1}"#);
        assert_eq!(before_the_end(br#"{"a":1}"#, br#","b":2"#), br#"{"a":1,"b":2}"#);
    }

    #[test]
    fn what_is_shorter_than_expected_is_no_reason_to_panic() {
        for way in ["truncated", "array", "bom", "null", "empty", "html"] {
            assert!(json(way, b"").is_some(), "{way}");
        }
        assert_eq!(after_the_start(b"", b"x"), b"");
        assert_eq!(before_the_end(b"", b"x"), b"");
    }
}
