//! The key of another issuer of the same provider.

use serde_json::json;

use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::{Signature, Token};

/// Signs with the key of the default issuer, if the failure is about that key.
pub(crate) fn sign(token: &mut Token, fault: &Fault<'_>) {
    let Signature::By(own) = &token.signature else { return };
    if !fault.is("key", "other-op") {
        return;
    }
    if let Some(other) = fault.failures.surroundings.default_keys.signer(own.algorithm) {
        token.header.insert("kid".into(), json!(other.kid));
        token.signature = Signature::By(other);
    }
}
