//! What a path of the control API names.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use super::refused::Refused;
use crate::host::registry::Registry;
use crate::host::tenant::Tenant;

/// The issuer that the path names: `default`, a name, or `failing%2F` and a failure.
pub(crate) struct Target(pub(crate) Arc<Tenant>);

/// What the path names in the place of an issuer, whether there is one or not.
pub(crate) struct IssuerName(pub(crate) String);

/// What the path names behind the issuer: a subject, a client identifier, a number.
pub(crate) struct Named(pub(crate) String);

impl FromRequestParts<Arc<Registry>> for Target {
    type Rejection = Refused;

    async fn from_request_parts(
        parts: &mut Parts,
        registry: &Arc<Registry>,
    ) -> Result<Self, Refused> {
        let name = parameter(parts, |name| name == "issuer").await?;
        registry.issuer(&name).map(Self).map_err(Refused::not_found)
    }
}

impl FromRequestParts<Arc<Registry>> for IssuerName {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Registry>) -> Result<Self, Refused> {
        parameter(parts, |name| name == "issuer").await.map(Self)
    }
}

impl FromRequestParts<Arc<Registry>> for Named {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Registry>) -> Result<Self, Refused> {
        parameter(parts, |name| name != "issuer").await.map(Self)
    }
}

/// The decoded parameter of the path whose name fits.
async fn parameter(parts: &mut Parts, fits: impl Fn(&str) -> bool) -> Result<String, Refused> {
    let parameters = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(|error| Refused::not_found(error.body_text()))?;
    let value = parameters.iter().find(|(name, _)| fits(name)).map(|(_, value)| value.to_owned());
    Ok(value.unwrap_or_default())
}
