//! ID tokens with a `kid` that names no key, or with other members that do not belong in a header.

use serde_json::{Value, json};

use super::brought_key::{attacker, key_set_address};
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::Token;
use crate::jose::algorithm::Algorithm;

/// Names a key that is not in any key set.
pub(crate) fn unknown(token: &mut Token, fault: &Fault<'_>) {
    let attacker = attacker();
    if fault.is("signer", "unpublished") {
        token.sign_by(&attacker);
    }
    token.header.insert("kid".to_owned(), json!(attacker.kid));
}

/// Sets `kid` to a value that a careless verifier looks up unescaped.
pub(crate) fn inject(token: &mut Token, fault: &Fault<'_>) {
    let attacker = attacker();
    let by_hmac = |token: &mut Token, key: &[u8], description| {
        token.authenticate(Algorithm::HS256, key.to_owned(), description);
    };
    let value = fault.value("value");
    match value.as_str() {
        "path-traversal" => by_hmac(token, b"", "HMAC keyed with the content of an empty file"),
        "sql" => by_hmac(token, b"selected", "HMAC keyed with the word that the query selects"),
        _ => token.sign_by(&attacker),
    }
    let kid = match value.as_str() {
        "path-traversal" => json!("../../../../../../../../dev/null"),
        "sql" => json!("' UNION SELECT 'selected' -- "),
        "jwk-json" => json!(Value::from(attacker.jwk()).to_string()),
        "64kB" => json!("k".repeat(64 * 1024)),
        "number" => json!(1),
        "null" => Value::Null,
        _ => json!(key_set_address(fault, "untrusted")),
    };
    token.header.insert("kid".to_owned(), kid);
}

/// Demands unknown extensions, or malforms `crit`.
pub(crate) fn demand(token: &mut Token, fault: &Fault<'_>) {
    let mut insert = |name: &str, value: Value| token.header.insert(name.to_owned(), value);
    match fault.value("crit").as_str() {
        "b64-false" => {
            insert("b64", json!(false));
            insert("crit", json!(["b64"]));
        }
        "empty-list" => drop(insert("crit", json!([]))),
        "not-an-array" => drop(insert("crit", json!("typ"))),
        _ => {
            insert("https://unknown.example/extension", json!(true));
            insert("crit", json!(["https://unknown.example/extension"]));
        }
    }
}

/// Repeats a claim in the header, with another value.
pub(crate) fn replicate(token: &mut Token, fault: &Fault<'_>) {
    let claim = fault.value("claims");
    let value = match claim.as_str() {
        "iss" => fault.other_issuer(),
        "aud" => fault.other_client(),
        _ => fault.victim().subject.clone(),
    };
    token.header.insert(claim, json!(value));
}
