//! Codes, sessions and clocks that change during a login.

use serde_json::{Value, json};

use super::stolen_code;
use crate::failure::engine::act::{Effect, Object};
use crate::failure::engine::draft::Draft;
use crate::failure::engine::fault::{Fault, derived};
use crate::failure::engine::front_channel_draft::AuthorizationDraft;
use crate::failure::engine::token::Token;
use crate::jose::keys::Rotation;

pub(crate) fn expire_code(draft: &Draft, fault: &Fault<'_>) -> Option<Effect> {
    let code = draft.code().filter(|_| fault.is("mode", "code-expired"))?.to_owned();
    Effect::change("the code expired", move |issuer| {
        let now = issuer.clock.seconds();
        if let Some(code) = issuer.grants().code(&code, now) {
            code.expires = now;
        }
    })
}

pub(crate) fn switch_user(response: &mut AuthorizationDraft, fault: &Fault<'_>) {
    let request = fault.authorization_request();
    let prompt = request.last("prompt").unwrap_or_default();
    let asks = |word: &str| prompt.split(' ').any(|own| own == word);
    let applies = match fault.value("how").as_str() {
        "silent-renew" => asks("none"),
        "step-up" => {
            asks("login")
                || request.last("max_age").is_some()
                || request.last("acr_values").is_some()
        }
        _ => true,
    };
    if applies {
        let value = |honest: &str| derived(honest, "code");
        stolen_code::replace(response, fault, value, |code| {
            stolen_code::of_another_session(code, fault);
        });
    }
}

pub(crate) fn skew(token: &mut Token, fault: &Fault<'_>) {
    let offset = fault.offset("offset");
    for name in ["exp", "iat", "nbf", "auth_time"] {
        let shifted = token.claims.get(name).and_then(Value::as_i64).map(|time| time + offset);
        if let Some(shifted) = shifted {
            token.claims.insert(name.to_owned(), json!(shifted));
        }
    }
}

pub(crate) fn forget(fault: &Fault<'_>) -> Option<Effect> {
    if fault.is("keys", "new") {
        Effect::change("sessions, codes and tokens are forgotten, and new keys sign", |issuer| {
            issuer.forget();
            issuer.keys.rotate(Rotation::Replace);
        })
    } else {
        Effect::change("sessions, codes and tokens are forgotten", |issuer| {
            issuer.forget();
        })
    }
}

pub(crate) fn unwanted_user(claims: &mut Object, fault: &Fault<'_>) {
    match fault.value("reason").as_str() {
        "missing-group" => drop(claims.shift_remove("groups")),
        "missing-email" => {
            claims.shift_remove("email");
            claims.shift_remove("email_verified");
        }
        _ => {
            let known = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
            let unknown = format!("unknown-{}", &derived(known, "subject")[..8]);
            for (name, value) in [
                ("sub", unknown.clone()),
                ("preferred_username", unknown.clone()),
                ("email", format!("{unknown}@example.org")),
            ] {
                if let Some(claim) = claims.get_mut(name) {
                    *claim = json!(value);
                }
            }
        }
    }
}
