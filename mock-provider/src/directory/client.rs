//! Clients (relying parties) and their registration.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::secret::Secret;
use crate::directory::encryption::KeyEncryption;
use crate::directory::redirect_uri::RedirectUri;
use crate::jose::algorithm::Algorithm;
use crate::jose::jwe::ContentEncryption;
use crate::jose::keys::Keys;
use crate::protocol::response_type::ResponseType;

/// A relying party, as registered at the provider.
///
/// ```
/// use mock_provider::Client;
///
/// let client = Client::new("shop")
///     .secret("s3cret")
///     .redirect_uri("https://shop.example/callback")
///     .post_logout_redirect_uri("https://shop.example/bye");
/// assert_eq!(client.id, "shop");
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    feature = "control",
    schema(description = "A relying party, as registered at the provider.")
)]
#[non_exhaustive]
pub struct Client {
    /// The `client_id`.
    pub id: String,
    /// Name to show on the sign-in page. Default: the identifier.
    #[serde(default)]
    pub name: Option<String>,
    /// The `client_secret`. A client without one is public: it authenticates by PKCE alone.
    #[serde(default, skip_serializing_if = "Secret::is_hidden")]
    #[cfg_attr(feature = "control", schema(value_type = Option<String>, write_only))]
    pub secret: Option<Secret>,
    /// Where authorization responses may be sent.
    #[serde(default)]
    #[cfg_attr(feature = "control", schema(value_type = Vec<String>))]
    pub redirect_uris: Vec<RedirectUri>,
    /// Where the browser may go after a logout.
    #[serde(default)]
    #[cfg_attr(feature = "control", schema(value_type = Vec<String>))]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Where the provider reports, server to server, that a session has ended: a URL that accepts
    /// logout tokens
    /// ([OpenID Connect Back-Channel Logout 1.0, section 2.2](https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRegistration)).
    /// Default: logouts are not reported.
    #[serde(default)]
    pub backchannel_logout_uri: Option<String>,
    /// Whether the client requires the session's `sid` in a logout token. Default: false. The provider
    /// always sends it.
    #[serde(default)]
    pub backchannel_logout_session_required: bool,
    /// A page of the client that ends its own session when a browser loads it in a frame
    /// ([OpenID Connect Front-Channel Logout 1.0, section 2](https://openid.net/specs/openid-connect-frontchannel-1_0.html#RPLogout)).
    /// Its scheme, host and port must be those of a redirect URI. Default: none.
    #[serde(default)]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether that page requires `iss` and `sid` in its query. Default: false. The provider always
    /// sends them.
    #[serde(default)]
    pub frontchannel_logout_session_required: bool,
    /// The only method by which the client may authenticate at the token endpoint. Default: `none`
    /// without a secret, and `client_secret_basic` or `client_secret_post` with one.
    #[serde(default)]
    pub token_endpoint_auth_method: Option<AuthMethod>,
    /// How ID tokens for the client are signed. An HMAC uses the client's secret. Default: RS256.
    #[serde(default)]
    pub id_token_signed_response_alg: Algorithm,
    /// How the client gets the key that encrypts its ID tokens: encrypted with a key of its `jwks`, or
    /// derived from its secret. For the code flow only. Default: ID tokens are not encrypted.
    #[serde(default)]
    pub id_token_encrypted_response_alg: Option<KeyEncryption>,
    /// How the content of encrypted ID tokens is encrypted. Default: A128CBC-HS256.
    #[serde(default)]
    pub id_token_encrypted_response_enc: Option<ContentEncryption>,
    /// The public keys of the client, as a JWK set. Default: none.
    #[serde(default)]
    pub jwks: Option<JwkSet>,
    /// Refuses authorization requests without a `nonce`. Default: false.
    #[serde(default)]
    pub require_nonce: bool,
    /// Refuses authorization requests without a `code_challenge`. Default: true for public clients,
    /// which have no other protection, and false for others.
    #[serde(default)]
    pub require_pkce: Option<bool>,
    /// The response types that the client may request. Default: `code` only.
    #[serde(default = "code_only")]
    pub response_types: Vec<ResponseType>,
    /// Returns userinfo as a JWT that is signed with this algorithm. Default: plain JSON.
    #[serde(default)]
    pub userinfo_signed_response_alg: Option<Algorithm>,
}

impl Client {
    /// A public client without redirect URIs.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: None,
            secret: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            frontchannel_logout_uri: None,
            frontchannel_logout_session_required: false,
            token_endpoint_auth_method: None,
            id_token_signed_response_alg: Algorithm::default(),
            id_token_encrypted_response_alg: None,
            id_token_encrypted_response_enc: None,
            jwks: None,
            require_nonce: false,
            require_pkce: None,
            response_types: code_only(),
            userinfo_signed_response_alg: None,
        }
    }

    /// Sets the name to show on the sign-in page.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Makes the client confidential.
    #[must_use]
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(Secret::from(secret.into()));
        self
    }

    /// Adds a redirect URI; see [`RedirectUri`] for the patterns.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<RedirectUri>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// Adds a post-logout redirect URI; see [`RedirectUri`] for the patterns.
    #[must_use]
    pub fn post_logout_redirect_uri(mut self, uri: impl Into<RedirectUri>) -> Self {
        self.post_logout_redirect_uris.push(uri.into());
        self
    }

    /// Reports logouts to the client, server to server, at this URL.
    #[must_use]
    pub fn backchannel_logout_uri(mut self, uri: impl Into<String>) -> Self {
        self.backchannel_logout_uri = Some(uri.into());
        self
    }

    /// Reports logouts to the client by loading this page of it in a frame of the browser.
    #[must_use]
    pub fn frontchannel_logout_uri(mut self, uri: impl Into<String>) -> Self {
        self.frontchannel_logout_uri = Some(uri.into());
        self
    }

    /// Sets the only method by which the client may authenticate.
    #[must_use]
    pub fn token_endpoint_auth_method(mut self, method: AuthMethod) -> Self {
        self.token_endpoint_auth_method = Some(method);
        self
    }

    /// Sets how ID tokens for the client are signed.
    #[must_use]
    pub fn id_token_signed_response_alg(mut self, algorithm: Algorithm) -> Self {
        self.id_token_signed_response_alg = algorithm;
        self
    }

    /// Encrypts ID tokens for the client.
    #[must_use]
    pub fn id_token_encrypted_response_alg(mut self, algorithm: KeyEncryption) -> Self {
        self.id_token_encrypted_response_alg = Some(algorithm);
        self
    }

    /// Sets how the content of encrypted ID tokens is encrypted.
    #[must_use]
    pub fn id_token_encrypted_response_enc(mut self, encryption: ContentEncryption) -> Self {
        self.id_token_encrypted_response_enc = Some(encryption);
        self
    }

    /// Sets the public keys of the client.
    #[must_use]
    pub fn jwks(mut self, jwks: JwkSet) -> Self {
        self.jwks = Some(jwks);
        self
    }

    /// Refuses authorization requests without a `nonce`.
    #[must_use]
    pub fn require_nonce(mut self) -> Self {
        self.require_nonce = true;
        self
    }

    /// Sets whether authorization requests without a `code_challenge` are refused.
    #[must_use]
    pub fn require_pkce(mut self, required: bool) -> Self {
        self.require_pkce = Some(required);
        self
    }

    /// Sets the response types that the client may request.
    #[must_use]
    pub fn response_types(mut self, types: impl IntoIterator<Item = ResponseType>) -> Self {
        self.response_types = types.into_iter().collect();
        self
    }

    /// Returns userinfo as a signed JWT.
    #[must_use]
    pub fn userinfo_signed_response_alg(mut self, algorithm: Algorithm) -> Self {
        self.userinfo_signed_response_alg = Some(algorithm);
        self
    }

    /// An unregistered client, for `any_client`.
    pub(crate) fn any(id: &str) -> Self {
        Self { require_pkce: Some(false), ..Self::new(id) }
    }

    /// The key to encrypt to: the first RSA key that is not restricted to signatures.
    pub(crate) fn encryption_key(&self) -> Option<&Map<String, Value>> {
        let is = |jwk: &Map<String, Value>, member, value| {
            jwk.get(member).is_some_and(|own: &Value| own == value)
        };
        let keys = self.jwks.as_ref().map(|jwks| &*jwks.keys).unwrap_or_default();
        keys.iter().find(|jwk| is(jwk, "kty", "RSA") && !is(jwk, "use", "sig"))
    }

    /// Publishes the keys that sign for this client, so that relying parties find them before the
    /// first token.
    pub(crate) fn publish_keys(&self, keys: &Keys) {
        keys.enable(self.id_token_signed_response_alg);
        if let Some(algorithm) = self.userinfo_signed_response_alg {
            keys.signer(algorithm);
        }
    }

    /// The client's name on a page.
    pub(crate) fn display_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    /// Whether an authorization request must have a `code_challenge`.
    pub(crate) fn requires_pkce(&self) -> bool {
        self.require_pkce.unwrap_or(self.secret.is_none())
    }

    /// The methods by which the client may authenticate.
    pub(crate) fn auth_methods(&self) -> &[AuthMethod] {
        match (&self.token_endpoint_auth_method, &self.secret) {
            (Some(method), _) => std::slice::from_ref(method),
            (None, None) => &[AuthMethod::None],
            (None, Some(_)) => &[AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost],
        }
    }
}

/// A JWK set ([RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)). Members other
/// than `keys` are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct JwkSet {
    /// The keys. Keys of an unknown type are ignored.
    #[cfg_attr(feature = "control", schema(value_type = Vec<Object>))]
    pub keys: Vec<Map<String, Value>>,
}

impl From<Vec<Map<String, Value>>> for JwkSet {
    fn from(keys: Vec<Map<String, Value>>) -> Self {
        Self { keys }
    }
}

fn code_only() -> Vec<ResponseType> {
    vec![ResponseType::Code]
}

/// How a client authenticates at the token endpoint
/// ([OpenID Connect Core 1.0, section 9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuthMethod {
    /// Identifier and secret in the `Authorization` header, form-encoded
    /// ([RFC 6749, section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)).
    ClientSecretBasic,
    /// Identifier and secret in the form.
    ClientSecretPost,
    /// The identifier alone, for public clients.
    None,
}

impl AuthMethod {
    /// Every method, for the metadata.
    pub(crate) const ALL: [Self; 3] = [Self::ClientSecretBasic, Self::ClientSecretPost, Self::None];

    /// The name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::None => "none",
        }
    }
}

impl fmt::Display for AuthMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_encryption_key_is_rsa_and_not_for_signatures() {
        let jwks: JwkSet = serde_json::from_value(json!({
            "keys": [
                {"kty": "EC", "kid": "elliptic"},
                {"kty": "RSA", "kid": "signing", "use": "sig"},
                {"kty": "RSA", "kid": "encrypting", "use": "enc"},
            ],
            "further": "members are ignored",
        }))
        .unwrap();
        let client = Client::new("shop").jwks(jwks);
        assert_eq!(client.encryption_key().unwrap()["kid"], "encrypting");
        assert_eq!(Client::new("shop").encryption_key(), None);
    }
}
