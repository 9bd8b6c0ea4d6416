//! Logout at the provider, started by the app.

use url::Url;

use crate::config::{Client, Registration, Secret};

/// The URL to which the browser is sent to end the session at the provider
/// ([OpenID Connect RP-Initiated Logout 1.0, section 2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)).
pub(crate) fn request_url(
    endpoint: &Url,
    client: &Client,
    registration: &Registration,
    id_token: &Secret,
    state: &str,
) -> Url {
    let mut url = endpoint.clone();
    url.query_pairs_mut()
        .append_pair("id_token_hint", id_token.reveal())
        .append_pair("client_id", &registration.id)
        .append_pair("post_logout_redirect_uri", &client.post_logout_redirect_uri)
        .append_pair("state", state);
    url
}
