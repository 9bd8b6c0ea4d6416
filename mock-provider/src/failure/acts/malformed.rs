//! Bodies that are not the expected JSON object.

use serde_json::Value;
use url::form_urlencoded;

use crate::failure::engine::act::Object;

/// The error page of a proxy whose server is down.
pub(crate) const PAGE: &[u8] =
    b"<!DOCTYPE html>\n<html lang=\"en\"><head><title>Out of order</title>\
    </head><body><h1>Out of order</h1></body></html>\n";

/// A JSON object, malformed independently of its members; `None` for an unknown form.
pub(crate) fn json(form: &str, honest: &[u8]) -> Option<Vec<u8>> {
    Some(match form {
        "truncated" => honest[..honest.len() / 2].to_vec(),
        "array" => [b"[", honest, b"]"].concat(),
        "bom" => [b"\xef\xbb\xbf", honest].concat(),
        "null" => b"null".to_vec(),
        "empty" => Vec::new(),
        "html" => PAGE.to_vec(),
        _ => return None,
    })
}

/// A JSON object with text inserted at its start.
pub(crate) fn after_the_start(honest: &[u8], more: &[u8]) -> Vec<u8> {
    match honest.split_first() {
        Some((start, rest)) => [&[*start], more, rest].concat(),
        None => Vec::new(),
    }
}

/// A JSON object with text inserted at its end.
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
    fn text_is_inserted_inside_the_object() {
        assert_eq!(after_the_start(br#"{"a":1}"#, br#""b":2,"#), br#"{"b":2,"a":1}"#);
        assert_eq!(before_the_end(br#"{"a":1}"#, br#","b":2"#), br#"{"a":1,"b":2}"#);
    }

    #[test]
    fn an_empty_body_does_not_cause_a_panic() {
        for form in ["truncated", "array", "bom", "null", "empty", "html"] {
            assert!(json(form, b"").is_some(), "{form}");
        }
        assert_eq!(after_the_start(b"", b"x"), b"");
        assert_eq!(before_the_end(b"", b"x"), b"");
    }
}
