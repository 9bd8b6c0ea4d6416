//! A login from end to end: to the provider, and back with a user.

use std::sync::Arc;

use serde_json::{Map, Value};
use url::Url;

use super::error::LoginError;
use super::policy;
use crate::app::App;
use crate::oidc::authorization::{self, Prompt};
use crate::oidc::callback::{AuthorizationResponse, CallbackError};
use crate::oidc::id_token::{self, Expectations, IdTokenError, Occasion};
use crate::oidc::pending_login::PendingLogin;
use crate::oidc::provider::Provider;
use crate::oidc::refetches::Caller;
use crate::oidc::token::{self, TokenError};
use crate::oidc::userinfo;
use crate::session::user::User;
use crate::session::user_session::NewSession;

/// A login that passed every check.
#[derive(Debug)]
pub(crate) struct SignIn {
    pub(crate) session: NewSession,
    /// The page that the user wanted to see.
    pub(crate) return_to: String,
}

/// A login that failed a check.
#[derive(Debug)]
pub(crate) struct FailedSignIn {
    pub(crate) error: LoginError,
    /// The page that the user wanted to see, when the login is known.
    pub(crate) return_to: Option<String>,
}

/// Begins a login at `provider` for the browser with the login cookie `browser`. Returns the URL to
/// send it to.
///
/// # Errors
///
/// When the provider cannot be used.
pub(crate) async fn begin(
    app: &App,
    provider: &Provider,
    browser: &str,
    return_to: String,
    prompt: Option<Prompt>,
) -> Result<Url, LoginError> {
    let snapshot = provider.current().await?;
    let (state, login) = app.pending_logins.begin(&provider.name, browser, return_to);
    Ok(authorization::request_url(provider, &snapshot, &state, &login, prompt))
}

/// Completes a login with the query that arrived at the redirect URI of `provider`.
///
/// # Errors
///
/// The first check that fails.
pub(crate) async fn complete(
    app: &App,
    provider: &Arc<Provider>,
    query: &str,
    browser: Option<&str>,
) -> Result<SignIn, FailedSignIn> {
    let (response, login) = match find_login(app, query, browser) {
        Ok(found) => found,
        Err(error) => {
            return Err(FailedSignIn { error: error.into(), return_to: None });
        }
    };
    redeem(app, provider, &response, &login)
        .await
        .map_err(|error| FailedSignIn { error, return_to: Some(login.return_to) })
}

/// The response, and the pending login that it belongs to, which is removed.
fn find_login(
    app: &App,
    query: &str,
    browser: Option<&str>,
) -> Result<(AuthorizationResponse, PendingLogin), CallbackError> {
    let response = AuthorizationResponse::parse(query)?;
    let found = match &response.state {
        None => Err(CallbackError::NoState),
        Some(state) => app.pending_logins.take(state, browser).map_err(CallbackError::State),
    };
    match found {
        Ok(login) => Ok((response, login)),
        Err(error) => Err(response.without_login(error)),
    }
}

/// Exchanges the response for an authenticated user.
async fn redeem(
    app: &App,
    provider: &Arc<Provider>,
    response: &AuthorizationResponse,
    login: &PendingLogin,
) -> Result<SignIn, LoginError> {
    // Before the code leaves the app: it must not be sent to another provider.
    if login.provider != provider.name {
        return Err(CallbackError::OtherProvider {
            found: provider.name.clone(),
            expected: login.provider.clone(),
        }
        .into());
    }
    let snapshot = provider.current().await?;
    let metadata = &snapshot.metadata;
    response.check_issuer(metadata)?;
    response.check_refusal()?;
    let code = response.check_code()?;

    let tokens = token::redeem(provider, &snapshot, code, &login.code_verifier).await?;
    let id_token = tokens.id_token.ok_or(TokenError::Missing("id_token"))?;
    let signed =
        provider.open(&snapshot, id_token.reveal(), id_token::TYPES, Caller::Provider).await;
    let claims = id_token::verify(
        signed.map_err(IdTokenError::Jwt)?,
        &Expectations {
            issuer: &metadata.issuer,
            client_id: &snapshot.registration.id,
            access_token: tokens.access_token.reveal(),
            occasion: Occasion::Login { nonce: &login.nonce, max_age: provider.settings.max_age },
            now: provider.now(),
        },
    )?;
    let userinfo = match &metadata.endpoints.userinfo_endpoint {
        Some(endpoint) => {
            userinfo::claims(provider, endpoint, &tokens.access_token, &claims.subject).await?
        }
        None => Map::<String, Value>::new(),
    };
    let offline = provider.client.requests_offline_access();
    let session = NewSession {
        provider: Arc::clone(provider),
        user: User::new(&claims.subject, &claims.all, userinfo),
        id_token,
        claims,
        access_token_lifetime: tokens.lifetime,
        refresh_token: tokens.refresh_token.filter(|_| offline),
        allowed_by_policy: policy::allows(&app.config, &tokens.access_token).await,
    };
    Ok(SignIn { session, return_to: login.return_to.clone() })
}
