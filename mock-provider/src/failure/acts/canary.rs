//! `/canary`: an address that no honest answer names. A client that visits it followed an address
//! that it should not have followed; the journal records the visit.

use axum::http::StatusCode;

use crate::exchange::reply::{Note, Reply};
use crate::exchange::request::Request;
use crate::failure::acts::brought_key;
use crate::issuer::issuer::Issuer;

/// Returns an empty answer, or the keys that a failure announced at this address.
pub(crate) fn answer(issuer: &Issuer, request: &Request) -> Reply {
    let asked = |name| request.query.as_ref().ok().and_then(|query| query.last(name));
    if let Some(content) = asked("keys") {
        let keys = brought_key::key_set(issuer, content);
        return Reply::json(&keys).no_store().note(Note::new("the canary was visited for keys"));
    }
    if let Some(content) = asked("certificates") {
        let certificates = brought_key::certificates_in_pem(issuer, content);
        let note = Note::new("the canary was visited for certificates");
        return Reply::text(certificates).no_store().note(note);
    }
    let has_parameters = request.form.as_ref().is_ok_and(|form| form.iter().next().is_some());
    let summary = if has_parameters {
        "the canary was visited with parameters"
    } else {
        "the canary was visited"
    };
    Reply::text("").status(StatusCode::NO_CONTENT).no_store().note(Note::new(summary))
}
