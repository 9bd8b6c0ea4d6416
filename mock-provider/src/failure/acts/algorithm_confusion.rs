//! ID tokens whose `alg` misleads verifiers.

use serde_json::json;

use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::{Signature, Token};
use crate::jose::algorithm::Algorithm;
use crate::jose::public_key::PublicKeyForm;

/// A key of zeros, as long as an HMAC with SHA-256.
const NULL_BYTES: [u8; 32] = [0; 32];

/// Declares that the token is not signed.
pub(crate) fn unsign(token: &mut Token, fault: &Fault<'_>) {
    match fault.value("signature").as_str() {
        "original" => token.keep_signature("valid for the token before its `alg` changed"),
        "garbage" => token.signature = Signature::Bytes(b"garbage".to_vec(), "garbage"),
        _ => token.signature = Signature::Bytes(Vec::new(), "none"),
    }
    token.header.insert("alg".to_owned(), json!(fault.value("spelling")));
    token.drop_hashes();
    if fault.is("dot", "dropped") {
        // A token with a signature after the dot stays as it is.
        if let Some(two_parts) = token.compact().strip_suffix('.') {
            token.instead = Some(json!(two_parts));
        }
    }
}

/// Uses the public key as the secret of an HMAC.
pub(crate) fn key_with_public_key(token: &mut Token, fault: &Fault<'_>) {
    let signer = match &token.signature {
        Signature::By(signer) => Some(signer.clone()),
        _ => fault.issuer.keys.spare(Algorithm::default()),
    };
    let encoding = fault.value("encoding");
    let form = PublicKeyForm::ALL.into_iter().find(|form| form.name() == encoding);
    let text = signer.zip(form).and_then(|(signer, form)| signer.key.public().in_form(form));
    let Some(mut text) = text else { return };
    if fault.is("lf", "strip") {
        text.truncate(text.trim_ascii_end().len());
    }
    let kid = token.header.get("kid").cloned();
    token.authenticate(Algorithm::HS256, text, "HMAC keyed with the public key");
    // `kid` stays: it leads the verifier to the key that it should confuse.
    token.header.extend(kid.map(|kid| ("kid".to_owned(), kid)));
}

/// Uses the client's secret, or a guessable one.
pub(crate) fn key_with_secret(token: &mut Token, fault: &Fault<'_>) {
    let client = fault.note.client.clone().unwrap_or_default();
    let (key, description) = match fault.value("key").as_str() {
        "client-secret" => (fault.client_secret(), "HMAC keyed with the client's secret"),
        "secret" => (b"secret".to_vec(), "HMAC keyed with the word `secret`"),
        "null-bytes" => (NULL_BYTES.to_vec(), "HMAC keyed with null bytes"),
        "client-id" => (client.clone().into_bytes(), "HMAC keyed with the client identifier"),
        _ => (Vec::new(), "HMAC with an empty key"),
    };
    token.authenticate(Algorithm::HS256, key, description);
    if fault.is("kid", "client-id") {
        token.header.insert("kid".to_owned(), json!(client));
    }
}

/// Names an algorithm other than that of the signature.
pub(crate) fn lie(token: &mut Token, fault: &Fault<'_>) {
    let alg = match fault.value("variant").as_str() {
        "unknown" => json!("XS256"),
        "ES256-with-rsa-kid" => {
            sign_by(token, fault, Algorithm::RS256);
            json!("ES256")
        }
        "RS256-with-ec-kid" => {
            sign_by(token, fault, Algorithm::ES256);
            json!("RS256")
        }
        "number" => json!(256),
        _ => return drop(token.header.shift_remove("alg")),
    };
    token.header.insert("alg".to_owned(), alg);
}

fn sign_by(token: &mut Token, fault: &Fault<'_>, algorithm: Algorithm) {
    if let Some(signer) = fault.issuer.keys.spare(algorithm) {
        token.sign_by(&signer);
    }
}
