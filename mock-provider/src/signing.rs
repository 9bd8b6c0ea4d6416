//! Keys, and the tokens signed with them.
//!
//! Tokens are assembled here from header, claims and signature. `jsonwebtoken` reads and verifies
//! what comes back, but does not sign: its `encode` takes the key as bytes and parses it at every
//! call, which halves the logins a second, and its pluggable providers are one for the whole
//! process, which belongs to the test that uses this library.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{self, KeyPair as _};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, Jwk, KeyAlgorithm, PublicKeyUse, RSAKeyParameters,
    RSAKeyType, ThumbprintHash,
};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The key that everybody has; see `keys/README.md`.
const SHIPPED_KEY: &[u8] = include_bytes!("../keys/shipped-rsa-2048.der");

/// The one algorithm of ID tokens.
pub(crate) const ALGORITHM: Algorithm = Algorithm::RS256;

/// An RSA key, parsed once, with its public half as a JWK.
pub(crate) struct SigningKey {
    pair: KeyPair,
    jwk: Jwk,
    /// The first part of every token.
    header: String,
    verification: DecodingKey,
}

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is no RSA private key in PEM.
    #[error("is no RSA private key in PEM (PKCS#8 or PKCS#1): {0}")]
    NotAnRsaKey(String),
    /// The key is too short or too long, or its parts do not fit together.
    #[error("cannot be used for signing (RSA keys have 2048 to 8192 bits): {0}")]
    Unusable(String),
}

impl SigningKey {
    /// The shipped key. Parsed by the first who asks in this process.
    pub(crate) fn shipped() -> Arc<Self> {
        static SHIPPED: LazyLock<Arc<SigningKey>> = LazyLock::new(|| {
            Arc::new(SigningKey::from_pkcs8(SHIPPED_KEY).expect("the shipped key is sound"))
        });
        Arc::clone(&SHIPPED)
    }

    /// Reads a key that the user brings.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let key = rsa::PrivateKey::from_pkcs8_pem(pem)
            .or_else(|not_pkcs8| rsa::PrivateKey::from_pkcs1_pem(pem).map_err(|_| not_pkcs8))
            .map_err(|error| KeyError::NotAnRsaKey(error.to_string()))?;
        let der = key.to_pkcs8_der().map_err(|error| KeyError::Unusable(error.to_string()))?;
        Self::from_pkcs8(der.as_bytes())
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair =
            KeyPair::from_pkcs8(der).map_err(|error| KeyError::Unusable(error.to_string()))?;
        let public = pair.public_key();
        let number = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = Jwk {
            common: CommonParameters {
                public_key_use: Some(PublicKeyUse::Signature),
                key_algorithm: Some(KeyAlgorithm::RS256),
                ..CommonParameters::default()
            },
            algorithm: AlgorithmParameters::RSA(RSAKeyParameters {
                key_type: RSAKeyType::RSA,
                n: number(public.modulus().big_endian_without_leading_zero()),
                e: number(public.exponent().big_endian_without_leading_zero()),
            }),
        };
        let unusable = |error: jsonwebtoken::errors::Error| KeyError::Unusable(error.to_string());
        // The thumbprint (RFC 7638) as `kid`: another key never comes under a known name.
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(unusable)?;
        jwk.common.key_id = Some(kid.clone());
        let header = json(&Header { kid: Some(kid), ..Header::new(ALGORITHM) });
        let header = BASE64_URL_SAFE_NO_PAD.encode(header);
        let verification = DecodingKey::from_jwk(&jwk).map_err(unusable)?;
        Ok(Self { pair, jwk, header, verification })
    }

    /// The public half, as it stands in the JWKS.
    pub(crate) fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// Signs claims: a JWS in compact serialisation
    /// ([RFC 7515, section 3.1](https://www.rfc-editor.org/rfc/rfc7515#section-3.1)).
    pub(crate) fn sign(&self, claims: &impl Serialize) -> String {
        self.sign_under(&self.header, claims)
    }

    /// Signs claims as a token of another type than `JWT`, such as `logout+jwt`.
    pub(crate) fn sign_typed(&self, typ: &str, claims: &impl Serialize) -> String {
        let header = Header {
            typ: Some(typ.to_owned()),
            kid: self.jwk.common.key_id.clone(),
            ..Header::new(ALGORITHM)
        };
        self.sign_under(&BASE64_URL_SAFE_NO_PAD.encode(json(&header)), claims)
    }

    fn sign_under(&self, header: &str, claims: &impl Serialize) -> String {
        let mut token = String::with_capacity(2048);
        token.push_str(header);
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(json(claims), &mut token);
        let signature = self.signature(token.as_bytes());
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
        token
    }

    /// The signature over any bytes.
    pub(crate) fn signature(&self, signed: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), signed, &mut signature)
            .expect("a key that was accepted signs any message");
        signature
    }

    /// Reads claims that this key signed, for whom and until when ever they were meant.
    pub(crate) fn verify<T: DeserializeOwned>(
        &self,
        token: &str,
    ) -> Result<T, jsonwebtoken::errors::Error> {
        let mut validation = Validation::new(ALGORITHM);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        Ok(jsonwebtoken::decode::<T>(token, &self.verification, &validation)?.claims)
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut json = Vec::with_capacity(1024);
    serde_json::to_writer(&mut json, value).expect("headers and claims are plain JSON");
    json
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({:?})", self.jwk.common.key_id)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_signed_verifies_and_what_is_altered_does_not() {
        let key = SigningKey::shipped();
        let token = key.sign(&json!({"sub": "alice"}));
        assert_eq!(key.verify::<Value>(&token).unwrap(), json!({"sub": "alice"}));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        assert!(key.verify::<Value>(&format!("{signed}A.{signature}")).is_err());
    }

    #[test]
    fn a_key_in_either_pem_form_is_the_same_key() {
        let key = rsa::PrivateKey::from_pkcs8_der(SHIPPED_KEY).unwrap();
        let pkcs8 = key.to_pkcs8_pem(rsa::pkcs8::LineEnding::LF).unwrap();
        let pkcs1 = rsa::pkcs1::EncodeRsaPrivateKey::to_pkcs1_pem(&key, rsa::pkcs8::LineEnding::LF);
        let kid = |pem: &str| SigningKey::from_pem(pem).unwrap().jwk.common.key_id;
        assert_eq!(kid(&pkcs8), SigningKey::shipped().jwk.common.key_id);
        assert_eq!(kid(&pkcs1.unwrap()), SigningKey::shipped().jwk.common.key_id);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert!(matches!(SigningKey::from_pem("nonsense"), Err(KeyError::NotAnRsaKey(_))));
    }
}
