//! `/canary`: an address that nobody is ever sent to in earnest. Whoever comes here followed what it
//! should not have followed, and the journal tells.

use axum::http::StatusCode;

use crate::issuer::Issuer;
use crate::reply::{Note, Reply};
use crate::request::Request;

pub(crate) fn answer(_: &Issuer, request: &Request) -> Reply {
    let what = match request.form.as_ref().is_ok_and(|form| form.iter().next().is_some()) {
        true => "the canary was visited, and brought parameters",
        false => "the canary was visited",
    };
    Reply::text("").status(StatusCode::NO_CONTENT).no_store().note(Note::new(what))
}
