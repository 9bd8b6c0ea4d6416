//! Verifies ID tokens as a relying party does: with the published keys.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use mock_provider::MockProvider;
use serde_json::Value;

use super::{Browser, url};

/// The claims of the ID token in a token response, after checking signature, issuer and audience.
pub(crate) async fn verified(provider: &MockProvider, tokens: &Value, audience: &str) -> Value {
    let token = tokens["id_token"].as_str().unwrap_or_else(|| panic!("no ID token in {tokens}"));
    let keys = Browser::new().get(&url(provider, "/jwks")).await.json();
    let keys: JwkSet = serde_json::from_value(keys).expect("the document is a key set");

    let header = decode_header(token).expect("the ID token has a header");
    let kid = header.kid.expect("the ID token names its key");
    let key = keys.find(&kid).expect("the key is published");
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[provider.issuer()]);
    validation.set_audience(&[audience]);
    // The provider's clock is frozen, and tests compare the times themselves.
    validation.validate_exp = false;
    // Signed userinfo, which is also verified here, does not expire.
    validation.set_required_spec_claims(&["iss", "aud"]);
    let key = DecodingKey::from_jwk(key).expect("the key is sound");
    decode::<Value>(token, &key, &validation).expect("the ID token verifies").claims
}

/// Header and claims of a token, without verification.
#[track_caller]
pub(crate) fn decoded(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| {
        let part = BASE64_URL_SAFE_NO_PAD.decode(part).expect("the part is base64url");
        serde_json::from_slice(&part).expect("the part is JSON")
    });
    let mut part = || parts.next().expect("the token has header and claims");
    (part(), part())
}
