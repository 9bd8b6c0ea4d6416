//! Codes and tokens of another user or client in the response.

use std::sync::Arc;

use crate::failure::engine::fault::{Fault, derived};
use crate::failure::engine::front_channel_draft::AuthorizationDraft;
use crate::failure::engine::ledger::Login;
use crate::failure::engine::token::Token;
use crate::issuer::grant::{AccessToken, Code, Grant};
use crate::issuer::issuer::until;
use crate::issuer::tokens::HashInputs;
use crate::protocol::pkce::CodeChallenge;

/// Replaces the honest code with another one: a copy that `change` alters.
pub(crate) fn replace(
    response: &mut AuthorizationDraft,
    fault: &Fault<'_>,
    value: impl FnOnce(&str) -> String,
    change: impl FnOnce(&mut Code),
) {
    let Some((honest, mut code)) = honest(response, fault) else { return };
    let value = value(&honest);
    change(&mut code);
    let now = fault.issuer.clock.seconds();
    fault.issuer.grants().add_code(value.clone(), code, now);
    response.parameters = response.parameters.with("code", &value);
}

/// Makes a code look as if another user got it in a session of their own: with the nonce and, if
/// `pkce` is checked, the challenge of that session.
pub(crate) fn of_another_user(code: &mut Code, fault: &Fault<'_>, pkce: bool) {
    let mut grant = code.grant.copy();
    grant.user = fault.victim();
    from_elsewhere(code, grant, pkce);
}

/// Makes a code look as if another user's session had answered this very request.
pub(crate) fn of_another_session(code: &mut Code, fault: &Fault<'_>) {
    let mut grant = code.grant.copy();
    grant.user = fault.victim();
    grant.sid = derived(&grant.sid, "session");
    code.grant = Arc::new(grant);
}

/// Makes a code look as if another user got it in the given login.
pub(crate) fn of_another_login(code: &mut Code, fault: &Fault<'_>, login: &Login) {
    let mut grant = code.grant.copy();
    grant.user = fault.victim();
    grant.sid = derived(&grant.sid, "session");
    grant.nonce = login.parameters.last("nonce").map(str::to_owned);
    let challenge = login.parameters.last("code_challenge");
    let method = login.parameters.last("code_challenge_method");
    code.challenge = CodeChallenge::parse(challenge, method).unwrap_or_default();
    code.redirect_uri =
        login.parameters.last("redirect_uri").unwrap_or(&code.redirect_uri).to_owned();
    code.grant = Arc::new(grant);
}

/// Makes a code look as if it was issued to another client for the same user.
pub(crate) fn of_another_client(code: &mut Code, fault: &Fault<'_>, pkce: bool) {
    let mut grant = code.grant.copy();
    grant.client_id = fault.other_client();
    from_elsewhere(code, grant, pkce);
}

fn from_elsewhere(code: &mut Code, mut grant: Grant, pkce: bool) {
    grant.nonce = grant.nonce.map(|nonce| derived(&nonce, "nonce"));
    grant.sid = derived(&grant.sid, "session");
    if pkce && code.challenge.is_some() {
        // It looks like a challenge, but its verifier does not exist.
        let challenge = derived(&grant.sid, "challenge");
        code.challenge = CodeChallenge::parse(Some(&challenge), Some("S256")).unwrap_or_default();
    }
    code.grant = Arc::new(grant);
}

/// Adds a code of another user to the honest one. PKCE would not stop it.
pub(crate) fn add(response: &mut AuthorizationDraft, fault: &Fault<'_>) {
    let mut with_other = response.clone();
    replace(
        &mut with_other,
        fault,
        |honest| derived(honest, "code"),
        |code| of_another_user(code, fault, false),
    );
    if let Some(other) = with_other.parameters.last("code") {
        response.parameters.push("code", other);
    }
}

/// Adds an unsolicited token of another user to the query or the fragment.
pub(crate) fn add_token(response: &mut AuthorizationDraft, fault: &Fault<'_>) {
    let Some((honest, code)) = honest(response, fault) else { return };
    let issuer = fault.issuer;
    let now = issuer.clock.seconds();
    let mut grant = code.grant.copy();
    grant.user = fault.victim();
    let access_token = derived(&honest, "access token");
    let scope = grant.scope.clone();
    let token = match fault.value("token").as_str() {
        "access_token" => {
            let expires = until(now, issuer.settings.access_token_lifetime);
            let token = AccessToken { grant: Arc::new(grant), scope, expires };
            issuer.grants().add_access_token(access_token.clone(), token, now);
            access_token
        }
        _ => {
            let nonce = grant.nonce.as_deref();
            let inputs = HashInputs { access_token: Some(&access_token), code: None };
            let signed = issuer.id_token(&grant, &scope, nonce, &inputs, now);
            if fault.is("signature", "none") { unsigned(&signed, fault) } else { signed }
        }
    };
    let place = if fault.is("where", "fragment") {
        &mut response.fragment
    } else {
        &mut response.parameters
    };
    place.push(&fault.value("token"), &token);
    if fault.is("token", "access_token") {
        // Required with every access token (RFC 6749, section 4.2.2).
        place.push("token_type", "Bearer");
    }
}

fn unsigned(signed: &str, fault: &Fault<'_>) -> String {
    let Some(mut token) = Token::read(signed, fault.issuer) else { return signed.to_owned() };
    token.unsign();
    token.encode().as_str().unwrap_or(signed).to_owned()
}

/// The honest code of a response, and its stored state.
fn honest(response: &AuthorizationDraft, fault: &Fault<'_>) -> Option<(String, Code)> {
    let value = response.parameters.last("code")?;
    let now = fault.issuer.clock.seconds();
    let code = fault.issuer.grants().code(value, now)?.clone();
    Some((value.to_owned(), code))
}
