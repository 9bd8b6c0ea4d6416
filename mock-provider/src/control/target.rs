//! The parameters in paths of the control API.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use super::error::ControlError;
use crate::host::registry::Registry;
use crate::host::tenant::Tenant;

/// The issuer that the path names: `default`, a name, or `failing%2F` and a failure.
pub(crate) struct Target(pub(crate) Arc<Tenant>);

/// The issuer name in the path, whether that issuer exists or not.
pub(crate) struct IssuerName(pub(crate) String);

/// The parameter after the issuer: a subject, a client ID, a number.
pub(crate) struct Named(pub(crate) String);

impl FromRequestParts<Arc<Registry>> for Target {
    type Rejection = ControlError;

    async fn from_request_parts(
        parts: &mut Parts,
        registry: &Arc<Registry>,
    ) -> Result<Self, ControlError> {
        let name = parameter(parts, |name| name == "issuer").await?;
        Ok(Self(registry.issuer(&name)?))
    }
}

impl FromRequestParts<Arc<Registry>> for IssuerName {
    type Rejection = ControlError;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Arc<Registry>,
    ) -> Result<Self, ControlError> {
        parameter(parts, |name| name == "issuer").await.map(Self)
    }
}

impl FromRequestParts<Arc<Registry>> for Named {
    type Rejection = ControlError;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Arc<Registry>,
    ) -> Result<Self, ControlError> {
        parameter(parts, |name| name != "issuer").await.map(Self)
    }
}

/// The decoded path parameter whose name matches.
async fn parameter(parts: &mut Parts, fits: impl Fn(&str) -> bool) -> Result<String, ControlError> {
    let parameters = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(|error| ControlError::not_found(error.body_text()))?;
    let value = parameters.iter().find(|(name, _)| fits(name)).map(|(_, value)| value.to_owned());
    Ok(value.unwrap_or_default())
}
