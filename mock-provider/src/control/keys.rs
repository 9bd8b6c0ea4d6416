//! `/control/issuers/{issuer}/keys`: the keys that sign, and the published ones.

use axum::Json;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::body::{Body, NoBody, Nothing};
use super::error::{ControlError, Problem};
use super::target::{Named, Target};
use crate::jose::keys::Rotation;
use crate::jose::signing_key::KeyError;

/// How new keys replace those that sign.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRotation {
    rotation: Rotation,
}

/// Gets the published keys: the JWK set at `jwks_uri`.
#[utoipa::path(
    get,
    path = "/issuers/{issuer}/keys",
    tag = "keys",
    params(("issuer" = String, Path, description = "The issuer")),
    responses(
        (status = 200, description = "The published keys", body = Object),
        (status = 404, description = "There is no such issuer", body = Problem),
    )
)]
pub(crate) async fn get(Target(tenant): Target) -> Json<Value> {
    Json(tenant.issuer.keys.jwks())
}

/// Rotates the signing keys.
#[utoipa::path(
    post,
    path = "/issuers/{issuer}/keys/rotate",
    tag = "keys",
    params(("issuer" = String, Path, description = "The issuer")),
    request_body = KeyRotation,
    responses(
        (status = 200, description = "The published keys", body = Object),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 422, description = "There is no such rotation", body = Problem),
    )
)]
pub(crate) async fn rotate(
    Target(tenant): Target,
    Body(KeyRotation { rotation }): Body<KeyRotation>,
) -> Json<Value> {
    tenant.issuer.keys.rotate(rotation);
    Json(tenant.issuer.keys.jwks())
}

/// Publishes every signing key that is not published.
#[utoipa::path(
    post,
    path = "/issuers/{issuer}/keys/publish",
    tag = "keys",
    params(("issuer" = String, Path, description = "The issuer")),
    request_body = Nothing,
    responses(
        (status = 200, description = "The published keys", body = Object),
        (status = 404, description = "There is no such issuer", body = Problem),
    )
)]
pub(crate) async fn publish(Target(tenant): Target, _: NoBody) -> Json<Value> {
    tenant.issuer.keys.publish();
    Json(tenant.issuer.keys.jwks())
}

/// Changes to a key, applied in this order. Omitted ones change nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyChange {
    /// Whether to sign with it, published or not, instead of the current key of its algorithm. It
    /// may be one that was rotated away or withdrawn.
    #[serde(default)]
    sign: bool,
    /// A new `kid` for the key set and for the tokens that the key signs. It need not be unique.
    #[serde(default)]
    name: Option<String>,
}

/// Signs with a key, or renames it.
#[utoipa::path(
    patch,
    path = "/issuers/{issuer}/keys/{kid}",
    tag = "keys",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("kid" = String, Path, description = "The `kid` of the key"),
    ),
    request_body = KeyChange,
    responses(
        (status = 200, description = "The published keys", body = Object),
        (status = 404, description = "There is no such issuer, or it never had such a key", body = Problem),
        (status = 422, description = "A value is invalid", body = Problem),
    )
)]
pub(crate) async fn patch(
    Target(tenant): Target,
    Named(kid): Named,
    Body(KeyChange { sign, name }): Body<KeyChange>,
) -> Result<Json<Value>, ControlError> {
    let unknown = |error: KeyError| ControlError::not_found(error.to_string());
    if sign {
        tenant.issuer.keys.sign_with(&kid).map_err(unknown)?;
    }
    if let Some(name) = name {
        tenant.issuer.keys.rename(&kid, &name).map_err(unknown)?;
    }
    Ok(Json(tenant.issuer.keys.jwks()))
}

/// Withdraws a key from the published ones. A signing key keeps signing.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}/keys/{kid}",
    tag = "keys",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("kid" = String, Path, description = "The `kid` of the key"),
    ),
    responses(
        (status = 204, description = "The key is withdrawn"),
        (status = 404, description = "There is no such issuer, or no such key is published", body = Problem),
    )
)]
pub(crate) async fn withdraw(
    Target(tenant): Target,
    Named(kid): Named,
) -> Result<StatusCode, ControlError> {
    tenant
        .issuer
        .keys
        .withdraw(&kid)
        .map_err(|error| ControlError::not_found(error.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}
