//! `/control/issuers/{issuer}/keys`: which keys sign, and which are published.

use axum::Json;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::body::{Body, NoBody, Nothing};
use super::refused::{Problem, Refused};
use super::target::{Named, Target};
use crate::jose::keys::Rotation;
use crate::jose::signing_key::KeyError;

/// How new keys take the place of those that sign.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRotation {
    rotation: Rotation,
}

/// Tells the published keys, as `jwks_uri` does: a JWK set.
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

/// Signs with new keys from now on.
#[utoipa::path(
    post,
    path = "/issuers/{issuer}/keys/rotate",
    tag = "keys",
    params(("issuer" = String, Path, description = "The issuer")),
    request_body = KeyRotation,
    responses(
        (status = 200, description = "The published keys", body = Object),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 422, description = "There is no such way to rotate", body = Problem),
    )
)]
pub(crate) async fn rotate(
    Target(tenant): Target,
    Body(KeyRotation { rotation }): Body<KeyRotation>,
) -> Json<Value> {
    tenant.issuer.keys.rotate(rotation);
    Json(tenant.issuer.keys.jwks())
}

/// Publishes every key that signs and is not published.
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

/// What to do to a key. What is left out stays as it is; the rest happens in this order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyChange {
    /// Signs with it from now on, published or not, in the place of the other key of its algorithm:
    /// with one that was rotated away or withdrawn, for instance.
    #[serde(default)]
    sign: bool,
    /// Another name, which need not be its own alone, in the key set and in the tokens that it
    /// signs.
    #[serde(default)]
    name: Option<String>,
}

/// Signs with a key of the issuer's, or gives it another name.
#[utoipa::path(
    patch,
    path = "/issuers/{issuer}/keys/{kid}",
    tag = "keys",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("kid" = String, Path, description = "The name of the key"),
    ),
    request_body = KeyChange,
    responses(
        (status = 200, description = "The published keys", body = Object),
        (status = 404, description = "There is no such issuer, or never was a key of that name", body = Problem),
        (status = 422, description = "A value makes no sense", body = Problem),
    )
)]
pub(crate) async fn patch(
    Target(tenant): Target,
    Named(kid): Named,
    Body(KeyChange { sign, name }): Body<KeyChange>,
) -> Result<Json<Value>, Refused> {
    let unknown = |error: KeyError| Refused::not_found(error.to_string());
    if sign {
        tenant.issuer.keys.sign_with(&kid).map_err(unknown)?;
    }
    if let Some(name) = name {
        tenant.issuer.keys.rename(&kid, &name).map_err(unknown)?;
    }
    Ok(Json(tenant.issuer.keys.jwks()))
}

/// Takes a key out of the published ones. It goes on signing if it signs.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}/keys/{kid}",
    tag = "keys",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("kid" = String, Path, description = "The name of the key"),
    ),
    responses(
        (status = 204, description = "It is withdrawn"),
        (status = 404, description = "There is no such issuer, or no such key is published", body = Problem),
    )
)]
pub(crate) async fn withdraw(
    Target(tenant): Target,
    Named(kid): Named,
) -> Result<StatusCode, Refused> {
    tenant.issuer.keys.withdraw(&kid).map_err(|error| Refused::not_found(error.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}
