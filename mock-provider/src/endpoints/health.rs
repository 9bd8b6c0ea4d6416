//! `GET /health`: whether the provider answers, for probes and start scripts.

use axum::extract::State;
use serde_json::json;

use crate::issuer::Issuer;
use crate::reply::{Note, Reply};

pub(crate) async fn get(State(issuer): State<Issuer>) -> Reply {
    let health = json!({"status": "ok", "issuer": issuer.url});
    Reply::json(&health).no_store().note(Note::new("healthy"))
}
