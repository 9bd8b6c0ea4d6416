//! Valid tokens, signed with a key of the issuer or with a client's secret.

use std::sync::Arc;

use serde::Serialize;

use crate::base::secret::Secret;
use crate::jose::algorithm::{Algorithm, hmac};
use crate::jose::jws::{Header, part, with_signature};
use crate::jose::public_key::Jwk;
use crate::jose::signing_key::SigningKey;

/// A key with the algorithm and the `kid` that it signs with.
#[derive(Debug)]
pub(crate) struct Signer {
    pub(crate) key: Arc<SigningKey>,
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: String,
}

impl Signer {
    pub(crate) fn new(key: Arc<SigningKey>, algorithm: Algorithm, kid: String) -> Self {
        Self { key, algorithm, kid }
    }

    /// The header of a token of type `typ`.
    pub(crate) fn header(&self, typ: &str) -> Header {
        header(self.algorithm, Some(&self.kid), typ)
    }

    /// The JWK in a valid key set.
    pub(crate) fn jwk(&self) -> Jwk {
        self.key.public().published(self.algorithm, &self.kid)
    }

    /// Signs claims: a token of type `typ`, such as `JWT` or `logout+jwt`.
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> String {
        assemble(&self.header(typ), claims, |input| {
            let signature = self.key.signature(self.algorithm, input);
            signature.expect("the key is of the kind that the algorithm needs")
        })
    }
}

/// The members of a valid header.
pub(crate) fn header(algorithm: Algorithm, kid: Option<&str>, typ: &str) -> Header {
    let members = [("typ", Some(typ)), ("alg", Some(algorithm.name())), ("kid", kid)];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
}

fn assemble(
    header: &Header,
    claims: &impl Serialize,
    sign: impl FnOnce(&[u8]) -> Vec<u8>,
) -> String {
    let input = format!("{}.{}", part(header), part(claims));
    let signature = sign(input.as_bytes());
    with_signature(input, &signature)
}

/// Signs claims with a client's secret
/// ([OpenID Connect Core 1.0, section 10.1](https://openid.net/specs/openid-connect-core-1_0.html#Signing)).
pub(crate) fn authenticate(
    algorithm: Algorithm,
    secret: Option<&Secret>,
    typ: &str,
    claims: &impl Serialize,
) -> String {
    // The configuration is checked: a client without a secret cannot be registered for an HMAC.
    let key = secret.map(Secret::expose).unwrap_or_default();
    assemble(&header(algorithm, None, typ), claims, |input| hmac(algorithm, key.as_bytes(), input))
}
