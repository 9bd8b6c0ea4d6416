//! Decisions on a logout request
//! ([OpenID Connect RP-Initiated Logout 1.0](https://openid.net/specs/openid-connect-rpinitiated-1_0.html)).

use std::sync::Arc;

use crate::directory::client::Client;
use crate::issuer::id_token_hint::{HintError, IdTokenHint};
use crate::issuer::issuer::Issuer;
use crate::issuer::reply_to::UriRejection;
use crate::issuer::session::Session;
use crate::protocol::parameters::{Parameters, Repeated};

/// A valid logout request.
#[derive(Debug)]
pub(crate) struct Logout {
    /// The client that sent the request, by its ID token or `client_id`.
    pub(crate) client: Option<Arc<Client>>,
    return_to: Option<ReturnTo>,
    hint: Option<IdTokenHint>,
}

/// A post-logout redirect URI, and the parameters that are sent there.
#[derive(Clone, Debug)]
pub(crate) struct ReturnTo {
    pub(crate) uri: String,
    pub(crate) parameters: Parameters,
}

/// A client that a session served.
pub(crate) struct ClientSession<'s> {
    pub(crate) session: &'s Session,
    pub(crate) client: Arc<Client>,
    /// The latest flow of the client in the session.
    pub(crate) flow: &'s str,
}

/// Why a logout request is rejected (section 4). The reason is shown on a page, not sent to a
/// redirect URI.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LogoutError {
    #[error(transparent)]
    Hint(#[from] HintError),
    #[error("client_id is `{client_id}`, but the ID token was issued to `{audience}`")]
    OtherClient { client_id: String, audience: String },
    #[error("no client is registered as `{0}`")]
    ClientUnknown(String),
    #[error(transparent)]
    ReturnTo(#[from] UriRejection),
    #[error(transparent)]
    Repeated(#[from] Repeated),
}

impl LogoutError {
    /// What to change in the application or the configuration.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Hint(_) => "Make the application send the ID token that it got at login.",
            Self::OtherClient { .. } => {
                "Make the application send its own client_id, or none, with the ID token."
            }
            Self::ClientUnknown(_) => {
                "Register the client in the provider's configuration, or correct the client_id."
            }
            Self::ReturnTo(UriRejection::Unregistered { .. }) => {
                "Add the URI to the client's post_logout_redirect_uris in the provider's \
                 configuration, character by character as the application sends it, or correct \
                 the application."
            }
            Self::ReturnTo(UriRejection::Unusable { .. }) => {
                "Make the application send an absolute URI without a fragment, or none."
            }
            Self::Repeated(_) => "Make the application send each parameter once.",
        }
    }
}

impl Issuer {
    /// Reads and checks a logout request (section 2).
    pub(crate) fn read_logout(
        &self,
        parameters: &Parameters,
        hint: Option<&Result<IdTokenHint, HintError>>,
    ) -> Result<Logout, LogoutError> {
        // A repeated hint was not parsed.
        parameters.get("id_token_hint")?;
        let hint = hint.cloned().transpose()?;
        let client_id = parameters.get("client_id")?;
        if let (Some(hint), Some(client_id)) = (&hint, client_id)
            && hint.aud != client_id
        {
            return Err(LogoutError::OtherClient {
                client_id: client_id.to_owned(),
                audience: hint.aud.clone(),
            });
        }
        let client = match client_id.or(hint.as_ref().map(|hint| hint.aud.as_str())) {
            Some(id) => {
                Some(self.client(id).ok_or_else(|| LogoutError::ClientUnknown(id.to_owned()))?)
            }
            None => None,
        };
        let return_to = match parameters.get("post_logout_redirect_uri")? {
            Some(uri) => {
                if let Some(client) = &client {
                    self.check_post_logout_uri(client, uri)?;
                }
                let state = parameters.get("state")?.map(|state| ("state", state));
                let parameters = Parameters::from_iter(state);
                Some(ReturnTo { uri: uri.to_owned(), parameters })
            }
            None => None,
        };
        Ok(Logout { client, return_to, hint })
    }

    fn check_post_logout_uri(&self, client: &Client, uri: &str) -> Result<(), UriRejection> {
        let registered = &client.post_logout_redirect_uris;
        self.check_uri(client, registered, "post_logout_redirect_uri", uri)
    }

    /// Where the browser goes after a logout: to a URI that is registered for the client of the
    /// request or, if it names none, for a client that the session served (section 3).
    pub(crate) fn redirect_after(
        &self,
        logout: &Logout,
        ended: Option<&Session>,
    ) -> Option<ReturnTo> {
        let target = logout.return_to.as_ref()?;
        let served = ended.into_iter().flat_map(|session| session.flows.iter());
        let mut clients = served.filter_map(|(id, _)| self.client(id));
        let proven = logout.client.is_some()
            || clients.any(|client| self.check_post_logout_uri(&client, &target.uri).is_ok());
        proven.then(|| target.clone())
    }

    /// Ends the browser's session and the session of the ID token, and returns them in this order.
    pub(crate) fn end_sessions(&self, logout: &Logout, browser: Option<Session>) -> Vec<Session> {
        let mut sessions = self.sessions();
        let own = browser.and_then(|session| sessions.end(&session.sid));
        let hinted = logout.hint.as_ref().and_then(|hint| sessions.end(hint.sid.as_deref()?));
        own.into_iter().chain(hinted).collect()
    }

    /// The clients that sessions served and that still exist.
    pub(crate) fn client_sessions<'s>(
        &self,
        sessions: &'s [Session],
    ) -> impl Iterator<Item = ClientSession<'s>> {
        sessions.iter().flat_map(move |session| {
            session.flows.iter().filter_map(move |(id, flow)| {
                Some(ClientSession { session, client: self.client(id)?, flow })
            })
        })
    }
}

impl Logout {
    /// True when a session would end without proof that its user wants that: the request has no ID
    /// token, or one of another user and another session (section 2).
    pub(crate) fn needs_consent(&self, session: Option<&Session>) -> bool {
        let Some(session) = session else { return false };
        self.hint.as_ref().is_none_or(|hint| {
            hint.sub != session.user.subject && hint.sid.as_ref() != Some(&session.sid)
        })
    }
}
