//! JSON request bodies.

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::error::ControlError;
use crate::settings::wording::read_members;

/// The largest body that is read, in bytes: far more than a user or client needs.
const MAX_BODY: usize = 1024 * 1024;

/// A parsed body. Errors name the key and the value.
pub(crate) struct Body<T>(pub(crate) T);

/// The body of a request without parameters: an empty object, or no body.
pub(crate) struct NoBody;

/// An object without members.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl<S: Sync> FromRequest<S> for NoBody {
    type Rejection = ControlError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ControlError> {
        match bytes(request).await? {
            none if none.is_empty() => Ok(Self),
            some => read::<Nothing>(&some).map(|_| Self).map_err(ControlError::unprocessable),
        }
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = ControlError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ControlError> {
        read(&bytes(request).await?).map(Self).map_err(ControlError::unprocessable)
    }
}

async fn bytes(request: Request) -> Result<Bytes, ControlError> {
    to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| {
        let reason = format!("the body has more than {MAX_BODY} bytes, or was not received");
        ControlError::new(StatusCode::PAYLOAD_TOO_LARGE, reason)
    })
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| format!("the body is not valid JSON: {error}"))?;
    match value {
        Value::Object(members) => Ok(read_members(members)?),
        _ => Err("the body must be an object".to_owned()),
    }
}
