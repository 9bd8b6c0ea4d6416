//! `POST /token`
//! ([OpenID Connect Core 1.0, section 3.1.3](https://openid.net/specs/openid-connect-core-1_0.html#TokenEndpoint)).

use crate::exchange::reply::{Note, Reply};
use crate::exchange::request::Request;
use crate::issuer::grant::TokenRejection;
use crate::issuer::issuer::Issuer;
use crate::protocol::token::{ErrorCode, TokenError, TokenRequest};

pub(crate) fn post(issuer: &Issuer, request: &Request) -> Reply {
    match redeem(issuer, request) {
        Ok(reply) => reply,
        Err((rejection, client)) => Reply::token_error(rejection, client),
    }
}

/// Why a token request is rejected, and the client where it is known.
type Rejection = (TokenRejection, Option<String>);

fn redeem(issuer: &Issuer, request: &Request) -> Result<Reply, Rejection> {
    let unknown = |error: TokenError| (TokenRejection::from(error), None);
    let form = request.form.as_ref().map_err(|reason| {
        unknown(TokenError::new(ErrorCode::InvalidRequest, reason.to_string()))
    })?;
    form.check_single().map_err(|repeated| unknown(repeated.into()))?;
    let authenticated = request.credentials.as_ref().map_err(TokenError::clone);
    let authenticated = authenticated.and_then(|credentials| issuer.authenticate(credentials));
    let client = authenticated.map_err(|error| {
        // The journal should name the login even if the client is not authenticated.
        let grant = issuer.grants().presented(form, issuer.clock.seconds());
        (TokenRejection { error, grant }, request.claimed_client())
    })?;

    let known = |rejection: TokenRejection| (rejection, Some(client.id.clone()));
    let consumption = request.consumption;
    let request = TokenRequest::parse(form).map_err(|error| known(error.into()))?;
    let issued = issuer.redeem(&client, &request, consumption).map_err(known)?;

    let (grant, response) = (&issued.grant, &issued.response);
    let what = match request {
        TokenRequest::AuthorizationCode { .. } => "code redeemed",
        TokenRequest::RefreshToken { .. } => "tokens refreshed",
    };
    let summary = format!(
        "{what} by {}, tokens sent for {}: {}",
        client.id, grant.user.subject, response.scope
    );
    let note = Note::new(summary).client(&client.id).user(&grant.user.subject).flow(&grant.flow);
    Ok(Reply::json(response).no_store().signed(issued.signed).note(note))
}
