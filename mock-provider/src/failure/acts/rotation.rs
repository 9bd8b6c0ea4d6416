//! Keys that change when it does not suit relying parties.

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

/// Rotates when a login begins, once somebody was signed in with the key that signs now.
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
    Effect::change("new keys sign, and the old ones stay for a while", |issuer| {
        // Those that were old before: a set that only grows would not end.
        let signing = issuer.keys.signing();
        for kid in issuer.keys.kids() {
            if !signing.iter().any(|signer| signer.kid == kid) {
                // It may have gone by itself meanwhile.
                let _ = issuer.keys.withdraw(&kid);
            }
        }
        issuer.keys.rotate(Rotation::Overlap);
    })
}

/// Names the other address of the key set, once keys were rotated.
pub(crate) fn move_address(metadata: &mut Object, fault: &Fault<'_>) {
    if has_moved(fault) {
        let old = fault.issuer.address(Endpoint::Jwks);
        let base = old.strip_suffix(JWKS).unwrap_or(&old);
        metadata.insert("jwks_uri".to_owned(), json!(format!("{base}{MOVED_JWKS}")));
    }
}

/// The path of the key set.
const JWKS: &str = "/jwks";

/// Has nothing at the old address, and says how long keys may be kept.
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

/// Puts a new key in the place and under the name of the old one, unless that is too soon.
pub(crate) fn under_the_same_name(fault: &Fault<'_>) -> Option<Effect> {
    let now = will_sign(fault) && passed_since_rotation(fault, "cooldown");
    let change = |issuer: &Issuer| issuer.keys.rotate(Rotation::SameKid);
    now.then(|| Effect::change("new keys sign under the old names", change)).flatten()
}

/// Rotates the key of an earlier login away.
pub(crate) fn retire(fault: &Fault<'_>) -> Option<Effect> {
    let earlier = issued_with_current_key(fault).next().is_some();
    let now = will_sign(fault) && earlier && !fault.issuer.keys.has_rotated();
    let change = |issuer: &Issuer| issuer.keys.rotate(Rotation::Replace);
    now.then(|| Effect::change("new keys sign, and the old ones are withdrawn", change)).flatten()
}

/// Signs with the key that was rotated away, once the client has seen the new one.
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

/// Names a key of its own for each token: the name follows from the token.
pub(crate) fn name_no_key(token: &mut Token, _: &Fault<'_>) {
    let kid = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, token.compact().as_bytes()));
    token.header.insert("kid".to_owned(), json!(kid));
}

/// True for a request that an ID token will be signed for, if it is in order.
fn will_sign(fault: &Fault<'_>) -> bool {
    fault.redeems_a_code() && fault.note.user.is_some()
}

/// The ID tokens that were signed by a key that signs now.
fn issued_with_current_key(fault: &Fault<'_>) -> impl Iterator<Item = Issued> {
    let signing = fault.issuer.keys.signing();
    let issued: Vec<_> = fault.failures.ledger().issued().cloned().collect();
    issued.into_iter().filter(move |issued| {
        let jws = Jws::parse(&issued.id_token).ok();
        let kid = jws.as_ref().and_then(|jws| jws.kid());
        kid.is_some_and(|kid| signing.iter().any(|signer| signer.kid == kid))
    })
}

/// Whether the failure has not changed keys for so long; true where it never did.
fn passed_since_rotation(fault: &Fault<'_>, parameter: &str) -> bool {
    let last = fault.failures.ledger().last_change(&fault.failure.to_string());
    last.is_none_or(|last| {
        let passed = fault.request.at.duration_since(last);
        passed.unsigned_abs() >= fault.duration(parameter)
    })
}
