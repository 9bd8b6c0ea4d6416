//! `/control/issuers/{issuer}/tokens`: codes and tokens that stop being valid.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::refused::Problem;
use super::target::Target;

/// Whose codes and tokens to revoke; all of them where nothing is said.
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

/// What was revoked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Revoked {
    /// For how many logins there was a code or a token.
    logins: usize,
}

/// Revokes codes and tokens: all that belong to the chosen logins.
#[utoipa::path(
    post,
    path = "/issuers/{issuer}/tokens/revoke",
    tag = "tokens",
    params(("issuer" = String, Path, description = "The issuer")),
    request_body = Revocation,
    responses(
        (status = 200, description = "They are revoked", body = Revoked),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 422, description = "A value makes no sense", body = Problem),
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
