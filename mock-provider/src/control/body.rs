//! The JSON that a request brings.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refused::Refused;
use crate::config::read_members;

/// No user or client comes near this many bytes.
const MOST: usize = 1024 * 1024;

/// A body that was read. What is wrong with one is told by key and value.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        let bytes = to_bytes(request.into_body(), MOST).await.map_err(|_| {
            let reason = format!("the body has more than {MOST} bytes, or was not received");
            Refused::new(StatusCode::PAYLOAD_TOO_LARGE, reason)
        })?;
        read(&bytes).map(Self).map_err(Refused::unprocessable)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("the body is no JSON: {error}"))?;
    match value {
        Value::Object(members) => read_members(members),
        _ => Err("the body must be an object".to_owned()),
    }
}
