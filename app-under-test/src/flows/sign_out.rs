//! Logouts that begin at the provider: through the back channel, where the provider calls the app,
//! and through the front channel, where it makes the browser call the app.

use std::sync::Arc;

use crate::app::App;
use crate::oidc::logout_token::{self, LogoutToken, LogoutTokenError};
use crate::oidc::provider::Provider;
use crate::oidc::refetches::Caller;
use crate::session::user_session::Session;

/// Ends the sessions that `token` names. There may be none, for example because they have ended
/// already.
///
/// # Errors
///
/// The first check that fails; no session is ended then.
pub(crate) async fn by_logout_token(app: &App, token: &str) -> Result<(), LogoutTokenError> {
    let issuer = logout_token::claimed_issuer(token)?;
    let mut outcome = Err(LogoutTokenError::UnknownIssuer);
    // There are several when the app is registered twice at one provider; `aud` distinguishes them.
    for provider in app.providers.with_issuer(&issuer) {
        outcome = verify(provider, token).await;
        if let Ok(logout) = outcome {
            if !app.used_tokens.is_first_use(&provider.name, &logout.id, logout.expires) {
                return Err(LogoutTokenError::Replayed);
            }
            let ended = app.sessions.end_where(|session| matches(&logout, provider, session));
            tracing::info!(provider = provider.name, ended, "signed out through the back channel");
            return Ok(());
        }
    }
    outcome.map(|_| ())
}

/// Ends the session that the provider `issuer` calls `session_id`, if there is one
/// ([OpenID Connect Front-Channel Logout 1.0, section 2](https://openid.net/specs/openid-connect-frontchannel-1_0.html#RPLogout)).
///
/// The request is not signed. But only the provider, the user and the app know both values, so a
/// request with both of them is accepted as the provider's.
pub(crate) fn by_session_id(app: &App, issuer: &str, session_id: &str) {
    let ended = app.sessions.end_by_name(issuer, session_id);
    tracing::info!(ended, "signed out through the front channel");
}

async fn verify(provider: &Arc<Provider>, token: &str) -> Result<LogoutToken, LogoutTokenError> {
    let snapshot = provider.current().await;
    let snapshot = snapshot.map_err(LogoutTokenError::NoKeys)?;
    let signed =
        provider.open(&snapshot, token, logout_token::TYPES, Caller::Unauthenticated).await?;
    let issuer = &snapshot.metadata.issuer;
    logout_token::verify(signed, issuer, &snapshot.registration.id, provider.now())
}

/// Whether the logout applies to this session
/// ([OpenID Connect Back-Channel Logout 1.0, section 2.7](https://openid.net/specs/openid-connect-backchannel-1_0.html#BCActions)).
fn matches(logout: &LogoutToken, provider: &Arc<Provider>, session: &Session) -> bool {
    let login = &session.login;
    let is_subject = logout.subject.as_ref().map(|subject| *subject == login.subject);
    let is_session = match (&logout.session_id, login.session_id()) {
        (Some(ended), Some(own)) => ended == own,
        // The app does not know the provider's name for this session, so this may be the named one.
        (Some(_), None) => is_subject == Some(true),
        (None, _) => true,
    };
    Arc::ptr_eq(&session.provider, provider) && is_subject != Some(false) && is_session
}
