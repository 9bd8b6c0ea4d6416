//! Access to the pages.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::app::App;
use crate::flows::refresh;
use crate::session::cookie;
use crate::session::ended::Ended;
use crate::session::user::User;
use crate::session::user_session::Session;

/// The user behind a request.
#[derive(Debug)]
pub(crate) enum Visitor {
    /// Not signed in.
    Anonymous,
    /// Signed in until this request.
    Ended(Ended),
    /// Signed in, but without access to the pages.
    Denied(Arc<Session>),
    /// Signed in, with access to the pages.
    Admitted(Arc<Session>),
}

/// A visitor whose session has been refreshed if necessary: for the pages that show the user's
/// data, unlike those that sign in and out.
#[derive(Debug)]
pub(crate) struct Renewed(pub(crate) Visitor);

impl Visitor {
    /// The session, with or without access.
    pub(crate) fn session(&self) -> Option<&Arc<Session>> {
        match self {
            Self::Anonymous | Self::Ended(_) => None,
            Self::Denied(session) | Self::Admitted(session) => Some(session),
        }
    }
}

/// Whether the user is in any of the required groups, or no group is required.
///
/// Names are compared exactly, without folding of case or of similar characters.
pub(crate) fn is_member(user: &User, required: &BTreeSet<String>) -> bool {
    required.is_empty() || user.groups.iter().any(|group| required.contains(group))
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<App>,
    ) -> Result<Self, Self::Rejection> {
        let id = cookie::session(&parts.headers, &app.config);
        let session = id.and_then(|id| app.sessions.find(&id));
        Ok(session.map_or(Self::Anonymous, |session| with(app, session)))
    }
}

impl FromRequestParts<Arc<App>> for Renewed {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<App>,
    ) -> Result<Self, Self::Rejection> {
        let id = cookie::session(&parts.headers, &app.config);
        let found = id.and_then(|id| Some((app.sessions.find(&id)?, id)));
        let Some((session, id)) = found else { return Ok(Self(Visitor::Anonymous)) };
        Ok(Self(match refresh::renewed(app, &id, session).await {
            Ok(session) => with(app, session),
            Err(ended) => Visitor::Ended(ended),
        }))
    }
}

/// The visitor with this session.
fn with(app: &App, session: Arc<Session>) -> Visitor {
    if is_member(&session.user, &app.config.required_groups) && session.allowed_by_policy {
        Visitor::Admitted(session)
    } else {
        Visitor::Denied(session)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn is_admitted(groups: serde_json::Value, required: &[&str]) -> bool {
        let claims = json!({ "groups": groups });
        let user = User::new("alice", claims.as_object().unwrap(), Map::new());
        let required = required.iter().map(|group| (*group).to_owned()).collect();
        is_member(&user, &required)
    }

    #[test]
    fn any_required_group_admits() {
        assert!(is_admitted(json!(["staff", "admins"]), &["admins", "auditors"]));
        assert!(is_admitted(json!("admins"), &["admins"]));
        assert!(is_admitted(json!([]), &[]));
    }

    #[test]
    fn no_other_group_admits() {
        for groups in [
            json!([]),
            json!(null),
            json!(["staff"]),
            json!(["ADMINS"]),
            json!(["admins,users"]),
            json!("users admins"),
            json!("*"),
            json!([["admins"]]),
        ] {
            assert!(!is_admitted(groups.clone(), &["admins"]), "{groups}");
        }
    }
}
