//! ID tokens that contain the key that verifies them, or its address.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::Token;
use crate::issuer::issuer::Issuer;
use crate::jose::algorithm::Algorithm;
use crate::jose::certificate::{self_signed, x5c};
use crate::jose::public_key::to_pem;
use crate::jose::signer::Signer;
use crate::jose::signing_key::SigningKey;

/// A symmetric key that comes with the token.
const SYMMETRIC: &[u8; 32] = b"whoever reads this can forge it.";

/// An attacker, who has a key but is not the issuer.
pub(crate) fn attacker() -> Arc<Signer> {
    let key = SigningKey::unpublished();
    let kid = key.thumbprint().to_owned();
    Arc::new(Signer::new(key, Algorithm::RS256, kid))
}

/// Embeds the attacker's key.
pub(crate) fn embed(token: &mut Token, fault: &Fault<'_>) {
    let attacker = attacker();
    let published = token.header.get("kid").cloned();
    let member = fault.value("member");
    match member.as_str() {
        "jwk-oct" => {
            let description = "HMAC keyed with the key in the header";
            token.authenticate(Algorithm::HS256, SYMMETRIC.to_vec(), description);
            let k = BASE64_URL_SAFE_NO_PAD.encode(SYMMETRIC);
            token.header.insert("kid".to_owned(), json!("own"));
            token.header.insert("jwk".to_owned(), json!({"kty": "oct", "kid": "own", "k": k}));
        }
        _ => token.sign_by(&attacker),
    }
    if matches!(member.as_str(), "jwk" | "jwk+x5c") {
        token.header.insert("jwk".to_owned(), json!(attacker.jwk()));
    }
    if matches!(member.as_str(), "x5c" | "jwk+x5c") {
        let order = if fault.is("order", "trusted-first") {
            "trusted+untrusted"
        } else {
            "untrusted+trusted"
        };
        let chain = certificates(fault.issuer, order);
        token.header.insert("x5c".to_owned(), x5c(chain.iter().map(Vec::as_slice)));
    }
    if let Some(published) = published
        && fault.is("kid", "published")
    {
        token.header.insert("kid".to_owned(), published);
    }
}

/// Refers to the attacker's key.
pub(crate) fn refer(token: &mut Token, fault: &Fault<'_>) {
    let attacker = attacker();
    token.sign_by(&attacker);
    let content = fault.value("content");
    let keys = || key_set_address(fault, &content);
    let certificates = || format!("{}?certificates={}", fault.foreign_canary(), listed(&content));
    let (member, value) = match fault.value("member").as_str() {
        "x5u" => ("x5u", json!(certificates())),
        "jwk-uri" => ("jwk", json!(keys())),
        "jwk.jku" => ("jwk", json!({"kty": "RSA", "kid": attacker.kid, "jku": keys()})),
        "jwk.x5u" => ("jwk", json!({"kty": "RSA", "kid": attacker.kid, "x5u": certificates()})),
        _ => ("jku", json!(keys())),
    };
    token.header.insert(member.to_owned(), value);
}

/// The address of a key set with the attacker's key.
pub(crate) fn key_set_address(fault: &Fault<'_>, content: &str) -> String {
    format!("{}?keys={}", fault.foreign_canary(), listed(content))
}

/// A list for a query, where a plus would be decoded as a space.
fn listed(content: &str) -> String {
    content.replace('+', ",")
}

/// The key set that the canary serves at such an address.
pub(crate) fn key_set(issuer: &Issuer, content: &str) -> Value {
    let keys: Vec<_> = owners(issuer, content).iter().map(|owner| owner.jwk()).collect();
    json!({"keys": keys})
}

/// The certificates that the canary serves at such an address.
pub(crate) fn certificates_in_pem(issuer: &Issuer, content: &str) -> String {
    certificates(issuer, content).iter().map(|der| to_pem("CERTIFICATE", der)).collect()
}

/// Certificates for the keys, in the same order.
fn certificates(issuer: &Issuer, content: &str) -> Vec<Vec<u8>> {
    let owners = owners(issuer, content);
    owners.iter().map(|owner| self_signed(&owner.key, &issuer.url)).collect()
}

fn owners(issuer: &Issuer, content: &str) -> Vec<Arc<Signer>> {
    let owner = |name: &str| match name {
        "untrusted" => Some(attacker()),
        "trusted" => issuer.keys.spare(Algorithm::default()),
        _ => None,
    };
    // Limited, because a caller may request any number, and each costs a signature.
    content.split(['+', ',']).take(2).filter_map(owner).collect()
}
