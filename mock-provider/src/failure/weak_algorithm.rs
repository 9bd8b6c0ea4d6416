//! ID tokens that anybody can make: unsigned, or signed with what is no secret between two.

use std::sync::Arc;

use aws_lc_rs::hmac;
use serde_json::json;

use super::fault::Fault;
use super::token::{Made, Signature, Token};

/// Signs as weakly as the metadata offers, or as the failure says.
pub(super) fn downgrade(token: &mut Token, fault: &Fault<'_>) {
    let then = fault.value("then");
    let unsigned = match then.as_str() {
        "advertised" => !fault.is("algs", "HS256"),
        then => then == "id-token-alg-none",
    };
    match unsigned {
        true => {
            token.header.insert("alg".into(), json!("none"));
            token.signature = Signature::Bytes(Vec::new(), "none");
        }
        false => {
            let client = fault.note.client.as_ref().and_then(|id| fault.issuer.client(id));
            let Some(secret) = client.and_then(|client| client.secret.clone()) else { return };
            token.header.insert("alg".into(), json!("HS256"));
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
            let made = move |signed: &[u8]| hmac::sign(&key, signed).as_ref().to_vec();
            token.signature =
                Signature::Made(Made(Arc::new(made)), "HS256 with the client's secret");
        }
    }
    token.header.shift_remove("kid");
}
