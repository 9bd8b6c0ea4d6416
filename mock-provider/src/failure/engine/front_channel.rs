//! The ID token of an authorization response, in the hybrid and the implicit flow.

use serde_json::Value;

use crate::failure::engine::fault::Fault;
use crate::failure::engine::front_channel_draft::AuthorizationDraft;
use crate::failure::engine::token::Token;
use crate::protocol::parameters::Parameters;

/// Applies an act to the ID token, if there is one.
pub(crate) fn id_token(
    response: &mut AuthorizationDraft,
    fault: &Fault<'_>,
    act: impl FnOnce(&mut Token),
) {
    let parameters = &response.parameters;
    let id_token = parameters.last("id_token");
    let token = id_token.and_then(|token| Token::read(token, fault.issuer));
    let Some(mut token) = token else { return };
    token.access_token = parameters.last("access_token").map(str::to_owned);
    act(&mut token);
    let Value::String(sent) = token.encode() else { return };
    let altered = parameters.iter().map(|(name, value)| match name {
        "id_token" => (name, sent.as_str()),
        _ => (name, value),
    });
    let altered = Parameters::from_iter(altered);
    response.parameters = altered;
}

/// Applies an act to the ID token if no other one will follow: in the implicit flow.
pub(crate) fn only_id_token(
    response: &mut AuthorizationDraft,
    fault: &Fault<'_>,
    act: impl FnOnce(&mut Token),
) {
    if response.parameters.last("code").is_none() {
        id_token(response, fault, act);
    }
}
