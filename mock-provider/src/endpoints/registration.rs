//! `POST /register`
//! ([OpenID Connect Dynamic Client Registration 1.0, section 3](https://openid.net/specs/openid-connect-registration-1_0.html#ClientRegistration)).

use axum::http::StatusCode;
use serde_json::json;

use crate::exchange::reply::{Note, Reply};
use crate::exchange::request::Request;
use crate::issuer::issuer::Issuer;
use crate::issuer::registration::{RegistrationRejection, information};
use crate::protocol::error_description::description_characters;

pub(crate) fn post(issuer: &Issuer, request: &Request) -> Reply {
    let metadata = request.document.as_ref().map_err(RegistrationRejection::metadata);
    match metadata.and_then(|metadata| issuer.register(metadata)) {
        Ok(client) => {
            let uris: Vec<_> = client.redirect_uris.iter().map(|uri| uri.as_str()).collect();
            let summary = format!("{} registered for {}", client.display_name(), uris.join(" "));
            Reply::json(&information(&client, issuer.clock.seconds()))
                .status(StatusCode::CREATED)
                .no_store()
                .note(Note::new(summary).client(&client.id))
        }
        Err(RegistrationRejection { code, reason }) => {
            let document = json!({
                "error": code.as_str(),
                "error_description": description_characters(&reason),
            });
            Reply::json(&document)
                .status(StatusCode::BAD_REQUEST)
                .no_store()
                .note(Note::refused(code.as_str(), reason))
        }
    }
}
