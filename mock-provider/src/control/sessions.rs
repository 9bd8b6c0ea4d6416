//! `/control/issuers/{issuer}/sessions`: which browsers are signed in.

use axum::Json;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::refused::{Problem, Refused};
use super::target::{Named, Target};
use crate::session::Session;

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
        let clients = session.flows.into_keys().collect();
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
pub(crate) async fn list(Target(issuer): Target) -> Json<Vec<SessionDocument>> {
    let sessions = issuer.sessions().all(issuer.clock.seconds());
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
pub(crate) async fn clear(Target(issuer): Target) -> StatusCode {
    *issuer.sessions() = Default::default();
    StatusCode::NO_CONTENT
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
    Target(issuer): Target,
    Named(sid): Named,
) -> Result<StatusCode, Refused> {
    match issuer.sessions().end(&sid) {
        Some(_) => Ok(StatusCode::NO_CONTENT),
        None => Err(Refused::not_found(format!("there is no session `{sid}`"))),
    }
}
