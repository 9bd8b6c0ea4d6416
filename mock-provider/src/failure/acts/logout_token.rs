//! Altered logout tokens, and altered requests that deliver them.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::exchange::notice::{Encoding, LogoutRequest};
use crate::failure::engine::act::Effect;
use crate::failure::engine::delivery::Delayed;
use crate::failure::engine::draft::Draft;
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::{Signature, Token};
use crate::jose::algorithm::{Algorithm, KeyKind};
use crate::jose::signer::Signer;
use crate::jose::signing_key::SigningKey;
use crate::protocol::logout_token::EVENT;
use crate::protocol::parameters::Parameters;

pub(crate) fn break_signature(token: &mut Token, fault: &Fault<'_>) {
    match fault.value("fault").as_str() {
        "alg-none" => token.unsign(),
        "wrong-alg" => sign_with_other_algorithm(token, fault),
        "bad-signature" => token.corrupt_signature(),
        "unpublished-key" => {
            let key = SigningKey::unpublished();
            let kid = key.thumbprint().to_owned();
            token.sign_by(&Arc::new(Signer::new(key, Algorithm::RS256, kid)));
        }
        _ => {
            let Some(signer) = fault.issuer.keys.signer(Algorithm::default()) else { return };
            let public = signer.key.public().spki_pem().into_bytes();
            token.authenticate(Algorithm::HS256, public, "HMAC keyed with the public key");
        }
    }
}

/// Signs validly with an algorithm that the client did not register for.
fn sign_with_other_algorithm(token: &mut Token, fault: &Fault<'_>) {
    let other = |own, one, another| if own == one { another } else { one };
    match token.signature.clone() {
        Signature::By(signer) if signer.algorithm.key_kind() == Some(KeyKind::Rsa) => {
            let algorithm = other(signer.algorithm, Algorithm::RS384, Algorithm::RS256);
            token.sign_by(&Arc::new(Signer::new(
                Arc::clone(&signer.key),
                algorithm,
                signer.kid.clone(),
            )));
        }
        _ => {
            let client = fault.note.client.as_deref().and_then(|id| fault.issuer.client(id));
            let secret = client.and_then(|client| client.secret.clone());
            let secret = secret.map(|secret| secret.expose().as_bytes().to_owned());
            let own = token.header.get("alg").and_then(Value::as_str).and_then(Algorithm::parse);
            let own = own.unwrap_or(Algorithm::HS256);
            let algorithm = other(own, Algorithm::HS512, Algorithm::HS384);
            token.authenticate(
                algorithm,
                secret.unwrap_or_default(),
                "HMAC keyed with the client's secret",
            );
        }
    }
}

pub(crate) fn break_issuer_or_audience(token: &mut Token, fault: &Fault<'_>) {
    let claim = fault.value("claim");
    let value = match fault.value("value").as_str() {
        "absent" => {
            token.claims.shift_remove(&claim);
            return;
        }
        "suffix" => {
            let honest = token.claims.get(&claim).and_then(Value::as_str).unwrap_or_default();
            format!("{honest}.evil.example")
        }
        _ if claim == "iss" => fault.other_issuer(),
        _ => "another-client".to_owned(),
    };
    token.claims.insert(claim, json!(value));
}

pub(crate) fn break_events(token: &mut Token, fault: &Fault<'_>) {
    let events = match fault.value("value").as_str() {
        "absent" => {
            token.claims.shift_remove("events");
            return;
        }
        "other-uri" => json!({"http://schemas.openid.net/event/another": {}}),
        "array" => json!([EVENT]),
        "null" => Value::Null,
        _ => json!({ EVENT: "yes" }),
    };
    token.claims.insert("events".to_owned(), events);
}

pub(crate) fn break_claims(token: &mut Token, fault: &Fault<'_>) {
    let mut remove = |claim: &str| drop(token.claims.shift_remove(claim));
    match fault.value("fault").as_str() {
        "no-exp" => remove("exp"),
        "no-iat" => remove("iat"),
        "no-jti" => remove("jti"),
        "expired" => {
            // Consistent: issued before it expired.
            let now = fault.request.at.as_second();
            token.claims.insert("iat".to_owned(), json!(now - 720));
            token.claims.insert("exp".to_owned(), json!(now - 600));
        }
        _ => {
            remove("sub");
            remove("sid");
        }
    }
}

pub(crate) fn reword(token: &mut Token, fault: &Fault<'_>) {
    let another_session = |token: &mut Token| {
        let honest = token.claims.get("sid").and_then(Value::as_str).unwrap_or_default();
        // Derived from the honest one: as long, and the same in every run.
        let other: String = honest.chars().rev().collect();
        token.claims.insert("sid".to_owned(), json!(other));
    };
    match fault.value("variant").as_str() {
        "unknown-sid" => another_session(token),
        "other-user" => {
            token.claims.insert("sub".to_owned(), json!(fault.another_subject()));
            another_session(token);
        }
        "sub-only" => drop(token.claims.shift_remove("sid")),
        _ => {}
    }
}

/// Reports the end of the same session again, in another token.
pub(crate) fn deliver_again(requests: &mut Vec<LogoutRequest>, fault: &Fault<'_>) {
    let honest = requests.first().and_then(|request| request.parameters.last("logout_token"));
    let token = honest.and_then(|token| Token::read(token, fault.issuer));
    let (Some(mut token), true) = (token, fault.is("variant", "already-logged-out")) else {
        return;
    };
    let jti = token.claims.get("jti").and_then(Value::as_str).unwrap_or_default();
    let other: String = jti.chars().rev().collect();
    token.claims.insert("jti".to_owned(), json!(other));
    requests.extend(token.encode().as_str().map(LogoutRequest::with));
}

/// Turns a logout token into an ID token like that of a refresh.
pub(crate) fn reshape(token: &mut Token, fault: &Fault<'_>) {
    if !fault.is("variant", "id-token") {
        return;
    }
    let issued = fault.request.at.as_second();
    token.header.insert("typ".to_owned(), json!("JWT"));
    token.claims.shift_remove("events");
    token.claims.shift_remove("jti");
    token.claims.insert("exp".to_owned(), json!(issued + 3_600));
    token.claims.insert("auth_time".to_owned(), json!(issued));
}

pub(crate) fn reshape_request(requests: &mut [LogoutRequest], fault: &Fault<'_>) {
    let Some(request) = requests.first_mut() else { return };
    match fault.value("variant").as_str() {
        "get-request" => request.encoding = Encoding::Query,
        "json-body" => request.encoding = Encoding::Json,
        "empty" => request.parameters = Parameters::default(),
        "two-tokens" => {
            let token = request.parameters.last("logout_token").map(str::to_owned);
            request.parameters.push("logout_token", &token.unwrap_or_default());
        }
        _ => {}
    }
}

/// Delivers the logout token of the last session again, now that there is a new session.
pub(crate) fn replay(draft: &Draft, fault: &Fault<'_>) -> Option<Effect> {
    if !fault.redeems_a_code() || !draft.status.is_success() {
        return None;
    }
    let notice = fault.failures.ledger().last_logout(fault.note)?.clone();
    let delay = fault.duration("delay");
    let description =
        format!("the last logout token is delivered again in {} ms", delay.as_millis());
    Effect::deliver(description, Delayed { notice, delay })
}
