//! `/control/issuers`: the issuers of the process, and how to reset them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{NoBody, Nothing};
use super::error::{ControlError, Problem};
use super::target::{IssuerName, Target};
use crate::base::issuer_path::DEFAULT;
use crate::host::registry::Registry;
use crate::issuer::issuer::Issuer;

/// An issuer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Issuer)]
pub(crate) struct IssuerDocument {
    /// The name in paths of this API, where `/` is written `%2F`: `default`, a name, or `failing/`
    /// and a failure.
    name: String,
    /// The issuer identifier, to configure in an application.
    issuer: String,
    /// The base URL of the endpoints that applications call directly.
    backchannel: String,
}

impl IssuerDocument {
    fn of(name: String, issuer: &Issuer) -> Self {
        Self { name, issuer: issuer.url.clone(), backchannel: issuer.back_url.clone() }
    }
}

/// Lists the issuers.
#[utoipa::path(
    get,
    path = "/issuers",
    tag = "issuers",
    responses((status = 200, description = "The default issuer, then the others by name", body = Vec<IssuerDocument>))
)]
pub(crate) async fn list(State(registry): State<Arc<Registry>>) -> Json<Vec<IssuerDocument>> {
    let default = IssuerDocument::of(DEFAULT.to_owned(), &registry.default_tenant().issuer);
    let others = registry.named_others();
    let others = others.into_iter().map(|(name, tenant)| IssuerDocument::of(name, &tenant.issuer));
    Json(std::iter::once(default).chain(others).collect())
}

/// Gets an issuer.
#[utoipa::path(
    get,
    path = "/issuers/{issuer}",
    tag = "issuers",
    params(("issuer" = String, Path, description = "`default`, a name, or `failing%2F` and a failure")),
    responses(
        (status = 200, description = "The issuer", body = IssuerDocument),
        (status = 404, description = "There is no such issuer", body = Problem),
    )
)]
pub(crate) async fn get(
    Target(tenant): Target,
    State(registry): State<Arc<Registry>>,
) -> Json<IssuerDocument> {
    Json(IssuerDocument::of(registry.name_of(&tenant), &tenant.issuer))
}

/// Creates an issuer, unless it exists.
#[utoipa::path(
    put,
    path = "/issuers/{issuer}",
    tag = "issuers",
    params(("issuer" = String, Path, description = "Letters, digits, `-`, `.`, `_` and `~`")),
    request_body = Nothing,
    responses(
        (status = 200, description = "The issuer, with the configured users and clients", body = IssuerDocument),
        (status = 422, description = "The name is invalid", body = Problem),
    )
)]
pub(crate) async fn put(
    State(registry): State<Arc<Registry>>,
    IssuerName(name): IssuerName,
    _: NoBody,
) -> Result<Json<IssuerDocument>, ControlError> {
    let tenant = registry.named(&name)?;
    Ok(Json(IssuerDocument::of(name, &tenant.issuer)))
}

/// Deletes an issuer with its state.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}",
    tag = "issuers",
    params(("issuer" = String, Path, description = "A name, or `failing%2F` and a failure")),
    responses(
        (status = 204, description = "The issuer is deleted"),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 409, description = "The default issuer cannot be deleted", body = Problem),
    )
)]
pub(crate) async fn delete(
    State(registry): State<Arc<Registry>>,
    IssuerName(name): IssuerName,
) -> Result<StatusCode, ControlError> {
    if name == DEFAULT {
        let reason = "the default issuer cannot be deleted, only reset";
        return Err(ControlError::new(StatusCode::CONFLICT, reason));
    }
    if registry.remove(&name) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ControlError::not_found(format!("there is no issuer `{name}`")))
    }
}

/// Resets an issuer.
///
/// Users, clients, keys, clock and failures are as configured again, sessions, codes and tokens are
/// gone, and the journal is empty; its numbers continue. With a seed, codes and tokens repeat from
/// the first.
#[utoipa::path(
    post,
    path = "/issuers/{issuer}/reset",
    tag = "reset",
    params(("issuer" = String, Path, description = "`default`, a name, or `failing%2F` and a failure")),
    request_body = Nothing,
    responses(
        (status = 204, description = "The issuer is reset"),
        (status = 404, description = "There is no such issuer", body = Problem),
    )
)]
pub(crate) async fn reset(Target(tenant): Target, _: NoBody) -> StatusCode {
    tenant.reset();
    StatusCode::NO_CONTENT
}

/// Resets the whole provider.
///
/// The default issuer is reset, and all others are deleted, except that configured ones start anew.
#[utoipa::path(
    post,
    path = "/reset",
    tag = "reset",
    request_body = Nothing,
    responses((status = 204, description = "The provider is reset"))
)]
pub(crate) async fn reset_all(State(registry): State<Arc<Registry>>, _: NoBody) -> StatusCode {
    registry.reset();
    StatusCode::NO_CONTENT
}
