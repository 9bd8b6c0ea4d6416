//! Where the answer to an authorization request goes
//! ([OpenID Connect Core 1.0, section 3.1.2.2](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequestValidation)):
//! to a validated client and redirect URI, or nowhere.

use std::sync::Arc;

use url::Url;

use crate::directory::client::Client;
use crate::directory::redirect_uri::RedirectUri;
use crate::issuer::issuer::Issuer;
use crate::issuer::session::Session;
use crate::protocol::authorization::{AuthorizationRejection, ResponseMode};
use crate::protocol::parameters::{Parameters, Repeated};
use crate::protocol::session_state::{browser_state, session_state};

/// The destination of the answer: a validated client and redirect URI.
#[derive(Clone, Debug)]
pub(crate) struct ReplyTo {
    pub(crate) client: Arc<Client>,
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    /// How the answer reaches the client, or why the request is rejected because of it.
    pub(crate) mode: Result<ResponseMode, AuthorizationRejection>,
    default_mode: ResponseMode,
}

impl ReplyTo {
    /// How the answer reaches the client. Unknown response modes are reported through the default
    /// one.
    pub(crate) fn mode_or_default(&self) -> ResponseMode {
        self.mode.clone().unwrap_or(self.default_mode)
    }
}

/// Why a request must not be answered by a redirect
/// ([RFC 6749, section 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1)).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RedirectNotAllowed {
    #[error("client_id is missing")]
    ClientMissing,
    #[error("no client is registered as `{0}`")]
    ClientUnknown(String),
    #[error("redirect_uri is missing")]
    RedirectUriMissing,
    #[error(transparent)]
    RedirectUri(#[from] UriRejection),
    #[error(transparent)]
    Repeated(#[from] Repeated),
}

/// Why a browser must not be redirected to a URI.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UriRejection {
    #[error("{parameter} `{uri}` is not registered for client `{client}`")]
    Unregistered { parameter: &'static str, client: String, uri: String, registered: Vec<String> },
    #[error("{parameter} `{uri}` must be an absolute ASCII URI without a fragment")]
    Unusable { parameter: &'static str, uri: String },
}

impl UriRejection {
    /// Details that a page shows with the reason.
    pub(crate) fn details(&self) -> Vec<(String, String)> {
        let Self::Unregistered { client, uri, registered, .. } = self else { return Vec::new() };
        let none = registered.is_empty().then(|| "none".to_owned());
        let registered = registered.iter().cloned().chain(none);
        [("Client".to_owned(), client.clone()), ("Sent".to_owned(), uri.clone())]
            .into_iter()
            .chain(registered.map(|uri| ("Registered".to_owned(), uri)))
            .collect()
    }
}

impl Issuer {
    /// Validates client and redirect URI. Until then, no answer may be a redirect.
    pub(crate) fn validate_client(
        &self,
        parameters: &Parameters,
    ) -> Result<ReplyTo, RedirectNotAllowed> {
        let client_id = parameters.get("client_id")?.ok_or(RedirectNotAllowed::ClientMissing)?;
        let client = self
            .client(client_id)
            .ok_or_else(|| RedirectNotAllowed::ClientUnknown(client_id.to_owned()))?;
        let uri = parameters.get("redirect_uri")?.ok_or(RedirectNotAllowed::RedirectUriMissing)?;
        self.check_uri(&client, &client.redirect_uris, "redirect_uri", uri)?;
        Ok(ReplyTo {
            client,
            redirect_uri: uri.to_owned(),
            // A repeated `state` is treated as absent.
            state: parameters.owned("state").unwrap_or_default(),
            mode: ResponseMode::parse(parameters),
            default_mode: ResponseMode::default_for(parameters),
        })
    }

    /// Checks that the browser may be redirected to the URI that a client sent in a parameter.
    pub(crate) fn check_uri(
        &self,
        client: &Client,
        registered: &[RedirectUri],
        parameter: &'static str,
        uri: &str,
    ) -> Result<(), UriRejection> {
        let any = self.settings.any_redirect_uri || !self.is_registered(client);
        let uri = uri.to_owned();
        if any && RedirectUri::from(uri.as_str()).check().is_err() {
            return Err(UriRejection::Unusable { parameter, uri });
        }
        if any || registered.iter().any(|registered| registered.allows(&uri)) {
            return Ok(());
        }
        let (client, registered) =
            (client.id.clone(), registered.iter().map(ToString::to_string).collect());
        Err(UriRejection::Unregistered { parameter, client, uri, registered })
    }

    /// False for a client that is accepted only because the settings accept any client.
    pub(crate) fn is_registered(&self, client: &Client) -> bool {
        self.directory.now().client(&client.id).is_some()
    }

    /// The session state, with which a client asks whether the session continues, from the origin
    /// of its redirect URI.
    pub(crate) fn session_state(&self, reply_to: &ReplyTo, session: &Session) -> String {
        let uri = Url::parse(&reply_to.redirect_uri);
        let origin = uri.map(|uri| uri.origin().ascii_serialization()).unwrap_or_default();
        let state = browser_state(&session.sid);
        session_state(&reply_to.client.id, &origin, &state, &self.random.token())
    }

    /// Completes the parameters of an answer: the client's `state`, and the issuer
    /// ([RFC 9207, section 2](https://www.rfc-editor.org/rfc/rfc9207#section-2)).
    pub(crate) fn complete(&self, reply_to: &ReplyTo, parameters: &mut Parameters) {
        if let Some(state) = &reply_to.state {
            parameters.push("state", state);
        }
        parameters.push("iss", &self.url);
    }
}

/// Adds parameters to the query of a redirect URI, which is otherwise kept as it is.
pub(crate) fn with_query(uri: &str, parameters: &Parameters) -> String {
    let separator = if uri.contains('?') { '&' } else { '?' };
    parameters.append_to(format!("{uri}{separator}"))
}
