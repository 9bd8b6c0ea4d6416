//! The error response of the token endpoint
//! ([RFC 6749, section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).

use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use serde_json::json;

use crate::exchange::reply::{Note, Reply};
use crate::issuer::grant::TokenRejection;
use crate::protocol::error_description::description_characters;
use crate::protocol::token::ErrorCode;

impl Reply {
    /// Rejects a token request, naming the client in the journal if it is known.
    pub(crate) fn token_error(rejection: TokenRejection, client: Option<String>) -> Self {
        let TokenRejection { error, grant } = rejection;
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
        let reply = Self::json(&document).no_store().note(note);
        match error.code {
            // A 401 must name the scheme to use (RFC 9110, section 15.5.2).
            ErrorCode::InvalidClient => reply
                .status(StatusCode::UNAUTHORIZED)
                .header(WWW_AUTHENTICATE, "Basic realm=\"token\""),
            _ => reply.status(StatusCode::BAD_REQUEST),
        }
    }
}
