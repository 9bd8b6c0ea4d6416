//! `GET /health`: whether the provider is up, for probes and start scripts.

use serde_json::json;

use crate::exchange::reply::{Note, Reply};
use crate::exchange::request::Request;
use crate::issuer::issuer::Issuer;

pub(crate) fn get(issuer: &Issuer, _: &Request) -> Reply {
    let health = json!({"status": "ok", "issuer": issuer.url});
    Reply::json(&health).no_store().note(Note::new("healthy"))
}
