//! `POST /token`
//! ([OpenID Connect Core 1.0, section 3.1.3](https://openid.net/specs/openid-connect-core-1_0.html#TokenEndpoint)).

use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use serde_json::json;

use crate::exchange::reply::{Note, Reply};
use crate::exchange::request::Request;
use crate::issuer::grant::Refused;
use crate::issuer::issuer::Issuer;
use crate::protocol::error_description::description_characters;
use crate::protocol::token::{ErrorCode, TokenError, TokenRequest};

pub(crate) fn post(issuer: &Issuer, request: &Request) -> Reply {
    match redeem(issuer, request) {
        Ok(reply) => reply,
        Err((refused, client)) => refuse(refused, client),
    }
}

/// A refusal, and the client where it is known.
type Refusal = (Refused, Option<String>);

fn redeem(issuer: &Issuer, request: &Request) -> Result<Reply, Refusal> {
    let Request { headers, form, grant_use, .. } = request;
    let unknown = |error: TokenError| (Refused::from(error), None);
    let form = form
        .as_ref()
        .map_err(|reason| TokenError::new(ErrorCode::InvalidRequest, reason))
        .map_err(unknown)?;
    form.check_single().map_err(|repeated| unknown(repeated.into()))?;
    let client = issuer.authenticate(headers, form).map_err(|error| {
        // Unproven, but the journal should say whose login this was.
        let grant = issuer.grants().presented(form, issuer.clock.seconds());
        (Refused { error, grant }, issuer.claimed_client(headers, form))
    })?;

    let known = |refused: Refused| (refused, Some(client.id.clone()));
    let request = TokenRequest::parse(form).map_err(|error| known(error.into()))?;
    let issued = issuer.redeem(&client, &request, *grant_use).map_err(known)?;

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

pub(crate) fn refuse(refused: Refused, client: Option<String>) -> Reply {
    let Refused { error, grant } = refused;
    let code = error.code.as_str();
    let mut note = Note::refused(code, &error.description);
    note.client = client;
    if let Some(grant) = grant {
        note = note.user(&grant.user.subject).flow(&grant.flow);
    }
    let document = json!({
        "error": code,
        "error_description": description_characters(&error.description),
    });
    let reply = Reply::json(&document).no_store().note(note);
    match error.code {
        // With 401 goes the scheme that is wanted (RFC 9110, section 15.5.2).
        ErrorCode::InvalidClient => {
            reply.status(StatusCode::UNAUTHORIZED).header(WWW_AUTHENTICATE, "Basic realm=\"token\"")
        }
        _ => reply.status(StatusCode::BAD_REQUEST),
    }
}
