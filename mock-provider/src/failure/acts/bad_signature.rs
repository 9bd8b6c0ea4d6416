//! ID tokens with an invalid signature or an invalid serialization.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use serde_json::json;

use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::{Signature, Token};
use crate::jose::algorithm::Algorithm;
use crate::jose::ecdsa;
use crate::jose::jws::Jws;
use crate::jose::public_key::PublicKey;
use crate::jose::signer::Signer;

pub(crate) fn invalidate(token: &mut Token, fault: &Fault<'_>) {
    fault.sign_as_chosen(token);
    match fault.value("mode").as_str() {
        "payload-swap" => {
            token.keep_signature("valid for other claims");
            token.claims.insert("sub".to_owned(), json!(fault.victim().subject));
        }
        "header-swap" => {
            token.keep_signature("valid for another header");
            // Verifiers ignore members that they do not know: only the signature reveals the
            // change.
            token.header.insert("swapped".to_owned(), json!(true));
        }
        "other-token" => {
            let own = token.claims.clone();
            token.claims.insert("sub".to_owned(), json!(fault.victim().subject));
            token.keep_signature("valid for another token");
            token.claims = own;
        }
        "stripped" => token.signature = Signature::Bytes(Vec::new(), "none"),
        "truncated" => token.alter_signature("truncated to half", |mut signature| {
            signature.truncate(signature.len() / 2);
            signature
        }),
        _ => token.corrupt_signature(),
    }
}

pub(crate) fn sign_with_wrong_key(token: &mut Token, fault: &Fault<'_>) {
    let (keys, wrong) = (&fault.issuer.keys, fault.value("key"));
    token.signature = match &token.signature {
        Signature::By(own) => {
            let kind = own.key.public().kind();
            let key = match wrong.as_str() {
                "other-op" => keys.foreign(kind, 1),
                "retired" => match keys.retired(own.algorithm) {
                    Some(retired) => Arc::clone(&retired.key),
                    // No key was ever rotated: use one that could have been retired long ago.
                    None => keys.foreign(kind, 2),
                },
                _ => keys.foreign(kind, 0),
            };
            Signature::By(Arc::new(Signer::new(key, own.algorithm, own.kid.clone())))
        }
        Signature::Hmac(algorithm, ..) => {
            let secret = format!("not the secret of the client, but {wrong}").into_bytes();
            Signature::Hmac(*algorithm, secret, "HMAC keyed with a secret that is not the client's")
        }
        other => other.clone(),
    };
}

pub(crate) fn malform(token: &mut Token, fault: &Fault<'_>) {
    if !matches!(&token.signature, Signature::By(own) if is_ecdsa(own)) {
        let Some(spare) = fault.issuer.keys.spare(Algorithm::ES256) else { return };
        token.sign_by(&spare);
    }
    let Signature::By(signer) = &token.signature else { return };
    let PublicKey::Ec { curve, .. } = *signer.key.public() else { return };
    match fault.value("form").as_str() {
        "der" => token.alter_signature("encoded in DER", |signature| ecdsa::der(&signature)),
        "oversize" => {
            token.alter_signature("padded with leading zeros", |signature| {
                ecdsa::oversize(&signature)
            });
        }
        "s-high" => token.alter_signature("with the higher value of s", move |signature| {
            ecdsa::high_s(curve, &signature)
        }),
        _ => token.signature = Signature::Bytes(ecdsa::all_zero(curve), "all zeros"),
    }
}

fn is_ecdsa(signer: &Signer) -> bool {
    matches!(signer.key.public(), PublicKey::Ec { .. })
}

pub(crate) fn deform(token: &mut Token, fault: &Fault<'_>) {
    let form = fault.value("form");
    let compact = token.compact();
    token.instead = Some(match form.as_str() {
        "2-parts" => json!(token.signing_input()),
        "4-parts" => {
            let signature = compact.rsplit('.').next().unwrap_or_default();
            json!(format!("{compact}.{signature}"))
        }
        "json-serialization" => match Jws::parse(&compact) {
            Ok(jws) => jws.flattened(),
            Err(_) => return,
        },
        "padded-base64" => json!(token.written(|part| BASE64_URL_SAFE.encode(part))),
        "std-base64" => json!(token.written(|part| BASE64_STANDARD_NO_PAD.encode(part))),
        "whitespace" => json!(token.written(in_lines)),
        "payload-not-json" => {
            token.payload = Some(b"these are no claims".to_vec());
            return;
        }
        "1MB" => json!("A".repeat(1 << 20)),
        _ => json!("this is no token"),
    });
}

/// A part of a token, broken into lines as in MIME. Some base64 decoders skip line breaks.
fn in_lines(part: &[u8]) -> String {
    const LINE: usize = 76;
    let text = BASE64_URL_SAFE_NO_PAD.encode(part).into_bytes();
    let lines: Vec<_> = text.chunks(LINE).map(String::from_utf8_lossy).collect();
    lines.join("\n")
}
