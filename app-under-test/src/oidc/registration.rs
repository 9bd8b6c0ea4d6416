//! Registration of the app at a provider that does not know it yet
//! ([OpenID Connect Dynamic Client Registration 1.0](https://openid.net/specs/openid-connect-registration-1_0.html)).

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::base::fetch::{FetchError, fetch};
use crate::config::{AuthenticationMethod, Client, ProviderSettings, Registration, Secret};

/// A registration that the app made, and where.
#[derive(Debug)]
pub(super) struct Registered {
    /// The endpoint that issued it; it is valid at no other provider.
    at: Url,
    pub(super) registration: Arc<Registration>,
    expires: Option<Timestamp>,
}

/// Why a registration failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistrationError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("the response must contain `client_secret`")]
    NoSecret,
}

/// The members of the response that the app uses
/// ([section 3.2](https://openid.net/specs/openid-connect-registration-1_0.html#RegistrationResponse)).
#[derive(Deserialize)]
struct Document {
    client_id: String,
    client_secret: Option<String>,
    /// Seconds since the epoch; 0 for never.
    client_secret_expires_at: Option<i64>,
}

impl Registered {
    /// Whether it is valid at an endpoint now.
    pub(super) fn is_valid(&self, endpoint: &Url, now: Timestamp) -> bool {
        self.at == *endpoint && self.expires.is_none_or(|expires| now < expires)
    }
}

/// Registers the app.
pub(super) async fn register(
    http: &reqwest::Client,
    endpoint: &Url,
    client: &Client,
    method: AuthenticationMethod,
    settings: &ProviderSettings,
) -> Result<Registered, RegistrationError> {
    let request = http.post(endpoint.clone()).json(&metadata(client, method, settings));
    let answer = fetch(request, settings.timeout).await?;
    let Document { client_id, client_secret, client_secret_expires_at } = answer.created()?;
    let secret = client_secret.filter(|secret| !secret.is_empty()).map(Secret::new);
    let registration = Registration {
        id: client_id,
        authentication: method.with(secret).ok_or(RegistrationError::NoSecret)?,
    };
    tracing::info!(client_id = registration.id, "registered at the provider");
    let expires = client_secret_expires_at.filter(|at| *at != 0);
    Ok(Registered {
        at: endpoint.clone(),
        registration: Arc::new(registration),
        expires: expires.and_then(|at| Timestamp::from_second(at).ok()),
    })
}

/// The app's client metadata
/// ([section 2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata)).
fn metadata(client: &Client, method: AuthenticationMethod, settings: &ProviderSettings) -> Value {
    let mut grant_types = vec!["authorization_code"];
    if client.requests_offline_access() {
        grant_types.push("refresh_token");
    }
    let mut metadata = json!({
        "redirect_uris": [client.redirect_uri],
        "post_logout_redirect_uris": [client.post_logout_redirect_uri],
        "response_types": ["code"],
        "grant_types": grant_types,
        "token_endpoint_auth_method": method.name(),
        "scope": client.scope,
    });
    // Fixed at registration, even if the metadata changes later.
    if let Some(algorithm) = settings.signing_algorithms.first() {
        metadata["id_token_signed_response_alg"] = json!(algorithm);
    }
    metadata
}
