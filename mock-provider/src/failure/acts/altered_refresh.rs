//! Altered refreshes: their tokens, and which refresh token stays valid.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::failure::engine::act::{Effect, Object};
use crate::failure::engine::draft::{Draft, DraftContent, RawResponse};
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::Token;
use crate::net::wire::delivery::{Delivery, End, Extent};

pub(crate) fn spoil_id_token(token: &mut Token, fault: &Fault<'_>) {
    let mut set = |claim: &str, value: Value| drop(token.claims.insert(claim.to_owned(), value));
    let now = fault.request.at.as_second();
    match fault.value("fault").as_str() {
        "sub" => set("sub", json!(fault.another_subject())),
        "iss" => set("iss", json!("https://another-issuer.example")),
        "aud" => set("aud", json!("another-client")),
        "nonce-differs" => set("nonce", json!("not-the-nonce-of-the-login")),
        "auth_time-newer" => {
            let honest = token.claims.get("auth_time").and_then(Value::as_i64);
            // Newer even if no time has passed since the login.
            let newer = honest.map_or(now, |honest| now.max(honest + 1));
            token.claims.insert("auth_time".to_owned(), json!(newer));
        }
        "signature" => token.corrupt_signature(),
        "expired" => {
            set("exp", json!(now - 600));
        }
        _ => token.unsign(),
    }
}

/// The refresh token of a request.
fn presented<'a>(fault: &'a Fault<'_>) -> Option<&'a str> {
    fault.request.form.as_ref().ok()?.last("refresh_token")
}

/// The refresh token of an answer.
fn issued(draft: &Draft) -> Option<&str> {
    let DraftContent::Document(tokens) = &draft.content else { return None };
    tokens.get("refresh_token")?.as_str()
}

/// Whether a refresh succeeded.
fn refreshed(draft: &Draft, fault: &Fault<'_>) -> bool {
    fault.request.refreshes() && draft.status.is_success()
}

/// Forgets the new refresh token of an answer that is not going to contain it.
fn forget_new(description: &str, draft: &Draft, fault: &Fault<'_>) -> Option<Effect> {
    let issued = issued(draft).map(str::to_owned);
    refreshed(draft, fault).then_some(())?;
    Effect::change(description, move |issuer| {
        let mut grants = issuer.grants();
        issued.iter().for_each(|issued| grants.forget_refresh_token(issued));
    })
}

pub(crate) fn keep_refresh_token(draft: &Draft, fault: &Fault<'_>) -> Option<Effect> {
    if fault.is("mode", "rotate") {
        refreshed(draft, fault).then_some(())?;
        return Effect::change("the old refresh token is used up", |_| {});
    }
    forget_new("the old refresh token stays valid, and there is no new one", draft, fault)
}

pub(crate) fn send_old_refresh_token(tokens: &mut Object, fault: &Fault<'_>) {
    match fault.value("mode").as_str() {
        "omit" => drop(tokens.shift_remove("refresh_token")),
        "same" => {
            if let Some(used) = presented(fault) {
                tokens.insert("refresh_token".to_owned(), json!(used));
            }
        }
        _ => {}
    }
}

pub(crate) fn report_grace(draft: &Draft, fault: &Fault<'_>) -> Option<Effect> {
    refreshed(draft, fault).then_some(())?;
    let grace = fault.duration("grace");
    let description = if grace.is_zero() {
        "using the old refresh token again revokes every token".to_owned()
    } else {
        format!("the old refresh token stays usable for {} seconds", grace.as_secs())
    };
    Effect::change(description, |_| {})
}

pub(crate) fn refuse(answer: &mut RawResponse, fault: &Fault<'_>) {
    // Honest rejections as well: a retry would otherwise get a different reason.
    if !fault.request.refreshes() {
        return;
    }
    let error = fault.value("error");
    let reason = match error.as_str() {
        "invalid_client" => "the client is no longer known",
        "unauthorized_client" => "the client may no longer refresh",
        _ => "refresh_token was revoked",
    };
    let document = json!({"error": error, "error_description": reason});
    answer.body = document.to_string().into_bytes();
    answer.status = StatusCode::BAD_REQUEST;
    if fault.is("status", "401") {
        answer.status = StatusCode::UNAUTHORIZED;
        // RFC 9110, section 15.5.2.
        let scheme = HeaderValue::from_static("Basic realm=\"token\"");
        answer.headers.insert(WWW_AUTHENTICATE, scheme);
    }
}

pub(crate) fn fail_before_it_counts(draft: &Draft, fault: &Fault<'_>) -> Option<Effect> {
    forget_new("the old refresh token stays valid", draft, fault)
}

pub(crate) fn fail_in_passing(answer: &mut RawResponse, fault: &Fault<'_>) {
    let now = fault.issuer.clock.seconds();
    let fails = fault.request.refreshes()
        && answer.status.is_success()
        && presented(fault)
            .is_some_and(|it| fault.issuer.grants().is_unused_refresh_token(it, now));
    if !fails {
        return;
    }
    let (status, content_type, body) = match fault.value("mode").as_str() {
        "timeout" => {
            answer.delivery = Some(Delivery::hang(Delivery::HANG));
            return;
        }
        "reset" => {
            answer.delivery = Some(Delivery::cut(Extent::Nothing, End::Reset));
            return;
        }
        "429" => (StatusCode::TOO_MANY_REQUESTS, "text/plain", "too many requests\n"),
        "html" => (
            StatusCode::BAD_GATEWAY,
            "text/html",
            "<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>\n",
        ),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "text/plain", "down for maintenance\n"),
    };
    answer.status = status;
    answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if status != StatusCode::BAD_GATEWAY {
        answer.headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    answer.body = body.as_bytes().to_vec();
}

pub(crate) fn expire_soon(tokens: &mut Object, fault: &Fault<'_>) {
    let seconds = fault.value("value").parse::<u64>().unwrap_or_default();
    tokens.insert("expires_in".to_owned(), json!(seconds));
}
