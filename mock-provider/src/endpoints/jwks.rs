//! `GET /jwks`: the keys that verify ID tokens
//! ([RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).

use crate::exchange::reply::{Note, Reply};
use crate::exchange::request::Request;
use crate::issuer::issuer::Issuer;

pub(crate) fn get(issuer: &Issuer, _: &Request) -> Reply {
    Reply::json(&issuer.keys.jwks()).note(Note::new("keys sent"))
}
