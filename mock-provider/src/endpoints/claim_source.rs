//! `GET /claim-source`: the source of distributed claims
//! ([OpenID Connect Core 1.0, section 5.6.2.2](https://openid.net/specs/openid-connect-core-1_0.html#DistributedExample)).

use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};

use crate::exchange::reply::{Note, Reply};
use crate::exchange::request::Request;
use crate::issuer::issuer::Issuer;

pub(crate) fn get(issuer: &Issuer, request: &Request) -> Reply {
    let header = request.headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    let token = header
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let Some(token) = token else {
        return reject(
            "Bearer realm=\"claim-source\"",
            "the Authorization header must be `Bearer` and a token",
        );
    };
    match issuer.redeem_voucher(token) {
        Ok((voucher, claims)) => {
            let summary = format!("claims of {} fetched by {}", voucher.sub, voucher.client_id);
            let note = Note::new(summary).client(voucher.client_id).user(voucher.sub);
            Reply::jwt(claims).no_store().note(note)
        }
        Err(error) => {
            reject("Bearer realm=\"claim-source\", error=\"invalid_token\"", &error.to_string())
        }
    }
}

fn reject(challenge: &str, reason: &str) -> Reply {
    Reply::text(format!("{reason}\n"))
        .status(StatusCode::UNAUTHORIZED)
        .header(WWW_AUTHENTICATE, challenge)
        .no_store()
        .note(Note::refused("invalid_token", reason))
}
