//! Honest tokens: signed with a key of the issuer, or with a client's secret.

use std::sync::Arc;

use serde::Serialize;

use crate::base::secret::Secret;
use crate::jose::algorithm::{Algorithm, hmac};
use crate::jose::jws::{Header, part, with_signature};
use crate::jose::public_key::Jwk;
use crate::jose::signing_key::SigningKey;

/// A key that signs with one algorithm, under one name.
#[derive(Debug)]
pub(crate) struct Signer {
    pub(crate) key: Arc<SigningKey>,
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: String,
    /// The first part of every token of the type `JWT`.
    header: String,
}

impl Signer {
    pub(crate) fn new(key: Arc<SigningKey>, algorithm: Algorithm, kid: String) -> Self {
        let header = part(&header(algorithm, Some(&kid), "JWT"));
        Self { key, algorithm, kid, header }
    }

    /// The header of a token of that type.
    pub(crate) fn header(&self, typ: &str) -> Header {
        header(self.algorithm, Some(&self.kid), typ)
    }

    /// The JWK of an honest key set.
    pub(crate) fn jwk(&self) -> Jwk {
        self.key.public().published(self.algorithm, &self.kid)
    }

    /// Signs claims: a token of the type `JWT`.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> String {
        self.sign_under(&self.header, claims)
    }

    /// Signs claims: a token of another type, such as `logout+jwt`.
    pub(crate) fn sign_typed(&self, typ: &str, claims: &impl Serialize) -> String {
        self.sign_under(&part(&self.header(typ)), claims)
    }

    fn sign_under(&self, header: &str, claims: &impl Serialize) -> String {
        seal(header, claims, |input| {
            let signature = self.key.signature(self.algorithm, input);
            signature.expect("a key was made for the algorithm that it signs with")
        })
    }
}

/// The members of an honest header.
pub(crate) fn header(algorithm: Algorithm, kid: Option<&str>, typ: &str) -> Header {
    let members = [("typ", Some(typ)), ("alg", Some(algorithm.name())), ("kid", kid)];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
}

fn seal(header: &str, claims: &impl Serialize, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let input = format!("{header}.{}", part(claims));
    let signature = sign(input.as_bytes());
    with_signature(input, &signature)
}

/// Signs with a client's secret
/// ([OpenID Connect Core 1.0, section 10.1](https://openid.net/specs/openid-connect-core-1_0.html#Signing)).
pub(crate) fn authenticate(
    algorithm: Algorithm,
    secret: Option<&Secret>,
    typ: &str,
    claims: &impl Serialize,
) -> String {
    // A client without a secret is not registered for an HMAC: the configuration is checked.
    let key = secret.map(Secret::expose).unwrap_or_default();
    seal(&part(&header(algorithm, None, typ)), claims, |input| {
        hmac(algorithm, key.as_bytes(), input)
    })
}
