//! The userinfo endpoint: the claims that are not in the ID token.

use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::provider::Provider;
use crate::base::fetch::{FetchError, fetch};
use crate::config::Secret;

/// Why the userinfo request failed. The login fails with it: the user's groups may be among the
/// claims, and access must not be decided on incomplete claims.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UserinfoError {
    #[error("userinfo endpoint: {0}")]
    Fetch(#[from] FetchError),
    #[error("userinfo: `sub` must be {expected:?} as in the ID token, got {found:?}")]
    Subject { found: String, expected: String },
}

/// The response; serde rejects a subject that is missing, repeated or not a string.
#[derive(Deserialize)]
struct Document {
    sub: String,
    #[serde(flatten)]
    claims: Map<String, Value>,
}

/// Requests the claims of the user whom the ID token identifies
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
    // Section 5.3.2: otherwise the access token of another user could have been substituted.
    if document.sub != subject {
        return Err(UserinfoError::Subject {
            found: document.sub.chars().take(255).collect(),
            expected: subject.to_owned(),
        });
    }
    Ok(document.claims)
}
