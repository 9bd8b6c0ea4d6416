//! The authorization request, which sends the browser to the provider to sign in.

use url::Url;

use super::pending_login::PendingLogin;
use super::pkce;
use super::provider::{Provider, Snapshot};

/// How the provider should prompt the user
/// ([OpenID Connect Core 1.0, section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// Sign in again.
    Login,
    /// Choose an account.
    SelectAccount,
}

impl Prompt {
    /// Parses a prompt that a link of the app may contain; others are ignored.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "login" => Some(Self::Login),
            "select_account" => Some(Self::SelectAccount),
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::SelectAccount => "select_account",
        }
    }
}

/// The URL of the authorization request
/// ([RFC 6749, section 4.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1)), with its
/// parameters appended to those that the endpoint's URL may have.
pub(crate) fn request_url(
    provider: &Provider,
    snapshot: &Snapshot,
    state: &str,
    login: &PendingLogin,
    prompt: Option<Prompt>,
) -> Url {
    let client = &provider.client;
    let mut url = snapshot.metadata.endpoints.authorization_endpoint.clone();
    let mut query = url.query_pairs_mut();
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &snapshot.registration.id)
        .append_pair("redirect_uri", &client.redirect_uri)
        .append_pair("scope", &client.scope)
        .append_pair("state", state)
        .append_pair("nonce", &login.nonce)
        .append_pair("code_challenge", &pkce::code_challenge(&login.code_verifier))
        .append_pair("code_challenge_method", "S256");
    if let Some(max_age) = provider.settings.max_age {
        query.append_pair("max_age", &max_age.as_secs().to_string());
    }
    // Without `prompt=consent`, providers ignore the scope (OpenID Connect Core 1.0, section 11).
    let consent = client.requests_offline_access().then_some("consent");
    let prompts: Vec<&str> = prompt.map(Prompt::as_str).into_iter().chain(consent).collect();
    if !prompts.is_empty() {
        query.append_pair("prompt", &prompts.join(" "));
    }
    drop(query);
    url
}
