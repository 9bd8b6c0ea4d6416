//! ID tokens, honest and manipulated, assembled by hand.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

/// A key that signs.
#[derive(Clone)]
pub(crate) struct Key {
    key: EncodingKey,
    algorithm: Algorithm,
}

impl Key {
    /// The provider's own key.
    pub(crate) fn signing() -> Self {
        Self::rsa(include_bytes!("keys/signing.der"))
    }

    /// Another party's key.
    pub(crate) fn other() -> Self {
        Self::rsa(include_bytes!("keys/other.der"))
    }

    /// A new key on P-256.
    pub(crate) fn p256() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let pkcs8 = pair.to_pkcs8v1().unwrap();
        Self { key: EncodingKey::from_ec_der(pkcs8.as_ref()), algorithm: Algorithm::ES256 }
    }

    /// A shared secret, which no provider should use.
    pub(crate) fn symmetric(secret: &[u8]) -> Self {
        Self { key: EncodingKey::from_secret(secret), algorithm: Algorithm::HS256 }
    }

    /// The same key, used with another algorithm.
    pub(crate) fn with_algorithm(self, algorithm: Algorithm) -> Self {
        Self { algorithm, ..self }
    }

    /// Its public half as a JWK.
    pub(crate) fn jwk(&self, kid: &str) -> Value {
        let jwk = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        let mut jwk = serde_json::to_value(jwk).unwrap();
        jwk["kid"] = kid.into();
        jwk["use"] = "sig".into();
        jwk
    }

    fn rsa(der: &[u8]) -> Self {
        Self { key: EncodingKey::from_rsa_der(der), algorithm: Algorithm::RS256 }
    }
}

/// An ID token before it is signed. Every part can be changed.
pub(crate) struct IdToken {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    /// Replaces `claims` verbatim.
    pub(crate) payload: Option<String>,
    pub(crate) key: Key,
    /// Changes the finished token.
    pub(crate) spoil: fn(String) -> String,
}

impl IdToken {
    /// A token that passes every check.
    pub(crate) fn honest(issuer: &str, nonce: &str, now: i64) -> Self {
        Self {
            header: json!({"alg": "RS256", "typ": "JWT", "kid": "signing"}),
            claims: json!({
                "iss": issuer,
                "sub": "alice-1",
                "aud": "app",
                "iat": now,
                "exp": now + 3600,
                "nonce": nonce,
                "name": "Alice Adams",
                "email": "alice@example.com",
                "groups": ["staff", "admins"],
            }),
            payload: None,
            key: Key::signing(),
            spoil: |token| token,
        }
    }

    pub(crate) fn sign(&self) -> String {
        let payload = self.payload.clone().unwrap_or_else(|| self.claims.to_string());
        let message = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(self.header.to_string()),
            URL_SAFE_NO_PAD.encode(payload)
        );
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &self.key.key, self.key.algorithm);
        (self.spoil)(format!("{message}.{}", signature.unwrap()))
    }
}
