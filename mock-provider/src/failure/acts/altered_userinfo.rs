//! Altered userinfo responses.

use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::near_miss::with_member;
use crate::base::endpoint::Endpoint;
use crate::failure::engine::act::Object;
use crate::failure::engine::draft::RawResponse;
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::{Signature, Token};

/// Whether an answer contains userinfo, not an error.
pub(crate) fn sends_claims(answer: &RawResponse, fault: &Fault<'_>) -> bool {
    fault.request.endpoint == Endpoint::Userinfo
        && fault.request.method != Method::OPTIONS
        && answer.status.is_success()
}

pub(crate) fn ambiguous(claims: &mut Object, fault: &Fault<'_>) {
    let Some(own) = claims.get("sub").cloned() else { return };
    let victim = json!(fault.victim().subject);
    let sub = match fault.value("form").as_str() {
        "absent" => return drop(claims.shift_remove("sub")),
        "null" => Value::Null,
        "array-own-first" => json!([own, victim]),
        "array-victim-first" => json!([victim, own]),
        "number" => json!(own.as_str().and_then(|own| own.parse::<u64>().ok()).unwrap_or(1)),
        _ => return,
    };
    claims.insert("sub".to_owned(), sub);
}

pub(crate) fn duplicate(answer: &mut RawResponse, fault: &Fault<'_>) {
    let form = fault.value("form");
    let Some(order) = form.strip_prefix("duplicate-") else { return };
    let claims: Object = match serde_json::from_slice(&answer.body) {
        Ok(claims) if sends_claims(answer, fault) => claims,
        _ => return,
    };
    let Some(own) = claims.get("sub").map(Value::to_string) else { return };
    let victim = json!(fault.victim().subject).to_string();
    let values = if order == "own-first" { [&*own, &victim] } else { [&*victim, &own] };
    answer.body = with_member(&claims, "sub", &values);
}

pub(crate) fn invalid(token: &mut Token, fault: &Fault<'_>) {
    let (claim, value) = match fault.value("fault").as_str() {
        "alg-none" => {
            token.header.insert("alg".to_owned(), json!("none"));
            token.signature = Signature::Bytes(Vec::new(), "none");
            return;
        }
        "iss" => ("iss", fault.other_issuer()),
        "aud" => ("aud", fault.other_client()),
        "sub" => ("sub", fault.victim().subject.clone()),
        _ => {
            // As long as the right signature, but not valid for any token.
            token.signature = Signature::Bytes(vec![0x5a; 256], "arbitrary bytes");
            return;
        }
    };
    token.claims.insert(claim.to_owned(), json!(value));
}

pub(crate) fn http_error(answer: &mut RawResponse, fault: &Fault<'_>) {
    if !sends_claims(answer, fault) {
        return;
    }
    match fault.value("mode").as_str() {
        "401-invalid_token" => {
            let reason = "the access token was revoked";
            refuse(answer, fault, (StatusCode::UNAUTHORIZED, "invalid_token", reason));
        }
        "403-insufficient_scope" => {
            let reason = "the access token must have another scope";
            refuse(answer, fault, (StatusCode::FORBIDDEN, "insufficient_scope", reason));
        }
        "500" => {
            answer.status = StatusCode::INTERNAL_SERVER_ERROR;
            become_text(answer, "text/plain; charset=utf-8", "internal server error\n");
        }
        "html-200" => {
            let page = "<!doctype html>\n<title>Maintenance</title>\n<p>Please come back later.\n";
            become_text(answer, "text/html; charset=utf-8", page);
        }
        "empty" => answer.body.clear(),
        "truncated" => answer.body.truncate(answer.body.len() / 2),
        _ => drop(answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"))),
    }
}

fn refuse(
    answer: &mut RawResponse,
    fault: &Fault<'_>,
    (status, error, reason): (StatusCode, &str, &str),
) {
    answer.status = status;
    answer.body = json!({"error": error, "error_description": reason}).to_string().into_bytes();
    answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let challenge =
        format!("Bearer realm=\"userinfo\", error=\"{error}\", error_description=\"{reason}\"");
    if let (true, Ok(challenge)) =
        (fault.is("www-authenticate", "present"), HeaderValue::from_str(&challenge))
    {
        answer.headers.insert(WWW_AUTHENTICATE, challenge);
    }
}

fn become_text(answer: &mut RawResponse, content_type: &'static str, text: &str) {
    answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer.body = text.as_bytes().to_owned();
}
