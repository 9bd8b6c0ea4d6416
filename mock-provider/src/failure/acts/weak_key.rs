//! Published keys that no relying party should trust.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::brought_key::attacker;
use super::offer;
use crate::failure::engine::act::Object;
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::Token;
use crate::jose::algorithm::Algorithm;
use crate::jose::certificate::{self_signed, x5c};
use crate::jose::public_key::Jwk;
use crate::jose::signer::Signer;
use crate::jose::signing_key::SigningKey;
use crate::jose::weak_rsa::Weakness;

/// A symmetric key that any client can fetch.
const SYMMETRIC: &[u8; 32] = b"in a key set, this is no secret.";

/// The `kid` of that key.
const SYMMETRIC_KID: &str = "symmetric";

/// The chosen weak key.
fn chosen(fault: &Fault<'_>) -> Option<Arc<Signer>> {
    let chosen = fault.value("key");
    let weakness = Weakness::ALL.into_iter().find(|weakness| weakness.name() == chosen)?;
    let key = SigningKey::weak(weakness);
    let kid = key.thumbprint().to_owned();
    Some(Arc::new(Signer::new(Arc::new(key), Algorithm::RS256, kid)))
}

/// Publishes the weak key next to the honest ones, which sign for all other clients.
pub(crate) fn publish(document: &mut Object, fault: &Fault<'_>) {
    if let Some(weak) = chosen(fault) {
        offer::publish(document, weak.jwk());
    }
}

/// Publishes a wrong certificate with the key that signs.
pub(crate) fn certify(document: &mut Object, fault: &Fault<'_>) {
    let own = fault.issuer.keys.spare(Algorithm::RS256);
    let (Some(own), Some(Value::Array(keys))) = (own, document.get_mut("keys")) else { return };
    if let Some(jwk) = keys.iter_mut().find(|jwk| jwk["kid"] == own.kid)
        && fault.is("key", "x5c-mismatch")
    {
        let certificate = self_signed(&attacker().key, &fault.issuer.url);
        jwk["x5c"] = x5c([certificate.as_slice()]);
    }
}

/// Signs with the weak key.
pub(crate) fn sign(token: &mut Token, fault: &Fault<'_>) {
    if let Some(weak) = chosen(fault) {
        token.sign_by(&weak);
    }
}

/// Publishes the symmetric key.
pub(crate) fn publish_symmetric(document: &mut Object, fault: &Fault<'_>) {
    let k = BASE64_URL_SAFE_NO_PAD.encode(SYMMETRIC);
    let mut jwk = Jwk::new();
    for (name, value) in [("use", "sig"), ("alg", "HS256"), ("kty", "oct"), ("k", &*k)] {
        jwk.insert(name.to_owned(), json!(value));
    }
    if fault.is("kid", "named") {
        jwk.insert("kid".to_owned(), json!(SYMMETRIC_KID));
    }
    offer::publish(document, jwk);
}

/// Authenticates with the symmetric key.
pub(crate) fn sign_symmetric(token: &mut Token, fault: &Fault<'_>) {
    token.authenticate(
        Algorithm::HS256,
        SYMMETRIC.to_vec(),
        "HMAC keyed with the published symmetric key",
    );
    if fault.is("kid", "named") {
        token.header.insert("kid".to_owned(), json!(SYMMETRIC_KID));
    }
}
