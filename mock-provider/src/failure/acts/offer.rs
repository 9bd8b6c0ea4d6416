//! Keys and algorithms that a failure publishes besides the honest ones, so that the intended fault
//! is the only one.

use serde_json::{Value, json};

use crate::base::secret::Secret;
use crate::failure::engine::act::Object;
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::Token;
use crate::jose::algorithm::Algorithm;
use crate::jose::public_key::Jwk;

/// Publishes a key after the honest ones.
pub(crate) fn publish(document: &mut Object, jwk: Jwk) {
    if let Some(Value::Array(keys)) = document.get_mut("keys")
        && !keys.contains(&json!(jwk))
    {
        keys.push(json!(jwk));
    }
}

/// Publishes a key before the honest ones.
pub(crate) fn publish_before(document: &mut Object, jwk: Jwk) {
    if let Some(Value::Array(keys)) = document.get_mut("keys") {
        keys.insert(0, json!(jwk));
    }
}

/// Lists an algorithm in the metadata.
pub(crate) fn advertise(metadata: &mut Object, algorithm: Algorithm) {
    let listed = metadata.get_mut("id_token_signing_alg_values_supported");
    if let Some(Value::Array(algorithms)) = listed
        && !algorithms.contains(&json!(algorithm.name()))
    {
        algorithms.push(json!(algorithm.name()));
    }
}

impl Fault<'_> {
    /// The chosen algorithm, if there is one.
    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        Algorithm::parse(&self.value("alg"))
    }

    /// Lists the chosen algorithm in the metadata.
    pub(crate) fn advertise_chosen(&self, metadata: &mut Object) {
        if let Some(algorithm) = self.algorithm() {
            advertise(metadata, algorithm);
        }
    }

    /// Publishes the key of the chosen algorithm.
    pub(crate) fn publish_chosen(&self, document: &mut Object) {
        self.publish_spare(document, self.algorithm());
    }

    /// Publishes the key of an algorithm that may not be enabled.
    pub(crate) fn publish_spare(&self, document: &mut Object, algorithm: Option<Algorithm>) {
        let signer = algorithm.and_then(|algorithm| self.issuer.keys.spare(algorithm));
        if let Some(signer) = signer {
            publish(document, signer.jwk());
        }
    }

    /// Signs with the chosen algorithm, if there is one.
    pub(crate) fn sign_as_chosen(&self, token: &mut Token) {
        let Some(algorithm) = self.algorithm() else { return };
        match self.issuer.keys.spare(algorithm) {
            Some(signer) => token.sign_by(&signer),
            None => {
                token.authenticate(
                    algorithm,
                    self.client_secret(),
                    "HMAC keyed with the client's secret",
                );
            }
        }
    }

    /// The secret of the client; empty if it has none.
    pub(crate) fn client_secret(&self) -> Vec<u8> {
        let client = self.note.client.as_deref().and_then(|id| self.issuer.client(id));
        let secret =
            client.and_then(|client| client.secret.as_ref().map(Secret::expose).map(str::to_owned));
        secret.unwrap_or_default().into_bytes()
    }
}
