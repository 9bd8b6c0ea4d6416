//! `/control/issuers/{issuer}/tokens`: revoking codes and tokens.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::error::Problem;
use super::target::Target;

/// Which codes and tokens to revoke; all by default.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Revocation {
    /// Only those of this client.
    client: Option<String>,
    /// Only those about the user with this subject.
    user: Option<String>,
    /// Only those of this login.
    flow: Option<String>,
}

/// The result of a revocation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Revoked {
    /// The number of logins that had a code or a token.
    logins: usize,
}

/// Revokes all codes and tokens of the chosen logins.
#[utoipa::path(
    post,
    path = "/issuers/{issuer}/tokens/revoke",
    tag = "tokens",
    params(("issuer" = String, Path, description = "The issuer")),
    request_body = Revocation,
    responses(
        (status = 200, description = "The codes and tokens are revoked", body = Revoked),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 422, description = "A value is invalid", body = Problem),
    )
)]
pub(crate) async fn revoke(
    Target(tenant): Target,
    Body(Revocation { client, user, flow }): Body<Revocation>,
) -> Json<Revoked> {
    let is = |wanted: &Option<String>, found: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == found)
    };
    let now = tenant.issuer.clock.seconds();
    let logins = tenant.issuer.grants().revoke(now, |grant| {
        is(&client, &grant.client_id) && is(&user, &grant.user.subject) && is(&flow, &grant.flow)
    });
    Json(Revoked { logins })
}
