//! `GET` and `POST /userinfo`
//! ([OpenID Connect Core 1.0, section 5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)).

use axum::extract::State;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use crate::config::ClaimsIn;
use crate::grant::AccessToken;
use crate::issuer::Issuer;
use crate::protocol::authorization::description_characters;
use crate::record::Form;
use crate::reply::{Note, Reply};

pub(crate) async fn get(State(issuer): State<Issuer>, headers: HeaderMap) -> Reply {
    userinfo(&issuer, in_header(&headers))
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    headers: HeaderMap,
    Form(form): Form,
) -> Reply {
    let in_header = in_header(&headers);
    // A body of another type has no token in it (RFC 6750, section 2.2).
    let form = form.unwrap_or_default();
    let in_form = match form.get("access_token") {
        Ok(token) => token,
        Err(repeated) => return refuse(invalid_request(repeated.to_string()), None),
    };
    match (in_header, in_form) {
        (Ok(Some(_)), Some(_)) => {
            let reason = "the access token came in the header and in the form: only one is allowed";
            refuse(invalid_request(reason.into()), None)
        }
        (Ok(None), Some(token)) => userinfo(&issuer, Ok(Some(token))),
        (in_header, _) => userinfo(&issuer, in_header),
    }
}

/// A refusal by RFC 6750, section 3.1. Without a token there is no code to tell.
struct Challenge {
    status: StatusCode,
    error: Option<&'static str>,
    reason: String,
}

fn invalid_request(reason: String) -> Challenge {
    Challenge { status: StatusCode::BAD_REQUEST, error: Some("invalid_request"), reason }
}

/// The token in the `Authorization` header (RFC 6750, section 2.1).
fn in_header(headers: &HeaderMap) -> Result<Option<&str>, Challenge> {
    let Some(header) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let token = header.to_str().ok().and_then(|header| {
        let (scheme, token) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    match token {
        Some(token) if !token.is_empty() => Ok(Some(token)),
        _ => Err(invalid_request("the Authorization header is not `Bearer` and a token".into())),
    }
}

fn userinfo(issuer: &Issuer, token: Result<Option<&str>, Challenge>) -> Reply {
    let token = match token {
        Ok(Some(token)) => token,
        Ok(None) => {
            let reason = "no access token came".to_owned();
            let status = StatusCode::UNAUTHORIZED;
            return refuse(Challenge { status, error: None, reason }, None);
        }
        Err(challenge) => return refuse(challenge, None),
    };
    let found = issuer.grants().access(token, issuer.clock.seconds());
    match found {
        Ok(token) => {
            let grant = &token.grant;
            let subject = &grant.user.subject;
            let summary = format!("claims of {subject} sent to {}", grant.client_id);
            let note = Note::new(summary).client(&grant.client_id).user(subject).flow(&grant.flow);
            Reply::json(&claims(issuer, &token)).no_store().note(note)
        }
        Err((reason, token)) => {
            let status = StatusCode::UNAUTHORIZED;
            refuse(Challenge { status, error: Some("invalid_token"), reason }, token)
        }
    }
}

fn claims(issuer: &Issuer, token: &AccessToken) -> Map<String, Value> {
    let user = &token.grant.user;
    let mut claims = Map::from_iter([("sub".to_owned(), json!(user.subject))]);
    if issuer.settings.claims_in != ClaimsIn::IdToken {
        claims.extend(issuer.released_claims(user, &token.scope));
    }
    claims
}

fn refuse(challenge: Challenge, token: Option<AccessToken>) -> Reply {
    let Challenge { status, error, reason } = challenge;
    let mut note = Note::refused(error.unwrap_or("unauthorized"), &reason);
    if let Some(AccessToken { grant, .. }) = token {
        note = note.client(&grant.client_id).user(&grant.user.subject).flow(&grant.flow);
    }
    let description = description_characters(&reason);
    let challenge = match error {
        Some(error) => format!("Bearer error=\"{error}\", error_description=\"{description}\""),
        None => "Bearer".to_owned(),
    };
    let document = json!({
        "error": error.unwrap_or("invalid_request"),
        "error_description": description,
    });
    Reply::json(&document).status(status).header(WWW_AUTHENTICATE, &challenge).no_store().note(note)
}
