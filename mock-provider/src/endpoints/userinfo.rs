//! `GET` and `POST /userinfo`
//! ([OpenID Connect Core 1.0, section 5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)).

use std::fmt::Write as _;

use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::exchange::reply::{Note, Reply};
use crate::exchange::request::Request;
use crate::issuer::grant::{AccessRejection, AccessToken};
use crate::issuer::issuer::Issuer;
use crate::protocol::error_description::description_characters;
use crate::protocol::scope::Scope;
use crate::settings::settings::ClaimsIn;

pub(crate) fn get(issuer: &Issuer, request: &Request) -> Reply {
    match in_header(&request.headers) {
        Ok(token) => userinfo(issuer, token),
        Err(rejection) => reject(&rejection, None),
    }
}

pub(crate) fn post(issuer: &Issuer, request: &Request) -> Reply {
    let in_header = match in_header(&request.headers) {
        Ok(token) => token,
        Err(rejection) => return reject(&rejection, None),
    };
    let in_form = match (&request.form, in_header) {
        (Ok(form), _) => form.get("access_token"),
        // A body of another type holds no token (RFC 6750, section 2.2).
        (Err(_), Some(_)) => Ok(None),
        (Err(reason), None) => {
            let reason = format!("the Authorization header has no access token, and {reason}");
            return reject(&BearerRejection::no_token(reason), None);
        }
    };
    match (in_header, in_form) {
        (_, Err(repeated)) => reject(&BearerRejection::invalid_request(repeated.to_string()), None),
        (Some(_), Ok(Some(_))) => {
            let reason = "the access token must be in the header or in the form, not in both";
            reject(&BearerRejection::invalid_request(reason), None)
        }
        (in_header, Ok(in_form)) => userinfo(issuer, in_header.or(in_form)),
    }
}

/// Why a request is rejected ([RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
struct BearerRejection {
    status: StatusCode,
    /// Absent if the request has no credentials at all.
    error: Option<&'static str>,
    reason: String,
}

impl BearerRejection {
    fn no_token(reason: impl Into<String>) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, error: None, reason: reason.into() }
    }

    fn invalid_request(reason: impl Into<String>) -> Self {
        let status = StatusCode::BAD_REQUEST;
        Self { status, error: Some("invalid_request"), reason: reason.into() }
    }

    fn invalid_token(reason: String) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, error: Some("invalid_token"), reason }
    }

    fn insufficient_scope(scope: &Scope) -> Self {
        let reason = format!("the access token must have scope `openid`, but has `{scope}`");
        Self { status: StatusCode::FORBIDDEN, error: Some("insufficient_scope"), reason }
    }

    /// The `WWW-Authenticate` header.
    fn challenge(&self) -> String {
        let mut challenge = "Bearer realm=\"userinfo\"".to_owned();
        if let Some(error) = self.error {
            let description = description_characters(&self.reason);
            let _ = write!(challenge, ", error=\"{error}\", error_description=\"{description}\"");
        }
        if self.error == Some("insufficient_scope") {
            challenge.push_str(", scope=\"openid\"");
        }
        challenge
    }
}

/// The token in the `Authorization` header (RFC 6750, section 2.1).
fn in_header(headers: &HeaderMap) -> Result<Option<&str>, BearerRejection> {
    let Some(header) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let reason = "the Authorization header must be `Bearer` and a token";
    let header = header.to_str().map_err(|_| BearerRejection::invalid_request(reason))?;
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    match token.trim() {
        // Credentials of another scheme do not count.
        _ if !scheme.eq_ignore_ascii_case("bearer") => Err(BearerRejection::no_token(reason)),
        "" => Err(BearerRejection::invalid_request(reason)),
        token => Ok(Some(token)),
    }
}

fn userinfo(issuer: &Issuer, token: Option<&str>) -> Reply {
    let Some(token) = token else {
        let reason = "an access token must be in the Authorization header or a form";
        return reject(&BearerRejection::no_token(reason), None);
    };
    let found = issuer.grants().access(token, issuer.clock.seconds());
    match found {
        // A token refreshed without `openid` is a plain OAuth token.
        Ok(token) if !token.scope.contains("openid") => {
            reject(&BearerRejection::insufficient_scope(&token.scope), Some(&token))
        }
        Ok(token) => {
            let grant = &token.grant;
            let subject = &grant.user.subject;
            let summary = format!("claims of {subject} sent to {}", grant.client_id);
            let note = Note::new(summary).client(&grant.client_id).user(subject).flow(&grant.flow);
            answer(issuer, &token).no_store().note(note)
        }
        Err(AccessRejection { reason, token }) => {
            reject(&BearerRejection::invalid_token(reason), token.as_ref())
        }
    }
}

/// The answer (OpenID Connect Core 1.0, section 5.3.2).
#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    #[serde(flatten)]
    released: Option<Map<String, Value>>,
}

/// A signed answer, with issuer and audience (section 5.3.2).
#[derive(Serialize)]
struct SignedClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    #[serde(flatten)]
    claims: Claims<'a>,
}

fn answer(issuer: &Issuer, token: &AccessToken) -> Reply {
    let claims = claims(issuer, token);
    let aud = &token.grant.client_id;
    let signed = issuer
        .client(aud)
        .and_then(|client| Some((client.userinfo_signed_response_alg?, client.secret.clone())));
    match signed {
        Some((algorithm, secret)) => {
            let claims = SignedClaims { iss: &issuer.url, aud, claims };
            Reply::jwt(issuer.keys.sign(algorithm, secret.as_ref(), &claims))
        }
        None => Reply::json(&claims),
    }
}

fn claims<'a>(issuer: &Issuer, token: &'a AccessToken) -> Claims<'a> {
    let user = &token.grant.user;
    let here = issuer.settings.claims_in != ClaimsIn::IdToken;
    let released = here.then(|| issuer.released(&issuer.current_user(user), &token.scope));
    Claims { sub: &user.subject, released }
}

fn reject(rejection: &BearerRejection, token: Option<&AccessToken>) -> Reply {
    let mut note = Note::refused(rejection.error.unwrap_or("unauthorized"), &rejection.reason);
    if let Some(AccessToken { grant, .. }) = token {
        note = note.client(&grant.client_id).user(&grant.user.subject).flow(&grant.flow);
    }
    let mut document = Map::new();
    document.extend(rejection.error.map(|error| ("error".to_owned(), json!(error))));
    let description = description_characters(&rejection.reason);
    document.insert("error_description".to_owned(), json!(description));
    Reply::json(&document)
        .status(rejection.status)
        .header(WWW_AUTHENTICATE, &rejection.challenge())
        .no_store()
        .note(note)
}
