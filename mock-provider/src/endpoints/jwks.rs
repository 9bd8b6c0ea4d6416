//! `GET /jwks`: the keys that verify ID tokens
//! ([RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).

use axum::extract::State;

use crate::issuer::Issuer;
use crate::reply::{Note, Reply};

pub(crate) async fn get(State(issuer): State<Issuer>) -> Reply {
    Reply::json(&issuer.keys.jwks()).note(Note::new("keys sent"))
}
