//! The JSON that a request brings.

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::refused::Refused;
use crate::settings::wording::read_members;

/// No user or client comes near this many bytes.
const MOST: usize = 1024 * 1024;

/// A body that was read. What is wrong with one is told by key and value.
pub(crate) struct Body<T>(pub(crate) T);

/// The body of a request that has nothing to say: an empty object, or none at all.
pub(crate) struct NoBody;

/// An object without members.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl<S: Sync> FromRequest<S> for NoBody {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        match bytes(request).await? {
            none if none.is_empty() => Ok(Self),
            some => read::<Nothing>(&some).map(|_| Self).map_err(Refused::unprocessable),
        }
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        read(&bytes(request).await?).map(Self).map_err(Refused::unprocessable)
    }
}

async fn bytes(request: Request) -> Result<Bytes, Refused> {
    to_bytes(request.into_body(), MOST).await.map_err(|_| {
        let reason = format!("the body has more than {MOST} bytes, or was not received");
        Refused::new(StatusCode::PAYLOAD_TOO_LARGE, reason)
    })
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("the body is no JSON: {error}"))?;
    match value {
        Value::Object(members) => Ok(read_members(members)?),
        _ => Err("the body must be an object".to_owned()),
    }
}
