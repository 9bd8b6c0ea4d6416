//! `/control/issuers/{issuer}/sessions`: the sessions of browsers.

use axum::Json;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::error::{ControlError, Problem};
use super::target::{Named, Target};
use crate::host::tenant;
use crate::issuer::session::Session;

/// A browser's session at the provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionDocument {
    /// The session ID, as in ID tokens.
    sid: String,
    /// The subject of the user.
    user: String,
    /// When the user signed in, in seconds since the epoch.
    auth_time: i64,
    /// The clients that the user signed in to in this session.
    clients: Vec<String>,
}

impl From<Session> for SessionDocument {
    fn from(session: Session) -> Self {
        let user = session.user.subject.clone();
        let clients = session.flows.iter().map(|(id, _)| id.to_owned()).collect();
        Self { sid: session.sid, user, auth_time: session.auth_time, clients }
    }
}

/// Lists the sessions, the latest sign-in last.
#[utoipa::path(
    get,
    path = "/issuers/{issuer}/sessions",
    tag = "sessions",
    params(("issuer" = String, Path, description = "The issuer")),
    responses(
        (status = 200, description = "The sessions", body = Vec<SessionDocument>),
        (status = 404, description = "There is no such issuer", body = Problem),
    )
)]
pub(crate) async fn list(Target(tenant): Target) -> Json<Vec<SessionDocument>> {
    let sessions = tenant.issuer.sessions().all(tenant.issuer.clock.seconds());
    Json(sessions.into_iter().map(SessionDocument::from).collect())
}

/// Ends all sessions: every browser has to sign in again. Tokens stay valid.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}/sessions",
    tag = "sessions",
    params(("issuer" = String, Path, description = "The issuer")),
    responses(
        (status = 204, description = "No session is left"),
        (status = 404, description = "There is no such issuer", body = Problem),
    )
)]
pub(crate) async fn clear(Target(tenant): Target) -> StatusCode {
    *tenant.issuer.sessions() = Default::default();
    StatusCode::NO_CONTENT
}

/// The user to sign out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogOut {
    /// The subject of the user.
    user: String,
}

/// The result of a logout.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoggedOut {
    /// How many sessions ended.
    ended: usize,
}

/// Ends every session of a user, as an administrator or another application would.
///
/// Logout tokens are delivered to the clients that registered for them; each delivery is in the
/// journal when this returns.
#[utoipa::path(
    post,
    path = "/issuers/{issuer}/sessions/log-out",
    tag = "sessions",
    params(("issuer" = String, Path, description = "The issuer")),
    request_body = LogOut,
    responses(
        (status = 200, description = "The user is signed out", body = LoggedOut),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 422, description = "`user` is missing", body = Problem),
    )
)]
pub(crate) async fn log_out(
    Target(tenant): Target,
    Body(LogOut { user }): Body<LogOut>,
) -> Json<LoggedOut> {
    Json(LoggedOut { ended: tenant::log_out(&tenant, &user).await })
}

/// Ends a session: its browser has to sign in again. Tokens stay valid.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}/sessions/{sid}",
    tag = "sessions",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("sid" = String, Path, description = "The session's identifier"),
    ),
    responses(
        (status = 204, description = "The session has ended"),
        (status = 404, description = "There is no such issuer or session", body = Problem),
    )
)]
pub(crate) async fn delete(
    Target(tenant): Target,
    Named(sid): Named,
) -> Result<StatusCode, ControlError> {
    match tenant.issuer.sessions().end(&sid) {
        Some(_) => Ok(StatusCode::NO_CONTENT),
        None => Err(ControlError::not_found(format!("there is no session `{sid}`"))),
    }
}
