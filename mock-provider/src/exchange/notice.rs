//! Logout notices, which the provider sends to a relying party whose session has ended
//! ([OpenID Connect Back-Channel Logout 1.0](https://openid.net/specs/openid-connect-backchannel-1_0.html)).

use axum::http::Method;

use crate::exchange::reply::Note;
use crate::issuer::issuer::Issuer;
use crate::issuer::logout::ClientSession;
use crate::issuer::session::Session;
use crate::protocol::logout_token::{LIFETIME, LogoutToken, TYPE, events};
use crate::protocol::parameters::Parameters;

/// A logout token for a client, ready to be delivered.
#[derive(Clone, Debug)]
pub(crate) struct LogoutNotice {
    /// The client's `backchannel_logout_uri`.
    pub(crate) uri: String,
    pub(crate) token: String,
    /// Client, user and flow.
    pub(crate) note: Note,
}

/// The HTTP request that delivers a logout token (section 2.5).
#[derive(Clone, Debug)]
pub(crate) struct LogoutRequest {
    pub(crate) encoding: Encoding,
    pub(crate) parameters: Parameters,
}

/// How the parameters of a logout request are sent. The specification requires a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// In the body of a POST, as a form.
    Form,
    /// In the query of a GET.
    Query,
    /// In the body of a POST, as a JSON object.
    Json,
}

impl LogoutRequest {
    /// The honest request with a logout token.
    pub(crate) fn with(token: &str) -> Self {
        let parameters = Parameters::from_iter([("logout_token", token)]);
        Self { encoding: Encoding::Form, parameters }
    }

    /// The HTTP method that the encoding needs.
    pub(crate) fn method(&self) -> Method {
        match self.encoding {
            Encoding::Form | Encoding::Json => Method::POST,
            Encoding::Query => Method::GET,
        }
    }
}

impl Issuer {
    /// A logout token for each client that ended sessions served and that registered a back-channel
    /// logout URI.
    pub(crate) fn logout_notices(&self, ended: &[Session]) -> Vec<LogoutNotice> {
        let now = self.clock.seconds();
        let mut notices = Vec::new();
        for ClientSession { session, client, flow } in self.client_sessions(ended) {
            let Some(uri) = client.backchannel_logout_uri.clone() else { continue };
            let subject = &session.user.subject;
            let claims = LogoutToken {
                iss: &self.url,
                sub: subject,
                aud: &client.id,
                iat: now,
                exp: now.saturating_add(LIFETIME),
                jti: self.random.token(),
                events: events(),
                sid: &session.sid,
            };
            let note = Note::default().client(&client.id).user(subject).flow(flow);
            let algorithm = client.id_token_signed_response_alg;
            let token = self.keys.sign_typed(TYPE, algorithm, client.secret.as_ref(), &claims);
            notices.push(LogoutNotice { uri, token, note });
        }
        notices
    }
}
