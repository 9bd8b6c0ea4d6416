//! Altered authorization responses.

use axum::http::header::{HeaderValue, LOCATION};

use super::near_miss::other_case;
use super::{markup, stolen_code};
use crate::base::endpoint::Endpoint;
use crate::exchange::reply::{Note, Reply};
use crate::failure::engine::act::Effect;
use crate::failure::engine::draft::RawResponse;
use crate::failure::engine::fault::{Fault, derived};
use crate::failure::engine::front_channel_draft::AuthorizationDraft;
use crate::failure::engine::ledger::Login;
use crate::protocol::authorization::ResponseMode;
use crate::protocol::parameters::Parameters;

/// An error code that no specification defines.
const UNKNOWN_ERROR: &str = "error_that_nobody_defined";

fn has_code(response: &AuthorizationDraft) -> bool {
    response.parameters.last("code").is_some()
}

pub(crate) fn state_mismatch(response: &mut AuthorizationDraft, fault: &Fault<'_>) {
    let Some(state) = response.parameters.last("state").filter(|_| has_code(response)) else {
        return;
    };
    let other = match fault.value("variant").as_str() {
        "missing" => {
            response.parameters = response.parameters.without("state");
            return;
        }
        "empty" => String::new(),
        "case-changed" => other_case(state),
        "truncated" => {
            let mut characters = state.chars();
            characters.next_back();
            characters.as_str().to_owned()
        }
        "previous" => {
            let ledger = fault.failures.ledger();
            let earlier = ledger.logins().filter_map(|login| login.parameters.last("state"));
            match earlier.into_iter().find(|earlier| *earlier != state) {
                Some(earlier) => earlier.to_owned(),
                None => return,
            }
        }
        _ => derived(state, "state"),
    };
    response.parameters = response.parameters.with("state", &other);
}

pub(crate) fn login_csrf(response: &mut AuthorizationDraft, fault: &Fault<'_>) {
    if !has_code(response) || !fault.is("victim", "pending-login") {
        return;
    }
    let value = |honest: &str| derived(honest, "code");
    if fault.is("state", "none") {
        stolen_code::replace(response, fault, value, |code| {
            stolen_code::of_another_user(code, fault, true);
        });
        response.parameters = response.parameters.without("state");
    } else {
        let Some(attack) = unfinished_login(fault) else { return };
        stolen_code::replace(response, fault, value, |code| {
            stolen_code::of_another_login(code, fault, &attack);
        });
        let state = attack.parameters.last("state").unwrap_or_default();
        response.parameters = response.parameters.with("state", state);
    }
    if fault.is("method", "post") {
        response.mode = ResponseMode::FormPost;
    }
}

/// The latest unfinished login of the same client, begun in another browser.
fn unfinished_login(fault: &Fault<'_>) -> Option<Login> {
    let ledger = fault.failures.ledger();
    let mut unfinished = ledger.unfinished(fault.note);
    unfinished.find(|login| login.parameters.last("state").is_some()).cloned()
}

pub(crate) fn iss_mismatch(response: &mut AuthorizationDraft, fault: &Fault<'_>) {
    if fault.is("on", "success") != has_code(response) {
        return;
    }
    let honest = &fault.issuer.url;
    let other = match fault.value("variant").as_str() {
        "missing-but-advertised" => {
            response.parameters = response.parameters.without("iss");
            return;
        }
        "duplicate" => return response.parameters.push("iss", &fault.other_issuer()),
        "suffix" => format!("{honest}.attacker.example"),
        "trailing-slash" => match honest.strip_suffix('/') {
            Some(bare) => bare.to_owned(),
            None => format!("{honest}/"),
        },
        _ => fault.other_issuer(),
    };
    response.parameters = response.parameters.with("iss", &other);
}

pub(crate) fn mixup(fault: &Fault<'_>) -> Option<Effect> {
    let parameters = fault.request.parameters().as_ref().ok()?;
    let reply_to = fault.issuer.validate_client(parameters).ok()?;
    let mut parameters: Parameters = parameters.clone();
    if fault.is("redirect-uris", "distinct") {
        let uris = reply_to.client.redirect_uris.iter().map(|uri| uri.as_str());
        let other =
            uris.filter(|uri| !uri.contains('*')).find(|uri| *uri != reply_to.redirect_uri)?;
        parameters = parameters.with("redirect_uri", other);
    }
    let honest = fault.at_other_issuer(Endpoint::Authorization);
    let description = format!("the browser was redirected to {honest}");
    let note = Note::new(description.clone()).client(&reply_to.client.id);
    Effect::answer(description, move |_| {
        Reply::redirect(&parameters.append_to(format!("{honest}?"))).note(note)
    })
}

pub(crate) fn error(response: &mut AuthorizationDraft, fault: &Fault<'_>) {
    if !has_code(response) {
        return;
    }
    let error = fault.value("error");
    let error = if error == "unknown" { UNKNOWN_ERROR } else { &error };
    let mut refusal = Parameters::from_iter([("error", error)]);
    if fault.is("description", "present") {
        refusal.push("error_description", "an armed failure refuses every user");
    }
    refuse(response, refusal);
    if fault.is("state", "absent") {
        response.parameters = response.parameters.without("state");
    }
}

pub(crate) fn error_markup(response: &mut AuthorizationDraft, fault: &Fault<'_>) {
    if !has_code(response) {
        return;
    }
    let payload = markup::payload(&fault.value("payload"), &fault.canary());
    let refusal = Parameters::from_iter([("error", "access_denied")]);
    refuse(response, refusal);
    response.parameters = response.parameters.with(&fault.value("field"), &payload);
}

/// Replaces the code with a refusal, and keeps the rest of the response.
fn refuse(response: &mut AuthorizationDraft, refusal: Parameters) {
    let mut parameters = refusal;
    let rest = response.parameters.without("code");
    rest.iter().for_each(|(name, value)| parameters.push(name, value));
    response.parameters = parameters;
}

pub(crate) fn malformed(response: &mut AuthorizationDraft, fault: &Fault<'_>) {
    if !has_code(response) {
        return;
    }
    match fault.value("variant").as_str() {
        "no-code-no-error" => response.parameters = response.parameters.without("code"),
        "empty-code" => response.parameters = response.parameters.with("code", ""),
        "two-states" => {
            let state = response.parameters.last("state").unwrap_or_default();
            let other = derived(state, "state");
            response.parameters.push("state", &other);
        }
        "code-and-error" => response.parameters.push("error", "access_denied"),
        _ => stolen_code::add(response, fault),
    }
}

pub(crate) fn unusual(response: &mut AuthorizationDraft, fault: &Fault<'_>) {
    const LENGTH: usize = 2_048;
    match fault.value("variant").as_str() {
        "unknown-params" => {
            response.parameters.push("unknown", "1");
            response.parameters.push("unknown[nested]", "");
        }
        "session_state" => {
            let state = response.parameters.last("code").unwrap_or_default();
            let state =
                format!("{}.{}", derived(state, "session state"), &derived(state, "salt")[..16]);
            response.parameters.push("session_state", &state);
        }
        "code-with-plus-slash-equals" => {
            stolen_code::replace(response, fault, |honest| format!("+/{honest}+/=="), |_| {});
        }
        "code-2kB" => stolen_code::replace(
            response,
            fault,
            |honest| honest.chars().cycle().take(LENGTH).collect(),
            |_| {},
        ),
        "param-order" => {
            let mut pairs: Vec<_> = response.parameters.iter().collect();
            pairs.reverse();
            response.parameters = pairs.into_iter().collect();
        }
        _ => {}
    }
}

pub(crate) fn percent_encode_state(answer: &mut RawResponse, fault: &Fault<'_>) {
    let answers = [Endpoint::Authorization, Endpoint::SignIn].contains(&fault.request.endpoint);
    if !answers || !fault.is("variant", "state-echo-special-chars") {
        return;
    }
    let location = answer.headers.get(LOCATION).and_then(|location| location.to_str().ok());
    let Some((before, rest)) = location.and_then(|location| {
        let at = location.find("&state=").or_else(|| location.find("?state="))?;
        Some(location.split_at(at + "&state=".len()))
    }) else {
        return;
    };
    let end = rest.find(['&', '#']).unwrap_or(rest.len());
    let state = url::form_urlencoded::parse(format!("state={}", &rest[..end]).as_bytes())
        .next()
        .map(|(_, state)| state.into_owned())
        .unwrap_or_default();
    let encoded: String = state.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let location = format!("{before}{encoded}{}", &rest[end..]);
    if let Ok(location) = HeaderValue::from_str(&location) {
        answer.headers.insert(LOCATION, location);
    }
}
