//! An ID token of another login, sent in this one.

use serde_json::{Value, json};

use super::near_miss::noise;
use crate::failure::engine::act::Object;
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::Token;
use crate::protocol::id_token::PROTOCOL_CLAIMS;

/// How many seconds before this login a made-up login was.
const EARLIER: i64 = 60;

/// Replaces the token's claims with those of another login. `at_hash` still matches the access
/// token, so that only the nonce is wrong.
pub(crate) fn replay(token: &mut Token, fault: &Fault<'_>) {
    // A client that sends no nonce does not check one.
    if !token.claims.contains_key("nonce") {
        return;
    }
    let from = fault.value("from");
    let mut claims = match from.as_str() {
        "parallel-login" => parallel(&token.claims, fault),
        _ => earlier(&token.claims, &from, fault)
            .unwrap_or_else(|| made_up(&token.claims, &from, fault)),
    };
    if let Some(at_hash) = token.claims.get("at_hash") {
        claims.insert("at_hash".to_owned(), at_hash.clone());
    }
    token.claims = claims;
}

/// The claims of the latest token that the client got in another login.
fn earlier(own: &Object, from: &str, fault: &Fault<'_>) -> Option<Object> {
    let same = |claims: &Object, name: &str| claims.get(name) == own.get(name);
    let fits = |claims: &Object| {
        let valid = claims.get("exp").and_then(Value::as_i64) > Some(fault.request.at.as_second());
        let right = match from {
            "same-browser" => same(claims, "sub") && same(claims, "sid"),
            "other-browser" => same(claims, "sub") && !same(claims, "sid"),
            _ => !same(claims, "sub"),
        };
        // The ID token of a refresh has no nonce, which alone would reveal it.
        valid && right && claims.contains_key("nonce") && !same(claims, "nonce")
    };
    let client = fault.note.client.as_deref().unwrap_or_default();
    let ledger = fault.failures.ledger();
    let own = ledger.issued().filter(|issued| issued.client == client);
    let tokens = own.filter_map(|issued| Token::read(&issued.id_token, fault.issuer));
    tokens.map(|token| token.claims).find(fits)
}

/// The claims that an earlier token would have had.
fn made_up(own: &Object, from: &str, fault: &Fault<'_>) -> Object {
    let mut claims = own.clone();
    for time in ["exp", "iat", "auth_time"] {
        if let Some(at) = claims.get(time).and_then(Value::as_i64) {
            claims.insert(time.to_owned(), json!(at - EARLIER));
        }
    }
    let other =
        |name: &str| json!(noise(own.get(name).and_then(Value::as_str).unwrap_or(name), 43));
    claims.insert("nonce".to_owned(), other("nonce"));
    if from != "same-browser" {
        claims.insert("sid".to_owned(), other("sid"));
    }
    if from == "other-user" {
        become_user(&mut claims, fault);
    }
    claims
}

/// Makes the claims about the victim; claims that the victim does not have are left out.
pub(crate) fn become_user(claims: &mut Object, fault: &Fault<'_>) {
    let victim = fault.victim();
    let released = victim.all_claims();
    claims
        .retain(|name, _| PROTOCOL_CLAIMS.contains(&name.as_str()) || released.contains_key(name));
    for (name, value) in claims.iter_mut() {
        if let Some(other) = released.get(name) {
            *value = other.clone();
        }
    }
    claims.insert("sub".to_owned(), json!(victim.subject));
}

/// The claims that the client would get in another login that it has begun and not finished: it
/// knows that login's nonce, and expects it.
fn parallel(own: &Object, fault: &Fault<'_>) -> Object {
    let ledger = fault.failures.ledger();
    let nonce = ledger.unfinished(fault.note).find_map(|login| login.parameters.last("nonce"));
    let mut claims = own.clone();
    let own_nonce = own.get("nonce").and_then(Value::as_str).unwrap_or_default();
    let nonce = nonce.map_or_else(|| noise(own_nonce, 43), str::to_owned);
    claims.insert("nonce".to_owned(), json!(nonce));
    claims
}
