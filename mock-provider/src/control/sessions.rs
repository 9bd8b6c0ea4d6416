//! `/control/issuers/{issuer}/sessions`: which browsers are signed in.

use axum::Json;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::refused::{Problem, Refused};
use super::target::{Named, Target};
use crate::host::tenant;
use crate::issuer::session::Session;

/// A browser's session at the provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionDocument {
    /// The identifier, which ID tokens carry.
    sid: String,
    /// The subject of the user.
    user: String,
    /// When the user signed in, in seconds since the epoch.
    auth_time: i64,
    /// The clients that the session served.
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

/// Ends all sessions: every browser is asked again who signs in. Tokens go on.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}/sessions",
    tag = "sessions",
    params(("issuer" = String, Path, description = "The issuer")),
    responses(
        (status = 204, description = "Nobody is signed in"),
        (status = 404, description = "There is no such issuer", body = Problem),
    )
)]
pub(crate) async fn clear(Target(tenant): Target) -> StatusCode {
    *tenant.issuer.sessions() = Default::default();
    StatusCode::NO_CONTENT
}

/// Whom to sign out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogOut {
    /// The subject of the user.
    user: String,
}

/// What a logout came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoggedOut {
    /// How many sessions ended.
    ended: usize,
}

/// Signs a user out everywhere, as an administrator or another application would.
///
/// Logout tokens are delivered to the clients that want them; each delivery stands in the journal
/// when this answers.
#[utoipa::path(
    post,
    path = "/issuers/{issuer}/sessions/log-out",
    tag = "sessions",
    params(("issuer" = String, Path, description = "The issuer")),
    request_body = LogOut,
    responses(
        (status = 200, description = "The user is signed out", body = LoggedOut),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 422, description = "No user is named", body = Problem),
    )
)]
pub(crate) async fn log_out(
    Target(tenant): Target,
    Body(LogOut { user }): Body<LogOut>,
) -> Json<LoggedOut> {
    Json(LoggedOut { ended: tenant::log_out(&tenant, &user).await })
}

/// Ends a session: its browser is asked again who signs in. Tokens go on.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}/sessions/{sid}",
    tag = "sessions",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("sid" = String, Path, description = "The session's identifier"),
    ),
    responses(
        (status = 204, description = "It has ended"),
        (status = 404, description = "There is no such issuer or session", body = Problem),
    )
)]
pub(crate) async fn delete(
    Target(tenant): Target,
    Named(sid): Named,
) -> Result<StatusCode, Refused> {
    match tenant.issuer.sessions().end(&sid) {
        Some(_) => Ok(StatusCode::NO_CONTENT),
        None => Err(Refused::not_found(format!("there is no session `{sid}`"))),
    }
}
