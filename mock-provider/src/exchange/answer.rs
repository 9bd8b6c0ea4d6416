//! The answer to an authorization request: a code or an error at the redirect URI, or a page where
//! no redirect is allowed.

use std::sync::Arc;

use axum::http::StatusCode;

use crate::directory::user::User;
use crate::exchange::browser::Browser;
use crate::exchange::reply::{AuthorizationResponse, Note, Reply};
use crate::issuer::issuer::Issuer;
use crate::issuer::reply_to::{RedirectNotAllowed, ReplyTo, UriRejection};
use crate::issuer::session::Session;
use crate::protocol::authorization::{
    AuthorizationRejection, AuthorizationRequest, rejection_parameters,
};
use crate::protocol::parameters::Parameters;
use crate::ui::{ErrorPage, policy};

/// A validated authorization request, to be answered.
pub(crate) struct Answer<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) reply_to: &'a ReplyTo,
    pub(crate) flow: &'a str,
}

impl Answer<'_> {
    /// Begins a session for a user, in place of the browser's last one, and answers for it.
    pub(crate) fn sign_in(
        &self,
        request: AuthorizationRequest,
        user: &Arc<User>,
        last: Option<&Session>,
    ) -> Reply {
        // A user who may not sign in gets no session.
        if let Err(rejection) = self.issuer.admit(user, &self.reply_to.client, &request) {
            return self.reject(&rejection, Some(&user.subject));
        }
        let session = self.issuer.begin_session(user, last);
        self.issue(request, &session).cookies(Browser::cookies(self.issuer, &session))
    }

    /// Answers with a code for a session's user.
    pub(crate) fn succeed(&self, request: AuthorizationRequest, session: &Session) -> Reply {
        let (client, user) = (&self.reply_to.client, &session.user);
        if let Err(rejection) = self.issuer.admit(user, client, &request) {
            return self.reject(&rejection, Some(&user.subject));
        }
        self.issue(request, session)
    }

    /// Answers with a code for a user who was admitted.
    fn issue(&self, request: AuthorizationRequest, session: &Session) -> Reply {
        let (client, user) = (&self.reply_to.client, &session.user);
        let summary = format!(
            "{} is signed in, {} sent to {} for {}",
            user.subject, request.response_type, client.id, request.scope
        );
        let mut parameters = self.issuer.issue_answer(self.reply_to, request, session, self.flow);
        if self.issuer.settings.session_management {
            parameters.push("session_state", &self.issuer.session_state(self.reply_to, session));
        }
        self.send(parameters).note(self.note(summary).user(&user.subject))
    }

    /// Answers with an error in place of a code.
    pub(crate) fn reject(
        &self,
        rejection: &AuthorizationRejection,
        subject: Option<&str>,
    ) -> Reply {
        let note = Note::refused(rejection.code.as_str(), &rejection.description)
            .client(&self.reply_to.client.id)
            .flow(self.flow);
        let note = match subject {
            Some(subject) => note.user(subject),
            None => note,
        };
        self.send(rejection_parameters(rejection)).note(note)
    }

    /// A note for the journal on this flow.
    pub(crate) fn note(&self, summary: impl Into<String>) -> Note {
        Note::new(summary).client(&self.reply_to.client.id).flow(self.flow)
    }

    /// Sends parameters to the redirect URI, in the requested response mode.
    fn send(&self, mut parameters: Parameters) -> Reply {
        self.issuer.complete(self.reply_to, &mut parameters);
        Reply::authorization(AuthorizationResponse {
            redirect_uri: self.reply_to.redirect_uri.clone(),
            mode: self.reply_to.mode_or_default(),
            parameters,
        })
    }
}

/// The error page, where no redirect is allowed.
pub(crate) fn not_allowed_page(error: &RedirectNotAllowed, flow: &str) -> Reply {
    let (title, hint) = match error {
        RedirectNotAllowed::ClientMissing => (
            "No client",
            "Make the application send its client_id. A GET request has its parameters in the \
             query, a POST request in the form.",
        ),
        RedirectNotAllowed::ClientUnknown(_) => (
            "Unknown client",
            "Register the client in the provider's configuration, or correct the application's \
             client_id. The setting any_client accepts every client.",
        ),
        RedirectNotAllowed::RedirectUriMissing
        | RedirectNotAllowed::RedirectUri(UriRejection::Unusable { .. }) => (
            "No usable redirect URI",
            "Make the application send an absolute redirect_uri without a fragment.",
        ),
        RedirectNotAllowed::RedirectUri(UriRejection::Unregistered { .. }) => (
            "Redirect URI not registered",
            "Add the redirect URI to the client's redirect_uris in the provider's configuration, \
             character by character as the application sends it, or correct the application. The \
             setting any_redirect_uri accepts every redirect URI.",
        ),
        RedirectNotAllowed::Repeated(_) => {
            ("Ambiguous request", "Make the application send each parameter once.")
        }
    };
    let details = match error {
        RedirectNotAllowed::RedirectUri(rejection) => rejection.details(),
        _ => Vec::new(),
    };
    let page =
        ErrorPage { title: title.into(), reason: error.to_string(), details, hint: hint.into() };
    Reply::page(&page, &policy::PAGE)
        .status(StatusCode::BAD_REQUEST)
        .note(Note::refused("invalid_request", error.to_string()).flow(flow))
}
