//! Keys that change at inconvenient moments.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;

use crate::base::endpoint::{Endpoint, MOVED_JWKS};
use crate::failure::engine::act::{Effect, Object};
use crate::failure::engine::draft::RawResponse;
use crate::failure::engine::fault::Fault;
use crate::failure::engine::ledger::Issued;
use crate::failure::engine::token::{Signature, Token};
use crate::issuer::issuer::Issuer;
use crate::jose::jws::Jws;
use crate::jose::keys::Rotation;

/// Rotates when a login begins, once an ID token was issued with the current key.
pub(crate) fn between_logins(fault: &Fault<'_>) -> Option<Effect> {
    let used = issued_with_current_key(fault).next().is_some();
    (used && fault.is("timing", "between-logins")).then(|| rotate(fault)).flatten()
}

/// Rotates when a code is redeemed.
pub(crate) fn just_before_signing(fault: &Fault<'_>) -> Option<Effect> {
    let now = will_sign(fault) && fault.is("timing", "just-before-signing");
    now.then(|| rotate(fault)).flatten()
}

fn rotate(fault: &Fault<'_>) -> Option<Effect> {
    if fault.is("old-key", "dropped") {
        return Effect::change("new keys sign, and the old ones are gone", |issuer| {
            issuer.keys.rotate(Rotation::Replace);
        });
    }
    Effect::change("new keys sign, and the old ones stay published for a while", |issuer| {
        // Withdraws older keys first, or the set would grow without bound.
        let signing = issuer.keys.signing();
        for kid in issuer.keys.kids() {
            if !signing.iter().any(|signer| signer.kid == kid) {
                // The key may have been withdrawn in the meantime.
                let _ = issuer.keys.withdraw(&kid);
            }
        }
        issuer.keys.rotate(Rotation::Overlap);
    })
}

/// Names the new address of the key set, once the keys have rotated.
pub(crate) fn move_address(metadata: &mut Object, fault: &Fault<'_>) {
    if has_moved(fault) {
        let old = fault.issuer.address(Endpoint::Jwks);
        let base = old.strip_suffix(JWKS).unwrap_or(&old);
        metadata.insert("jwks_uri".to_owned(), json!(format!("{base}{MOVED_JWKS}")));
    }
}

/// The path of the key set.
const JWKS: &str = "/jwks";

/// Serves nothing at the old address, and sets how long keys may be cached.
pub(crate) fn answer(answer: &mut RawResponse, fault: &Fault<'_>) {
    if fault.request.endpoint != Endpoint::Jwks {
        return;
    }
    if has_moved(fault) && !fault.request.path.ends_with(MOVED_JWKS) {
        answer.status = StatusCode::NOT_FOUND;
        answer.content_type("text/plain");
        answer.body = b"the keys have moved\n".to_vec();
        return;
    }
    let value = match fault.value("cache-control").as_str() {
        "no-cache" => "no-cache",
        "max-age" => "max-age=3600",
        _ => return,
    };
    answer.headers.insert(CACHE_CONTROL, HeaderValue::from_static(value));
}

fn has_moved(fault: &Fault<'_>) -> bool {
    fault.is("jwks_uri", "moved") && fault.issuer.keys.has_rotated()
}

/// Replaces the key with a new one of the same `kid`, unless the cooldown is not over.
pub(crate) fn under_the_same_name(fault: &Fault<'_>) -> Option<Effect> {
    let now = will_sign(fault) && passed_since_rotation(fault, "cooldown");
    let change = |issuer: &Issuer| issuer.keys.rotate(Rotation::SameKid);
    now.then(|| Effect::change("new keys sign with the old `kid` values", change)).flatten()
}

/// Withdraws the key of an earlier login.
pub(crate) fn retire(fault: &Fault<'_>) -> Option<Effect> {
    let earlier = issued_with_current_key(fault).next().is_some();
    let now = will_sign(fault) && earlier && !fault.issuer.keys.has_rotated();
    let change = |issuer: &Issuer| issuer.keys.rotate(Rotation::Replace);
    now.then(|| Effect::change("new keys sign, and the old ones are withdrawn", change)).flatten()
}

/// Signs with the withdrawn key, once the client has seen the new one.
pub(crate) fn sign_with_retired(token: &mut Token, fault: &Fault<'_>) {
    let Signature::By(signer) = &token.signature else { return };
    let has_seen = issued_with_current_key(fault).any(|issued| {
        Some(&issued.flow) != fault.note.flow.as_ref()
            && Some(&issued.client) == fault.note.client.as_ref()
    });
    if let Some(retired) = fault.issuer.keys.retired(signer.algorithm)
        && has_seen
        && passed_since_rotation(fault, "age")
    {
        token.sign_by(&retired);
    }
}

/// Gives each token a different `kid`, derived from the token.
pub(crate) fn name_no_key(token: &mut Token, _: &Fault<'_>) {
    let kid = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, token.compact().as_bytes()));
    token.header.insert("kid".to_owned(), json!(kid));
}

/// True for a request that results in an ID token, if it is valid.
fn will_sign(fault: &Fault<'_>) -> bool {
    fault.redeems_a_code() && fault.note.user.is_some()
}

/// The ID tokens that were signed with the current keys.
fn issued_with_current_key(fault: &Fault<'_>) -> impl Iterator<Item = Issued> {
    let signing = fault.issuer.keys.signing();
    let issued: Vec<_> = fault.failures.ledger().issued().cloned().collect();
    issued.into_iter().filter(move |issued| {
        let jws = Jws::parse(&issued.id_token).ok();
        let kid = jws.as_ref().and_then(|jws| jws.kid());
        kid.is_some_and(|kid| signing.iter().any(|signer| signer.kid == kid))
    })
}

/// Whether the failure has not changed the keys for the duration in a parameter.
fn passed_since_rotation(fault: &Fault<'_>, parameter: &str) -> bool {
    let last = fault.failures.ledger().last_change(&fault.failure.to_string());
    last.is_none_or(|last| {
        let passed = fault.request.at.duration_since(last);
        passed.unsigned_abs() >= fault.duration(parameter)
    })
}
