//! Finds what an act changed, by comparing two views of an answer.

use std::cell::LazyCell;

use serde_json::Value;

use crate::exchange::journal::Alteration;

/// Members whose values are secrets while they are valid.
const SECRETS: [&str; 5] =
    ["access_token", "refresh_token", "code", "client_secret", "logout_token"];

/// The maximum length of a text, in characters. Longer texts are truncated, because the journal keeps
/// many of them.
const MAX_TEXT: usize = 4_000;

/// The maximum depth of arrays and objects. Deeper values are recorded as text, because readers of the
/// journal may not be able to parse them.
const MAX_DEPTH: usize = 32;

/// The places where two views differ, outermost first.
pub(crate) fn diff(failure: &str, honest: &Value, sent: &Value) -> Vec<Alteration> {
    let mut alterations = Vec::new();
    // Lazy, because most views do not differ.
    let secrets = LazyCell::new(|| {
        let mut secrets = Vec::new();
        find_secrets("", honest, &mut secrets);
        find_secrets("", sent, &mut secrets);
        // Longest first: one secret may be part of another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets
    });
    compare("", Some(honest), Some(sent), &mut |place, honest, sent| {
        let shown = |value: Option<&Value>| value.map(|value| bounded(redacted(value, &secrets)));
        alterations.push(Alteration {
            failure: failure.to_owned(),
            place: place.to_owned(),
            honest: shown(honest),
            sent: shown(sent),
        });
    });
    alterations
}

fn compare(
    place: &str,
    honest: Option<&Value>,
    sent: Option<&Value>,
    differs: &mut impl FnMut(&str, Option<&Value>, Option<&Value>),
) {
    match (honest, sent) {
        (honest, sent) if honest == sent => {
            // If nothing else differs, the order of members may.
            if let (Some(Value::Object(honest)), Some(Value::Object(sent))) = (honest, sent)
                && honest.keys().ne(sent.keys())
            {
                let order = |object: &serde_json::Map<String, Value>| {
                    Value::from(object.keys().cloned().collect::<Vec<_>>())
                };
                differs(&inner(place, "(order)"), Some(&order(honest)), Some(&order(sent)));
            }
        }
        (Some(Value::Object(honest)), Some(Value::Object(sent))) => {
            for (name, value) in honest {
                compare(&inner(place, name), Some(value), sent.get(name), differs);
            }
            for (name, value) in sent.iter().filter(|(name, _)| !honest.contains_key(*name)) {
                compare(&inner(place, name), None, Some(value), differs);
            }
        }
        (Some(Value::Array(honest)), Some(Value::Array(sent))) if honest.len() == sent.len() => {
            for (index, (honest, sent)) in honest.iter().zip(sent).enumerate() {
                compare(&format!("{place}[{index}]"), Some(honest), Some(sent), differs);
            }
        }
        (honest, sent) => differs(place, honest, sent),
    }
}

fn inner(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

/// The values of secret members, and of secret parameters in texts such as `code=…` and addresses.
fn find_secrets<'a>(member: &str, value: &'a Value, found: &mut Vec<&'a str>) {
    let parameters = |text: &'a str| {
        let pairs = text.split(['?', '#', '&']).filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| SECRETS.contains(name)).map(|(_, value)| value)
    };
    match value {
        Value::String(text) if SECRETS.contains(&member) => found.push(text),
        Value::String(text) => found.extend(parameters(text)),
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| find_secrets(name, value, found));
        }
        Value::Array(values) => {
            values.iter().for_each(|value| find_secrets(member, value, found));
        }
        _ => {}
    }
}

/// A value in which the length of each secret replaces the secret, wherever it occurs.
fn redacted(value: &Value, secrets: &[&str]) -> Value {
    match value {
        Value::String(text) => {
            let secrets = secrets.iter().filter(|secret| !secret.is_empty());
            let text = secrets.fold(text.clone(), |text, secret| {
                let length = secret.chars().count();
                text.replace(secret, &format!("[redacted: {length} characters]"))
            });
            shortened(text).into()
        }
        Value::Object(members) => {
            let redacted =
                |(name, value): (&String, &Value)| (name.clone(), redacted(value, secrets));
            Value::Object(members.iter().map(redacted).collect())
        }
        Value::Array(values) => values.iter().map(|value| redacted(value, secrets)).collect(),
        _ => value.clone(),
    }
}

/// The value, or its text if it is too large or too deep.
fn bounded(value: Value) -> Value {
    fn depth(value: &Value) -> usize {
        match value {
            Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or_default(),
            Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
            _ => 0,
        }
    }
    if !value.is_array() && !value.is_object() {
        return value;
    }
    let text = value.to_string();
    if text.len() > MAX_TEXT || depth(&value) > MAX_DEPTH { shortened(text).into() } else { value }
}

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
        let length = text.len();
        text.truncate(end);
        text.push_str(&format!("… ({length} bytes)"));
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(honest: Value, sent: Value) -> Vec<String> {
        diff("x", &honest, &sent).into_iter().map(|alteration| alteration.place).collect()
    }

    #[test]
    fn a_difference_is_named_by_its_place() {
        let honest = json!({"status": 200, "body": {"a": 1, "b": [1, 2], "c": {"d": 1}}});
        let sent = json!({"status": 200, "body": {"b": [1, 3], "c": {"d": 1, "e": 2}}});
        assert_eq!(places(honest, sent), ["body.a", "body.b[1]", "body.c.e"]);
    }

    #[test]
    fn another_order_is_a_difference() {
        assert_eq!(places(json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1})), ["(order)"]);
    }

    #[test]
    fn long_texts_are_truncated() {
        let alterations = diff("x", &json!({"kid": "a".repeat(4_001)}), &json!({"kid": "b"}));
        let shown = alterations[0].honest.as_ref().and_then(Value::as_str).unwrap_or_default();
        assert!(shown.ends_with("a… (4001 bytes)"), "{shown}");
    }

    #[test]
    fn large_and_deep_values_are_recorded_as_text() {
        let shown = |sent: Value| {
            let alterations = diff("x", &json!({"a": null}), &json!({"a": sent}));
            let shown = alterations.into_iter().next().and_then(|alteration| alteration.sent);
            shown.unwrap_or_default().as_str().unwrap_or_default().to_owned()
        };
        let large = shown(json!(vec!["group"; 1_000]));
        assert!(large.starts_with(r#"["group","#) && large.ends_with("… (8001 bytes)"), "{large}");
        let deep = (0..40).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(shown(deep), format!("{}1{}", "[".repeat(40), "]".repeat(40)));
    }

    #[test]
    fn secrets_are_replaced_by_their_length() {
        let alterations = diff("x", &json!({"access_token": "abc"}), &json!({}));
        assert_eq!(alterations[0].honest, Some(json!("[redacted: 3 characters]")));
    }

    #[test]
    fn secrets_are_redacted_in_every_place() {
        let honest = json!({"body": {"access_token": "abc", "scope": "openid"}});
        let sent = json!({"body": "access_token is abc", "location": "/x?code=def#y"});
        let shown = serde_json::to_string(&diff("x", &honest, &sent)).unwrap();
        assert!(!shown.contains("abc") && !shown.contains("def"), "{shown}");
        assert!(shown.contains("openid"), "{shown}");
    }
}
