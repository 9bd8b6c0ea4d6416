//! Values that are almost right, or derived from right ones. They are the same in every run, because
//! nothing here draws from the provider's randomness.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::failure::engine::act::Object;

/// The text with each letter in the other case.
pub(crate) fn other_case(text: &str) -> String {
    let other = |letter: char| {
        if letter.is_ascii_uppercase() {
            letter.to_ascii_lowercase()
        } else {
            letter.to_ascii_uppercase()
        }
    };
    text.chars().map(other).collect()
}

/// Text of the given length, derived from `seed`. It cannot be compressed, so compressed cookies stay
/// large.
pub(crate) fn noise(seed: &str, length: usize) -> String {
    let mut noise = String::with_capacity(length + 43);
    let mut block = digest(&SHA256, seed.as_bytes());
    while noise.len() < length {
        BASE64_URL_SAFE_NO_PAD.encode_string(block.as_ref(), &mut noise);
        block = digest(&SHA256, block.as_ref());
    }
    noise.truncate(length);
    noise
}

/// The object in JSON, its member `name` written once for each of `values`, which are JSON too.
/// If there is no such member, it is written at the end.
pub(crate) fn with_member(object: &Object, name: &str, values: &[&str]) -> Vec<u8> {
    let quoted = Value::from(name).to_string();
    let literal = values.iter().map(|value| format!("{quoted}:{value}"));
    let mut members: Vec<String> = Vec::with_capacity(object.len() + values.len());
    for (own, value) in object {
        if own == name {
            members.extend(literal.clone());
        } else {
            members.push(format!("{}:{value}", Value::from(own.as_str())));
        }
    }
    if !object.contains_key(name) {
        members.extend(literal);
    }
    format!("{{{}}}", members.join(",")).into_bytes()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_may_be_written_twice_and_in_any_form() {
        let Value::Object(object) = json!({"a": 1, "b\"": [true, null]}) else { unreachable!() };
        let text = |name, values| String::from_utf8(with_member(&object, name, values)).unwrap();
        assert_eq!(text("a", &["1.0e0"]), r#"{"a":1.0e0,"b\"":[true,null]}"#);
        assert_eq!(text("b\"", &["2", "\"3\""]), r#"{"a":1,"b\"":2,"b\"":"3"}"#);
        assert_eq!(text("c", &["2"]), r#"{"a":1,"b\"":[true,null],"c":2}"#);
    }

    #[test]
    fn noise_has_the_requested_length_and_depends_on_its_seed() {
        assert_eq!(noise("a", 4_000).len(), 4_000);
        assert_eq!(noise("a", 4_000), noise("a", 4_000));
        assert_ne!(noise("a", 40), noise("b", 40));
    }

    #[test]
    fn the_other_case_of_the_other_case_is_the_text() {
        assert_eq!(other_case("http://Host"), "HTTP://hOST");
        assert_eq!(other_case(&other_case("http://Host")), "http://Host");
    }
}
