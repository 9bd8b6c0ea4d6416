//! A refresh from end to end: how a session goes on when its tokens run out.
//!
//! It happens when a request comes and the tokens are about to expire, or have expired. A
//! session takes one turn at a time, since a provider may take a refresh token that is used
//! twice for stolen, and end everything that came from it
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

/// How long a provider is left alone after a refresh that failed for a passing reason.
const BACK_OFF: Duration = Duration::from_secs(30);

/// The longest that a provider can ask to be left alone.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(60 * 60);

/// Why it gave nothing.
enum Failure {
    Final(Ended),
    Passing { back_off: Duration },
}

/// The session `id`, refreshed if it is time.
///
/// # Errors
///
/// When it is over, or cannot go on at the moment.
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
    // A task of its own: were it given up along with a request whose browser went away, the
    // new refresh token would be lost, and the old one is used up.
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

/// Refreshes the session, unless that happened while this turn was waited for.
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
        Err(Failure::Passing { back_off }) => {
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

/// From the refresh token to new tokens, and what they say about the user.
async fn refresh(session: &Session, grant: &Grant) -> Result<Renewal, Failure> {
    let provider = &session.provider;
    let snapshot = provider.current().await.map_err(|error| {
        tracing::warn!(%error, "no refresh at the moment");
        Failure::Passing { back_off: BACK_OFF }
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

/// Checks a new ID token, which must go on with the first one
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

/// What the provider says about the user by now: groups come and go. `None` when it says
/// nothing, and the user stays who it was.
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
            tracing::warn!(%error, "the session was refreshed with somebody else's token");
            Err(Failure::Final(Ended::FailedCheck))
        }
        Err(error) => {
            tracing::warn!(%error, "the user's claims stay as they were");
            Ok(None)
        }
    }
}

impl From<RefreshError> for Failure {
    fn from(error: RefreshError) -> Self {
        match &error {
            RefreshError::Refused(_) => {
                tracing::info!(%error, "the session is not refreshed any more");
                Self::Final(Ended::Refused)
            }
            RefreshError::Unavailable { retry_after, .. } => {
                tracing::warn!(%error, "no refresh at the moment");
                let asked = retry_after.unwrap_or_default();
                Self::Passing { back_off: asked.clamp(BACK_OFF, LONGEST_BACK_OFF) }
            }
        }
    }
}

impl From<IdTokenError> for Failure {
    fn from(error: IdTokenError) -> Self {
        tracing::warn!(code = error.code(), %error, "refused the ID token of a refresh");
        Self::Final(Ended::FailedCheck)
    }
}
