//! Decisions on an authorization request
//! ([OpenID Connect Core 1.0, section 3.1.2](https://openid.net/specs/openid-connect-core-1_0.html#AuthorizationEndpoint)):
//! whether the user must be asked, whether the user may sign in, and the code in the end.

use std::sync::Arc;
use std::time::Duration;

use crate::directory::client::Client;
use crate::directory::user::User;
use crate::issuer::grant::{Code, Grant};
use crate::issuer::id_token_hint::{HintError, IdTokenHint};
use crate::issuer::issuer::{Issuer, until};
use crate::issuer::reply_to::ReplyTo;
use crate::issuer::session::Session;
use crate::protocol::authorization::{AuthorizationRejection, AuthorizationRequest, ErrorCode};
use crate::protocol::parameters::Parameters;

/// The decision on a valid request.
#[derive(Debug)]
pub(crate) enum Decision {
    /// Answer for the browser's session.
    Continue(Session),
    /// Sign this user in without asking.
    SignIn(Arc<User>),
    /// Ask. The session, if any, is one that the user may continue.
    Ask(Option<Session>),
}

impl Issuer {
    /// Parses the request, and checks it against the client's registration.
    pub(crate) fn read(
        &self,
        parameters: &Parameters,
        reply_to: &ReplyTo,
        hint: Option<&Result<IdTokenHint, HintError>>,
    ) -> Result<AuthorizationRequest, AuthorizationRejection> {
        let client = &reply_to.client;
        let mut request = AuthorizationRequest::parse(parameters, &client.response_types)?;
        reply_to.mode.clone()?;
        let missing = |name: &str| {
            let reason = format!("{name} is missing, but client `{}` must send it", client.id);
            Err(AuthorizationRejection::new(ErrorCode::InvalidRequest, reason))
        };
        if client.require_nonce && request.nonce.is_none() {
            return missing("nonce");
        }
        if client.requires_pkce()
            && request.response_type.has_code()
            && request.code_challenge.is_none()
        {
            return missing("code_challenge");
        }
        // Unknown scope values are ignored (OpenID Connect Core 1.0, section 3.1.2.1).
        request.scope = self.known(&request.scope);
        request.hinted_subject = match hint {
            Some(Ok(hint)) => Some(hint.sub.clone()),
            Some(Err(error)) => {
                return Err(AuthorizationRejection::new(
                    ErrorCode::InvalidRequest,
                    error.to_string(),
                ));
            }
            None => None,
        };
        Ok(request)
    }

    /// Decides whether the user must be asked (sections 3.1.2.1 to 3.1.2.3).
    pub(crate) fn decide(
        &self,
        request: &AuthorizationRequest,
        session: Option<Session>,
    ) -> Result<Decision, AuthorizationRejection> {
        let wanted = request.hinted_subject.as_deref();
        let chosen = self.chosen_user(request).filter(|user| fits(wanted, user));
        let (session, obstacle) = match session {
            None => (None, "no user is signed in"),
            Some(session) => match self.fitness(&session, request, wanted) {
                Ok(()) => (Some(session), ""),
                Err(reason) => (None, reason),
            },
        };
        let prompt = request.prompt;
        if let Some(session) = &session {
            let silent = !prompt.login && !prompt.consent && !prompt.select_account;
            if silent {
                return Ok(Decision::Continue(session.clone()));
            }
        }
        if let Some(user) = chosen {
            return Ok(Decision::SignIn(user));
        }
        if prompt.none {
            return Err(AuthorizationRejection::new(
                ErrorCode::LoginRequired,
                format!("prompt is `none`, but {obstacle}"),
            ));
        }
        Ok(Decision::Ask(session.filter(|_| !prompt.login)))
    }

    /// The user whom the configuration signs in without a page.
    fn chosen_user(&self, request: &AuthorizationRequest) -> Option<Arc<User>> {
        let hint = request.login_hint.as_deref().filter(|_| self.settings.login_hint_signs_in);
        let hinted = hint.and_then(|hint| self.directory.now().hinted_user(hint));
        hinted.or_else(|| self.user(self.settings.auto_login.as_deref()?))
    }

    /// Whether a session satisfies a request; the error says why it does not.
    fn fitness(
        &self,
        session: &Session,
        request: &AuthorizationRequest,
        wanted: Option<&str>,
    ) -> Result<(), &'static str> {
        let signs_in = self.settings.login_hint_signs_in;
        let hinted = request.login_hint.as_deref();
        let hinted = hinted.and_then(|hint| self.directory.now().hinted_user(hint));
        if hinted.is_some_and(|user| signs_in && user.subject != session.user.subject) {
            return Err("the user whom login_hint names is not signed in");
        }
        if !fits(wanted, &session.user) {
            return Err("the user whom id_token_hint names is not signed in");
        }
        let now = self.clock.seconds();
        match request.max_age {
            // The same as prompt=login, even within the second of the sign-in.
            Some(Duration::ZERO) => Err("max_age is 0, which requires a new sign-in"),
            Some(age) if until(session.auth_time, age) < now => {
                Err("the user signed in longer ago than max_age allows")
            }
            _ => Ok(()),
        }
    }

    /// Checks that a user may sign in to a client.
    pub(crate) fn admit(
        &self,
        user: &User,
        client: &Client,
        request: &AuthorizationRequest,
    ) -> Result<(), AuthorizationRejection> {
        if user.disabled {
            let reason = format!("user `{}` is disabled", user.subject);
            return Err(AuthorizationRejection::new(ErrorCode::AccessDenied, reason));
        }
        if user.denied_clients.contains(&client.id) {
            let reason = format!("user `{}` may not use client `{}`", user.subject, client.id);
            return Err(AuthorizationRejection::new(ErrorCode::AccessDenied, reason));
        }
        if !fits(request.hinted_subject.as_deref(), user) {
            let reason =
                format!("`{}` signed in, but id_token_hint names another user", user.subject);
            return Err(AuthorizationRejection::new(ErrorCode::LoginRequired, reason));
        }
        Ok(())
    }

    /// Signs a user in: begins a session that replaces the browser's last one.
    pub(crate) fn begin_session(&self, user: &Arc<User>, last: Option<&Session>) -> Session {
        let now = self.clock.seconds();
        let mut sessions = self.sessions();
        let last = last.and_then(|last| sessions.end(&last.sid));
        let (secret, user) = (self.random.token(), Arc::clone(user));
        let session = match last.filter(|last| last.user.subject == user.subject) {
            // The same user authenticated again: the session continues with a new cookie.
            Some(last) => Session::new(last.sid, secret, user, now).serving(last.flows),
            None => Session::new(self.random.token(), secret, user, now),
        };
        sessions.insert(session.clone(), now, until(now, self.settings.session_lifetime));
        session
    }

    /// Issues the code and tokens of the response type, and returns the parameters of the
    /// successful answer (section 3.1.2.5).
    pub(crate) fn issue_answer(
        &self,
        reply_to: &ReplyTo,
        request: AuthorizationRequest,
        session: &Session,
        flow: &str,
    ) -> Parameters {
        let client_id = reply_to.client.id.clone();
        if let Some(session) = self.sessions().get(&session.sid, self.clock.seconds()) {
            session.flows.record(&client_id, flow);
        }
        let response_type = request.response_type;
        let grant = Grant::new(session, client_id, request.scope, request.nonce, flow.to_owned())
            .in_context(request.acr_values.as_deref());
        let grant = Arc::new(grant);
        let now = self.clock.seconds();
        let mut parameters = Parameters::default();
        if response_type.has_code() {
            let value = self.random.token();
            parameters.push("code", &value);
            let code = Code {
                grant: Arc::clone(&grant),
                redirect_uri: reply_to.redirect_uri.clone(),
                challenge: request.code_challenge,
                expires: until(now, self.settings.code_lifetime),
                used: false,
            };
            self.grants().add_code(value, code, now);
        }
        self.add_tokens(&mut parameters, response_type, &grant, now);
        parameters
    }
}

/// True when there is no hint, or the user is the one that it names.
fn fits(wanted: Option<&str>, user: &User) -> bool {
    wanted.is_none_or(|subject| subject == user.subject)
}
