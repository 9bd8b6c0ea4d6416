//! A login from end to end: out to the provider, and back with a user.

use std::sync::Arc;

use serde_json::{Map, Value};
use url::Url;

use crate::{
    app::App,
    config::Secret,
    error::LoginError,
    oidc::{
        authorization::{self, Prompt},
        callback::{AuthorizationResponse, CallbackError},
        id_token::{self, Expectations, IdTokenError, VerifiedClaims},
        pending_login::PendingLogin,
        provider::Snapshot,
        token::{self, Tokens},
        userinfo,
    },
    policy,
    user::User,
};

/// A login that passed every check.
#[derive(Debug)]
pub(crate) struct SignIn {
    pub(crate) user: User,
    pub(crate) id_token: Secret,
    pub(crate) claims: VerifiedClaims,
    /// Whether the policy service, if there is one, lets the user in.
    pub(crate) allowed_by_policy: bool,
    /// Where the user wanted to go.
    pub(crate) return_to: String,
}

/// A login that did not.
#[derive(Debug)]
pub(crate) struct FailedSignIn {
    pub(crate) error: LoginError,
    /// Where the user wanted to go, when the login is known.
    pub(crate) return_to: Option<String>,
}

/// Begins a login for the browser with the login cookie `browser`, and returns where to send
/// it.
///
/// # Errors
///
/// When the provider cannot be used.
pub(crate) async fn begin(
    app: &App,
    browser: &str,
    return_to: String,
    prompt: Option<Prompt>,
) -> Result<Url, LoginError> {
    let provider = app.provider.current().await?;
    let (state, login) = app.pending_logins.begin(browser, return_to);
    Ok(authorization::request_url(
        &provider.metadata.endpoints.authorization_endpoint,
        &app.config.client,
        &app.config.provider,
        &state,
        &login,
        prompt,
    ))
}

/// Completes a login with what the browser brought back.
///
/// # Errors
///
/// The first check that fails.
pub(crate) async fn complete(
    app: &App,
    query: &str,
    browser: Option<&str>,
) -> Result<SignIn, FailedSignIn> {
    let (response, login) = match find_login(app, query, browser) {
        Ok(found) => found,
        Err(error) => {
            return Err(FailedSignIn { error: error.into(), return_to: None });
        }
    };
    redeem(app, &response, &login)
        .await
        .map_err(|error| FailedSignIn { error, return_to: Some(login.return_to) })
}

/// The response, and the login of this browser that it answers, which is used up by it.
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

/// From the response to a user.
async fn redeem(
    app: &App,
    response: &AuthorizationResponse,
    login: &PendingLogin,
) -> Result<SignIn, LoginError> {
    let provider = app.provider.current().await?;
    response.check_issuer(&provider.metadata)?;
    response.check_refusal()?;
    let code = response.check_code()?;

    let (http, timeout) = (&app.config.http, app.config.provider.timeout);
    let tokens = token::redeem(
        http,
        timeout,
        &provider.metadata,
        &app.config.client,
        code,
        &login.code_verifier,
    )
    .await?;
    let claims = verify(app, provider.clone(), &tokens, login).await?;
    let userinfo = match &provider.metadata.endpoints.userinfo_endpoint {
        Some(endpoint) => {
            let access_token = &tokens.access_token;
            userinfo::claims(http, timeout, endpoint, access_token, &claims.subject).await?
        }
        None => Map::<String, Value>::new(),
    };
    Ok(SignIn {
        user: User::new(&claims.subject, &claims.all, userinfo),
        id_token: tokens.id_token,
        claims,
        allowed_by_policy: policy::allows(&app.config, &tokens.access_token).await,
        return_to: login.return_to.clone(),
    })
}

/// Checks the ID token; when its key is unknown or its signature wrong, once more with the
/// keys that the provider has now.
async fn verify(
    app: &App,
    provider: Arc<Snapshot>,
    tokens: &Tokens,
    login: &PendingLogin,
) -> Result<VerifiedClaims, IdTokenError> {
    let check = |provider: &Snapshot| {
        let expected = Expectations {
            issuer: &provider.metadata.issuer,
            client_id: &app.config.client.id,
            signing_algorithms: &provider.metadata.signing_algorithms,
            nonce: &login.nonce,
            access_token: tokens.access_token.reveal(),
            max_age: app.config.provider.max_age,
            now: app.config.clock.now(),
        };
        id_token::verify(tokens.id_token.reveal(), &provider.keys, &expected)
    };
    match check(&provider) {
        Err(error @ (IdTokenError::UnknownKey { .. } | IdTokenError::Signature)) => {
            match app.provider.newer_than(&provider).await {
                Some(newer) => check(&newer),
                None => Err(error),
            }
        }
        result => result,
    }
}
