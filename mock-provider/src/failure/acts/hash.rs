//! Wrong or missing hashes that bind an ID token to the code or access token issued with it.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::near_miss::noise;
use crate::failure::engine::fault::Fault;
use crate::failure::engine::front_channel;
use crate::failure::engine::front_channel_draft::AuthorizationDraft;
use crate::failure::engine::token::Token;
use crate::jose::algorithm::Algorithm;
use crate::protocol::id_token::half_hash;

/// Applies an act to the ID token of the token endpoint, if the failure is for the code flow.
pub(crate) fn in_code_flow(token: &mut Token, fault: &Fault<'_>, act: fn(&mut Token, &Fault<'_>)) {
    if fault.is("flow", "code") {
        act(token, fault);
    }
}

/// Applies an act to the ID token of an authorization response, if the failure is for its flow.
pub(crate) fn on_front_channel(
    answer: &mut AuthorizationDraft,
    fault: &Fault<'_>,
    act: fn(&mut Token, &Fault<'_>),
) {
    let flow = if answer.parameters.last("code").is_some() { "hybrid" } else { "implicit" };
    if fault.is("flow", flow) {
        front_channel::id_token(answer, fault, |token| act(token, fault));
    }
}

/// Makes `at_hash` wrong.
pub(crate) fn wrong(token: &mut Token, fault: &Fault<'_>) {
    let access_token = token.access_token.clone().unwrap_or_default();
    let base64 = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let wrong = match fault.value("mode").as_str() {
        "full-hash" => base64(digest(&SHA256, access_token.as_bytes()).as_ref()),
        "other-alg" => base64(&digest(&SHA512, access_token.as_bytes()).as_ref()[..32]),
        _ => half_hash(Algorithm::default(), &noise(&access_token, 43)),
    };
    if token.claims.contains_key("at_hash") {
        token.claims.insert("at_hash".to_owned(), json!(wrong));
    }
}

/// Removes `at_hash`.
pub(crate) fn missing(token: &mut Token, _: &Fault<'_>) {
    token.claims.shift_remove("at_hash");
}

/// Makes `c_hash` wrong, removes it, or makes the token about another user.
pub(crate) fn code(token: &mut Token, fault: &Fault<'_>) {
    let Some(right) = token.claims.get("c_hash").and_then(Value::as_str) else { return };
    match fault.value("mode").as_str() {
        "missing" => drop(token.claims.shift_remove("c_hash")),
        "sub-differs" => {
            token.claims.insert("sub".to_owned(), json!(fault.victim().subject));
        }
        _ => {
            let wrong = half_hash(Algorithm::default(), right);
            token.claims.insert("c_hash".to_owned(), json!(wrong));
        }
    }
}
