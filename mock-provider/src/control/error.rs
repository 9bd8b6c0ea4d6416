//! Errors of the control API.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::host::registry::{ArmError, IssuerError};

/// A refused request: the status and the reason.
#[derive(Debug)]
pub(crate) struct ControlError {
    status: StatusCode,
    reason: String,
}

/// Why a request was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// The rule that was broken, with the offending key and value.
    error: String,
}

impl ControlError {
    pub(crate) fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }

    /// The requested resource does not exist.
    pub(crate) fn not_found(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, reason)
    }

    /// The request is invalid.
    pub(crate) fn unprocessable(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, reason)
    }
}

impl From<IssuerError> for ControlError {
    fn from(error: IssuerError) -> Self {
        match error {
            IssuerError::Name(_) => Self::unprocessable(error.to_string()),
            _ => Self::not_found(error.to_string()),
        }
    }
}

impl From<ArmError> for ControlError {
    fn from(error: ArmError) -> Self {
        match error {
            ArmError::Issuer(error) => Self::not_found(error.to_string()),
            ArmError::UnknownClient { .. } => Self::unprocessable(error.to_string()),
        }
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        (self.status, Json(Problem { error: self.reason })).into_response()
    }
}
