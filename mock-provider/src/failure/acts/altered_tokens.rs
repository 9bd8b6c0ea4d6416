//! Altered token responses.

use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use super::malformed;
use crate::base::endpoint::Endpoint;
use crate::failure::engine::act::Object;
use crate::failure::engine::draft::RawResponse;
use crate::failure::engine::fault::Fault;
use crate::issuer::grant::Consumption;

/// Sets a member to another value, if it is present.
pub(crate) fn replace(object: &mut Object, name: &str, value: Value) {
    if let Some(member) = object.get_mut(name) {
        *member = value;
    }
}

pub(crate) fn status(fault: &Fault<'_>) -> StatusCode {
    let status = fault.value("status").split('-').next().and_then(|status| status.parse().ok());
    StatusCode::from_u16(status.unwrap_or(500)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

pub(crate) fn http_error(answer: &mut RawResponse, fault: &Fault<'_>) {
    if !fault.calls(Endpoint::Token) {
        return;
    }
    answer.status = status(fault);
    answer.headers.remove(WWW_AUTHENTICATE);
    if let Ok(seconds) = fault.value("retry-after").parse::<u32>() {
        answer.headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    let page = fault.is("status", "200-html");
    match fault.value("body").as_str() {
        "json" if !page => {
            answer.content_type("application/json");
            answer.body = br#"{"message":"upstream failed"}"#.to_vec();
        }
        "empty" if !page => {
            answer.content_type("");
            answer.body.clear();
        }
        _ => {
            answer.content_type("text/html; charset=utf-8");
            answer.body = malformed::PAGE.to_vec();
        }
    }
}

/// Keeps the code valid: a client that did not get its tokens may try again, with the same result.
pub(crate) fn leave_code(fault: &Fault<'_>) -> Option<Consumption> {
    fault.redeems_a_code().then_some(Consumption::Unused)
}

pub(crate) fn bad_body(answer: &mut RawResponse, fault: &Fault<'_>) {
    match fault.value("content-type").as_str() {
        "none" => answer.content_type(""),
        other => answer.content_type(other),
    }
    let Ok(tokens) = serde_json::from_slice::<Object>(&answer.body) else { return };
    answer.body = match fault.value("body").as_str() {
        "form-encoded" => malformed::form_encoded(&tokens),
        // One more member, with a letter that UTF-8 encodes differently.
        "latin1" => malformed::before_the_end(&answer.body, b",\"note\":\"caf\xe9\""),
        "duplicate-keys" => malformed::after_the_start(
            &answer.body,
            br#""access_token":"repeated","id_token":"repeated","#,
        ),
        other => match malformed::json(other, &answer.body) {
            Some(body) => body,
            None => return,
        },
    };
}

pub(crate) fn oauth_error(answer: &mut RawResponse, fault: &Fault<'_>) {
    if !fault.calls(Endpoint::Token) || !answer.status.is_success() {
        return;
    }
    let error = match fault.value("error").as_str() {
        "unknown" => "error_that_nobody_defined".to_owned(),
        known => known.to_owned(),
    };
    answer.status = status(fault);
    let scheme = match fault.value("www-authenticate").as_str() {
        "basic" => Some("Basic realm=\"token\""),
        "bearer" => Some("Bearer realm=\"token\""),
        _ => None,
    };
    if let Some(scheme) = scheme {
        answer.headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
    }
    let document = json!({"error": error, "error_description": "refused on purpose"});
    answer.body = document.to_string().into_bytes();
}

pub(crate) fn member_missing(tokens: &mut Object, fault: &Fault<'_>) {
    let member = &fault.value("member");
    match fault.value("form").as_str() {
        "absent" => drop(tokens.shift_remove(member)),
        "null" => replace(tokens, member, Value::Null),
        "number" => replace(tokens, member, json!(1)),
        _ => replace(tokens, member, json!({"value": tokens.get(member)})),
    }
}

pub(crate) fn expires_in(tokens: &mut Object, fault: &Fault<'_>) {
    let value = match fault.value("value").as_str() {
        "absent" => return drop(tokens.shift_remove("expires_in")),
        "3600" => json!("3600"),
        "3600.5" => json!(3600.5),
        "0" => json!(0),
        "-1" => json!(-1),
        "2^63" => json!(1_u64 << 63),
        _ => Value::Null,
    };
    replace(tokens, "expires_in", value);
}

pub(crate) fn token_type(tokens: &mut Object, fault: &Fault<'_>) {
    replace(tokens, "token_type", json!(fault.value("value")));
}

pub(crate) fn optional_members(tokens: &mut Object, fault: &Fault<'_>) {
    let scope = tokens.get("scope").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut values: Vec<_> = scope.split(' ').collect();
    match fault.value("scope").as_str() {
        "absent" => drop(tokens.shift_remove("scope")),
        "reordered" => {
            values.reverse();
            replace(tokens, "scope", json!(values.join(" ")));
        }
        "reduced" => {
            let last = values.iter().rposition(|value| *value != "openid");
            last.map(|last| values.remove(last));
            replace(tokens, "scope", json!(values.join(" ")));
        }
        "extended" => replace(tokens, "scope", json!(format!("{scope} extended"))),
        "array" => replace(tokens, "scope", json!(values)),
        _ => {}
    }
    // A refresh keeps its new token: without it, the relying party could not refresh again.
    if fault.is("refresh_token", "absent") && fault.redeems_a_code() {
        tokens.shift_remove("refresh_token");
    }
    match fault.value("extra").as_str() {
        "unknown" => drop(tokens.insert("unknown".into(), json!("member"))),
        "nested" => drop(tokens.insert("unknown".into(), json!({"nested": [{"member": null}]}))),
        _ => {}
    }
}
