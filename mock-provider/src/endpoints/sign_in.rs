//! The sign-in page, and `POST /sign-in`, which receives its forms
//! ([OpenID Connect Core 1.0, sections 3.1.2.3 and 3.1.2.4](https://openid.net/specs/openid-connect-core-1_0.html#Authenticates)).
//!
//! The page carries the whole authorization request, so the provider stores nothing for unfinished
//! logins, and a page that was open during a restart still works.

use std::sync::Arc;

use axum::http::StatusCode;

use crate::directory::user::User;
use crate::exchange::answer::{Answer, not_allowed_page};
use crate::exchange::browser::Browser;
use crate::exchange::reply::{Content, Note, Reply};
use crate::exchange::request::Request;
use crate::failure::Choice;
use crate::issuer::authorization::Decision;
use crate::issuer::issuer::Issuer;
use crate::issuer::session::Session;
use crate::protocol::authorization::{AuthorizationRejection, AuthorizationRequest, ErrorCode};
use crate::protocol::parameters::Parameters;
use crate::protocol::scope::STANDARD_SCOPES;
use crate::ui::{ClientName, Problem, ScopeLine, SignInPage, UserCard, policy};

pub(crate) fn post(issuer: &Issuer, request: &Request) -> Reply {
    let form = match &request.form {
        Ok(form) => form,
        Err(reason) => return Reply::unreadable(reason),
    };
    let parameters = match &request.carried {
        Ok(parameters) => parameters,
        Err(reason) => return Reply::unreadable(reason),
    };
    let cross_origin = request.is_cross_origin(&issuer.url);
    let session = Browser::of(request).session(issuer);
    let flow = flow(form).unwrap_or_else(|| issuer.random.flow());
    let reply_to = match issuer.validate_client(parameters) {
        Ok(reply_to) => reply_to,
        Err(error) => return not_allowed_page(&error, &flow),
    };
    let answer = Answer { issuer, reply_to: &reply_to, flow: &flow };
    let request = match issuer.read(parameters, &reply_to, request.hint.as_ref()) {
        Ok(request) => request,
        Err(rejection) => return answer.reject(&rejection, None),
    };
    if cross_origin {
        let reason = "the sign-in form was sent by a page of another origin";
        return Reply::text(format!("{reason}\n"))
            .status(StatusCode::FORBIDDEN)
            .note(Note::refused("cross_origin", reason).flow(&flow));
    }
    let choice = Choice::read(form);
    let shown = |request: &_, session: Option<&Session>, problem| {
        page(&answer, parameters, request, session, problem, &choice)
    };
    let decision = form.last("decision");
    let reply = match decision {
        _ if choice.problem().is_some() || decision == Some("choose-failure") => {
            // Shows the page again, with the chosen failure or the error in it.
            match issuer.decide(&request, session) {
                Ok(Decision::Ask(session)) => shown(&request, session.as_ref(), None),
                _ => shown(&request, None, None),
            }
        }
        Some("deny") => {
            let reason = "the user pressed Deny";
            answer.reject(&AuthorizationRejection::new(ErrorCode::AccessDenied, reason), None)
        }
        // Continues the session that the page offered, if it is still live.
        Some("continue") => match issuer.decide(&request, session.clone()) {
            Ok(Decision::Ask(Some(session)) | Decision::Continue(session)) => {
                answer.succeed(request, &session)
            }
            Ok(Decision::SignIn(user)) => answer.sign_in(request, &user, session.as_ref()),
            Ok(Decision::Ask(None)) => {
                let text = "Your session has ended. Please sign in again.".to_owned();
                shown(&request, None, Some(Problem { subject: None, text }))
            }
            Err(rejection) => answer.reject(&rejection, None),
        },
        _ => match authenticate(issuer, form) {
            Ok(user) => answer.sign_in(request, &user, session.as_ref()),
            Err(problem) => shown(&request, None, Some(problem)),
        },
    };
    // The failure acts on the rest of this login, beginning with this answer.
    if matches!(reply.content, Content::Authorization(_)) && choice.failure().is_some() {
        reply.chosen_failure(&choice.written)
    } else {
        reply
    }
}

/// Finds the user whom the form names, and checks the password where there is one.
fn authenticate(issuer: &Issuer, form: &Parameters) -> Result<Arc<User>, Problem> {
    let subject = form.last("subject").map(str::trim).filter(|subject| !subject.is_empty());
    let problem =
        |text: &str| Err(Problem { subject: subject.map(str::to_owned), text: text.to_owned() });
    let Some(subject) = subject else {
        return problem("Please choose or enter a user.");
    };
    // OpenID Connect Core 1.0, section 2.
    if subject.len() > 255 || !subject.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return problem(
            "A subject must have at most 255 ASCII characters and no control characters.",
        );
    }
    let Some(user) = issuer.user_or_stranger(subject) else {
        return problem("There is no such user.");
    };
    match (&user.password, form.last("password")) {
        (None, _) => Ok(user),
        (Some(password), Some(given)) if password.matches(given) => Ok(user),
        (Some(_), None) => problem("Please enter the password."),
        (Some(_), Some(_)) => problem("Wrong password."),
    }
}

/// The flow that the page carried, unless it was tampered with.
fn flow(form: &Parameters) -> Option<String> {
    let flow = form.last("flow")?;
    let valid = flow.len() == 8 && flow.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then(|| flow.to_owned())
}

/// Shows the page.
pub(crate) fn page(
    answer: &Answer<'_>,
    parameters: &Parameters,
    request: &AuthorizationRequest,
    session: Option<&Session>,
    problem: Option<Problem>,
    choice: &Choice,
) -> Reply {
    let Answer { issuer, reply_to, flow } = answer;
    let client = &reply_to.client;
    let hint = request.login_hint.as_deref();
    let directory = issuer.directory.now();
    let hinted = hint.and_then(|hint| directory.hinted_user(hint));
    let hinted = hinted.as_ref().map(|user| user.subject.as_str());
    let rejection = problem.as_ref().map(|problem| &*problem.text).or(choice.problem());
    let subject_value = match &problem {
        Some(Problem { subject: Some(subject), .. }) if directory.user(subject).is_none() => {
            subject
        }
        _ => hint.filter(|_| hinted.is_none()).unwrap_or_default(),
    };
    let page = SignInPage {
        client: ClientName { id: client.id.clone(), name: client.display_name().to_owned() },
        scopes: request
            .scope
            .iter()
            .map(|scope| ScopeLine { name: scope.to_owned(), description: describe(issuer, scope) })
            .collect(),
        users: directory
            .users
            .iter()
            .map(|user| UserCard {
                hinted: hinted == Some(user.subject.as_str()),
                note: user
                    .denied_clients
                    .contains(&client.id)
                    .then(|| "May not use this client: will be refused".to_owned()),
                ..UserCard::from(&**user)
            })
            .collect(),
        action: "sign-in".into(),
        hidden: hidden_fields(parameters, flow, choice),
        any_subject: issuer.settings.any_subject,
        subject_value: subject_value.to_owned(),
        signed_in: session.map(|session| UserCard::from(&*session.user)),
        problem: problem.clone(),
        failure: choice.picker(),
    };
    let status =
        if rejection.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let note = match rejection {
        Some(problem) => Note::refused("sign_in_refused", problem).client(&client.id).flow(*flow),
        None => {
            answer.note(format!("{} asks for {}, sign-in page shown", client.id, request.scope))
        }
    };
    Reply::page(&page, &policy::PAGE).status(status).note(note)
}

/// The hidden fields of every form on the page.
fn hidden_fields(parameters: &Parameters, flow: &str, choice: &Choice) -> Vec<(String, String)> {
    let mut fields =
        vec![("request".into(), parameters.encode()), ("flow".into(), flow.to_owned())];
    if choice.failure().is_some() {
        fields.push(("failure".into(), choice.written.clone()));
    }
    fields
}

/// Describes a scope: the purpose of a standard scope, or the claims of a configured one.
fn describe(issuer: &Issuer, scope: &str) -> String {
    let standard = STANDARD_SCOPES.iter().find(|standard| standard.value == scope);
    match (standard, issuer.settings.scopes.get(scope)) {
        (Some(standard), _) => standard.description.to_owned(),
        (None, Some(claims)) => format!("read {}", claims.join(", ")),
        (None, None) => String::new(),
    }
}

impl From<&User> for UserCard {
    fn from(user: &User) -> Self {
        Self {
            subject: user.subject.clone(),
            name: user.name.clone(),
            email: user.email.clone(),
            groups: user.groups.clone(),
            picture: user.picture.clone(),
            has_password: user.password.is_some(),
            disabled: user.disabled,
            note: None,
            hinted: false,
        }
    }
}
