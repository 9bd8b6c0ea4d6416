//! The app as a client of the provider.

use std::sync::Arc;

use url::Url;

use super::base_path::BasePath;
use super::provider::web_url;
use super::secret::Secret;
use super::variables::{self, Variables};

/// The app's identity at a provider, and what it requests there.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) identity: Identity,
    /// Exactly as configured, because providers compare it character by character.
    pub(crate) redirect_uri: String,
    pub(crate) post_logout_redirect_uri: String,
    /// Scopes, separated by single spaces.
    pub(crate) scope: String,
}

/// Where the app's registration comes from.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    /// The configuration contains it.
    Registered(Arc<Registration>),
    /// The app registers itself and will authenticate with this method.
    RegistersItself(AuthenticationMethod),
}

/// The app's registration at a provider.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) id: String,
    pub(crate) authentication: ClientAuthentication,
}

/// A client authentication method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthenticationMethod {
    /// [`ClientAuthentication::SecretPost`].
    SecretPost,
    /// [`ClientAuthentication::SecretBasic`].
    SecretBasic,
    /// [`ClientAuthentication::None`].
    None,
}

/// How the app authenticates at the token endpoint
/// ([OpenID Connect Core 1.0, section 9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)).
#[derive(Clone, Debug)]
pub(crate) enum ClientAuthentication {
    /// `client_secret_post`: the secret in the form.
    SecretPost(Secret),
    /// `client_secret_basic`: the secret in the `Authorization` header.
    SecretBasic(Secret),
    /// `none`: a public client, protected by PKCE alone.
    None,
}

impl ClientAuthentication {
    /// The method without its secret.
    pub(crate) fn method(&self) -> AuthenticationMethod {
        match self {
            Self::SecretPost(_) => AuthenticationMethod::SecretPost,
            Self::SecretBasic(_) => AuthenticationMethod::SecretBasic,
            Self::None => AuthenticationMethod::None,
        }
    }
}

impl AuthenticationMethod {
    /// The registered name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SecretPost => "client_secret_post",
            Self::SecretBasic => "client_secret_basic",
            Self::None => "none",
        }
    }

    /// The method with its secret; `None` if it requires a secret and there is none.
    pub(crate) fn with(self, secret: Option<Secret>) -> Option<ClientAuthentication> {
        match self {
            Self::SecretPost => secret.map(ClientAuthentication::SecretPost),
            Self::SecretBasic => secret.map(ClientAuthentication::SecretBasic),
            Self::None => Some(ClientAuthentication::None),
        }
    }
}

impl Client {
    /// Reads the variables. Without a `default_redirect_uri`, the redirect URI is required.
    pub(super) fn read(
        variables: &mut Variables,
        base_path: Option<&BasePath>,
        default_redirect_uri: Option<String>,
    ) -> Option<Self> {
        let identity = read_identity(variables);
        let redirect_uri = match default_redirect_uri.map(|uri| redirect_uri(&uri)) {
            Some(Ok(default)) => {
                variables.or_default(&variables::OIDC_REDIRECT_URI, default, redirect_uri)
            }
            _ => variables.required(&variables::OIDC_REDIRECT_URI, redirect_uri),
        };
        let post_logout_redirect_uri =
            variables.optional(&variables::OIDC_POST_LOGOUT_REDIRECT_URI, redirect_uri_text);
        let scope =
            variables.or_default(&variables::OIDC_SCOPE, "openid email profile".to_owned(), scope);
        let (uri_text, uri) = redirect_uri?;
        let post_logout_redirect_uri = match post_logout_redirect_uri? {
            Some(uri) => uri,
            None => {
                let origin = uri.origin().ascii_serialization();
                format!("{origin}{}", base_path?.join("auth/logged-out"))
            }
        };
        Some(Self {
            identity: identity?,
            redirect_uri: uri_text,
            post_logout_redirect_uri,
            scope: scope?,
        })
    }

    /// The default redirect URI of an additional provider: this one with the provider's name
    /// appended to the path.
    pub(super) fn redirect_uri_of(&self, name: &str) -> String {
        match self.redirect_uri.split_once('?') {
            Some((path, query)) => format!("{path}/{name}?{query}"),
            None => format!("{}/{name}", self.redirect_uri),
        }
    }

    /// Whether the app requests a refresh token
    /// ([OpenID Connect Core 1.0, section 11](https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess)).
    pub(crate) fn requests_offline_access(&self) -> bool {
        self.requests("offline_access")
    }

    /// Whether the app requests this scope.
    pub(crate) fn requests(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|own| own == scope)
    }

    /// Whether the redirect URI uses https.
    pub(super) fn is_https(&self) -> bool {
        self.redirect_uri.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
    }
}

fn read_identity(variables: &mut Variables) -> Option<Identity> {
    let registers_itself =
        variables.or_default(&variables::OIDC_REGISTER, false, variables::boolean);
    let method = variables.or_default(
        &variables::OIDC_CLIENT_AUTH,
        AuthenticationMethod::SecretPost,
        |text| match text {
            "client_secret_post" => Ok(AuthenticationMethod::SecretPost),
            "client_secret_basic" => Ok(AuthenticationMethod::SecretBasic),
            "none" => Ok(AuthenticationMethod::None),
            _ => Err("must be client_secret_post, client_secret_basic or none".to_owned()),
        },
    );
    if registers_itself? {
        let mut complete = true;
        for variable in [&variables::OIDC_CLIENT_ID, &variables::OIDC_CLIENT_SECRET] {
            if variables.is_set(variable) {
                let reason = "must be unset with OIDC_REGISTER=true: the provider assigns it";
                variables.refuse(variable, reason);
                complete = false;
            }
        }
        return method.filter(|_| complete).map(Identity::RegistersItself);
    }
    let id = variables.required(&variables::OIDC_CLIENT_ID, |id| Ok(id.to_owned()));
    let authentication = read_authentication(variables, method);
    let registration = Registration { id: id?, authentication: authentication? };
    Some(Identity::Registered(Arc::new(registration)))
}

fn read_authentication(
    variables: &mut Variables,
    method: Option<AuthenticationMethod>,
) -> Option<ClientAuthentication> {
    if method == Some(AuthenticationMethod::None) {
        if variables.is_set(&variables::OIDC_CLIENT_SECRET) {
            variables
                .refuse(&variables::OIDC_CLIENT_SECRET, "must be unset with OIDC_CLIENT_AUTH=none");
            return None;
        }
        return Some(ClientAuthentication::None);
    }
    let secret = variables.required(&variables::OIDC_CLIENT_SECRET, |text| Ok(Secret::new(text)));
    method?.with(Some(secret?))
}

/// An absolute URL without a fragment
/// ([RFC 6749, section 3.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2)).
fn redirect_uri(text: &str) -> Result<(String, Url), String> {
    Ok((text.to_owned(), web_url(text)?))
}

fn redirect_uri_text(text: &str) -> Result<String, String> {
    redirect_uri(text).map(|(text, _)| text)
}

/// Scopes, separated by any white space.
fn scope(text: &str) -> Result<String, String> {
    let scopes: Vec<&str> = text.split_whitespace().collect();
    if !scopes.contains(&"openid") {
        return Err(
            "must contain the scope openid: otherwise the provider issues no ID token".to_owned()
        );
    }
    if let Some(scope) = scopes.iter().find(|scope| !scope.chars().all(is_scope_char)) {
        return Err(format!("must consist of valid scopes, got {scope:?}"));
    }
    Ok(scopes.join(" "))
}

/// The characters that a scope may contain
/// ([RFC 6749, section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).
fn is_scope_char(character: char) -> bool {
    character.is_ascii_graphic() && !matches!(character, '"' | '\\')
}
