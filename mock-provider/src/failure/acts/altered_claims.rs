//! Altered claims about the user.

use serde_json::{Value, json};

use crate::base::endpoint::Endpoint;
use crate::failure::engine::act::Object;
use crate::failure::engine::fault::Fault;

/// Sets a claim to a text; a list gets the text as one more element.
pub(crate) fn set_text(claims: &mut Object, claim: &str, text: String) {
    match claims.get_mut(claim) {
        Some(Value::Array(list)) => list.push(json!(text)),
        _ if claim == "groups" => drop(claims.insert(claim.to_owned(), json!([text]))),
        _ => drop(claims.insert(claim.to_owned(), json!(text))),
    }
}

pub(crate) fn foreign(claims: &mut Object, fault: &Fault<'_>) {
    let in_id_token = fault.is("in", "id-token");
    let here = in_id_token == (fault.request.endpoint == Endpoint::Token);
    let claim = fault.value("claim");
    if claim == "email+username+name" {
        for claim in ["email", "preferred_username", "name"].into_iter().filter(|_| here) {
            claims.insert(claim.to_owned(), json!(fault.of_victim(claim)));
        }
        return;
    }
    if here || in_id_token {
        claims.insert("sub".to_owned(), json!(fault.victim().subject));
    }
    if here && claim == "sub+iss" {
        claims.insert("iss".to_owned(), json!(fault.other_issuer()));
    }
}
