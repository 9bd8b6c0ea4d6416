//! A refresh from end to end, which continues a session when its tokens expire.
//!
//! A request triggers it, when the tokens have expired or are about to. Each session has only one
//! refresh at a time: a provider may consider a refresh token stolen if it is used twice, and revoke
//! everything that was issued with it
//! ([RFC 9700, section 4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)).

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Map;
use tracing::Instrument as _;

use crate::app::App;
use crate::config::Secret;
use crate::oidc::id_token::{self, Expectations, IdTokenError, Occasion, VerifiedClaims};
use crate::oidc::provider::{Provider, Snapshot};
use crate::oidc::refetches::Caller;
use crate::oidc::token::{self, RefreshError, Tokens};
use crate::oidc::userinfo::{self, UserinfoError};
use crate::session::ended::Ended;
use crate::session::grant::Grant;
use crate::session::user::User;
use crate::session::user_session::{Renewal, Session};

/// How long the app waits after a refresh that failed temporarily.
const BACK_OFF: Duration = Duration::from_secs(30);

/// The maximum time that a provider can ask the app to wait.
const MAX_BACK_OFF: Duration = Duration::from_secs(60 * 60);

/// Why a refresh failed.
enum Failure {
    Final(Ended),
    Temporary { back_off: Duration },
}

/// The session `id`, refreshed if a refresh is due.
///
/// # Errors
///
/// When it has ended, or cannot be confirmed at the moment.
pub(crate) async fn renewed(
    app: &Arc<App>,
    id: &str,
    session: Arc<Session>,
) -> Result<Arc<Session>, Ended> {
    let Some(grant) = due_grant(&session, app.config.clock.now()) else {
        return confirmed(app, session);
    };
    let turn = Arc::clone(&grant.turn);
    let (app, id) = (Arc::clone(app), id.to_owned());
    // A separate task, because the request may be cancelled when the browser disconnects. The new
    // refresh token would then be lost, and the old one has been used.
    let task = async move {
        let mut turn = turn.lock().await;
        let outcome = take_turn(&app, &id, *turn).await;
        if let Err(ended @ (Ended::Refused | Ended::FailedCheck)) = outcome {
            *turn = Some(ended);
        }
        outcome
    };
    tokio::spawn(task.in_current_span()).await.unwrap_or(Err(Ended::Unconfirmed))
}

/// Refreshes the session, unless that happened while this request waited for its turn.
async fn take_turn(app: &App, id: &str, ended: Option<Ended>) -> Result<Arc<Session>, Ended> {
    let session = app.sessions.find(id).ok_or(ended.unwrap_or(Ended::SignedOut))?;
    let Some(grant) = due_grant(&session, app.config.clock.now()) else {
        return confirmed(app, session);
    };
    match refresh(&session, grant).await {
        Ok(renewal) => {
            tracing::info!("refreshed");
            app.sessions.renew(id, &session, renewal).ok_or(Ended::SignedOut)
        }
        Err(Failure::Final(ended)) => {
            app.sessions.end(id);
            Err(ended)
        }
        Err(Failure::Temporary { back_off }) => {
            let session = app.sessions.postpone_refresh(id, &session, back_off);
            confirmed(app, session.ok_or(Ended::SignedOut)?)
        }
    }
}

fn due_grant(session: &Session, now: Timestamp) -> Option<&Grant> {
    session.grant.as_ref().filter(|grant| grant.is_due(now))
}

fn confirmed(app: &App, session: Arc<Session>) -> Result<Arc<Session>, Ended> {
    if session.is_confirmed(app.config.clock.now()) { Ok(session) } else { Err(Ended::Unconfirmed) }
}

/// Exchanges the refresh token for new tokens and current claims.
async fn refresh(session: &Session, grant: &Grant) -> Result<Renewal, Failure> {
    let provider = &session.provider;
    let snapshot = provider.current().await.map_err(|error| {
        tracing::warn!(%error, "the refresh failed temporarily");
        Failure::Temporary { back_off: BACK_OFF }
    })?;
    let tokens = token::refresh(provider, &snapshot, &grant.refresh_token).await?;
    let id_token = match &tokens.id_token {
        None => None,
        Some(token) => {
            let claims = verify(session, &snapshot, token, &tokens.access_token).await;
            Some((token.clone(), claims?))
        }
    };
    Ok(Renewal {
        user: user(session, &snapshot, &tokens, id_token.as_ref().map(|(_, claims)| claims))
            .await?,
        access_token_lifetime: tokens.lifetime,
        refresh_token: tokens.refresh_token,
        id_token,
    })
}

/// Checks a new ID token, which must continue the login
/// ([OpenID Connect Core 1.0, section 12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).
async fn verify(
    session: &Session,
    snapshot: &Arc<Snapshot>,
    id_token: &Secret,
    access_token: &Secret,
) -> Result<VerifiedClaims, IdTokenError> {
    let provider: &Provider = &session.provider;
    let signed =
        provider.open(snapshot, id_token.reveal(), id_token::TYPES, Caller::Provider).await?;
    let expected = Expectations {
        issuer: &snapshot.metadata.issuer,
        client_id: &snapshot.registration.id,
        access_token: access_token.reveal(),
        occasion: Occasion::Refresh(&session.login),
        now: provider.now(),
    };
    id_token::verify(signed, &expected)
}

/// The user with current claims, because groups may change. `None` when the provider sends none,
/// and the user stays the same.
async fn user(
    session: &Session,
    snapshot: &Snapshot,
    tokens: &Tokens,
    claims: Option<&VerifiedClaims>,
) -> Result<Option<User>, Failure> {
    let provider: &Provider = &session.provider;
    let subject = &session.login.subject;
    let id_token_claims = claims.map(|claims| &claims.all);
    let Some(endpoint) = &snapshot.metadata.endpoints.userinfo_endpoint else {
        return Ok(id_token_claims.map(|claims| User::new(subject, claims, Map::new())));
    };
    match userinfo::claims(provider, endpoint, &tokens.access_token, subject).await {
        Ok(userinfo) => {
            let id_token_claims = id_token_claims.unwrap_or(&session.id_token_claims);
            Ok(Some(User::new(subject, id_token_claims, userinfo)))
        }
        Err(error @ UserinfoError::Subject { .. }) => {
            tracing::warn!(%error, "userinfo of a refresh is about another user");
            Err(Failure::Final(Ended::FailedCheck))
        }
        Err(error) => {
            tracing::warn!(%error, "cannot update the user's claims");
            Ok(None)
        }
    }
}

impl From<RefreshError> for Failure {
    fn from(error: RefreshError) -> Self {
        match &error {
            RefreshError::Refused(_) => {
                tracing::info!(%error, "the provider refused the refresh");
                Self::Final(Ended::Refused)
            }
            RefreshError::Unavailable { retry_after, .. } => {
                tracing::warn!(%error, "the refresh failed temporarily");
                let asked = retry_after.unwrap_or_default();
                Self::Temporary { back_off: asked.clamp(BACK_OFF, MAX_BACK_OFF) }
            }
        }
    }
}

impl From<IdTokenError> for Failure {
    fn from(error: IdTokenError) -> Self {
        tracing::warn!(code = error.code(), %error, "rejected the ID token of a refresh");
        Self::Final(Ended::FailedCheck)
    }
}
