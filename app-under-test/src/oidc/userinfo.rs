//! The userinfo endpoint: the claims that are not in the ID token.

use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::provider::Provider;
use crate::base::fetch::{FetchError, fetch};
use crate::config::Secret;

/// Why there is no userinfo, which fails the login: the user's groups may be among the claims,
/// and a user who is let in, or kept out, by half of the claims helps nobody.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UserinfoError {
    #[error("userinfo endpoint: {0}")]
    Fetch(#[from] FetchError),
    #[error("userinfo is about {found:?}, the ID token about {expected:?}")]
    Subject { found: String, expected: String },
}

/// The answer; serde refuses a subject that is missing, repeated or no string.
#[derive(Deserialize)]
struct Document {
    sub: String,
    #[serde(flatten)]
    claims: Map<String, Value>,
}

/// Asks for the claims of the user whom the ID token is about
/// ([OpenID Connect Core 1.0, section 5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)).
pub(crate) async fn claims(
    provider: &Provider,
    endpoint: &Url,
    access_token: &Secret,
    subject: &str,
) -> Result<Map<String, Value>, UserinfoError> {
    let request = provider
        .http
        .get(endpoint.clone())
        .header("accept", "application/json")
        .bearer_auth(access_token.reveal());
    let document: Document = fetch(request, provider.timeout()).await?.document()?;
    // Section 5.3.2: otherwise an access token of somebody else was slipped in.
    if document.sub != subject {
        return Err(UserinfoError::Subject {
            found: document.sub.chars().take(255).collect(),
            expected: subject.to_owned(),
        });
    }
    Ok(document.claims)
}
