//! The sign-in page: the client, the scopes that it requests, and the users to choose from.
//!
//! Each choice is a form of its own that posts to [`SignInPage::action`]:
//!
//! | field | value |
//! |---|---|
//! | `decision` | `sign-in`; `continue` with the existing session; `deny`; or `choose-failure`, which shows the page again |
//! | `subject` | the user that signs in or continues; absent with `deny` |
//! | `password` | only for users with a password |
//! | `failure` | the failure that was chosen for this login, if any |
//!
//! and every field of [`SignInPage::hidden`].

use askama::Template;

use super::{FailurePicker, UserCard};

/// Asks the end user to authenticate, and to consent by continuing
/// ([OpenID Connect Core 1.0, sections 3.1.2.3 and 3.1.2.4]).
///
/// [OpenID Connect Core 1.0, sections 3.1.2.3 and 3.1.2.4]: https://openid.net/specs/openid-connect-core-1_0.html#Authenticates
#[derive(Debug, Clone, Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    /// The client that sent the end user here.
    pub(crate) client: ClientName,
    /// The requested scopes, in the order of the request.
    pub(crate) scopes: Vec<ScopeLine>,
    /// The users to choose from, in display order.
    pub(crate) users: Vec<UserCard>,
    /// Where the forms are posted: a URL or a path of this origin.
    pub(crate) action: String,
    /// The hidden fields of every form, such as the authorization request.
    pub(crate) hidden: Vec<(String, String)>,
    /// Whether a subject that is not a configured user may be typed in.
    pub(crate) any_subject: bool,
    /// The value of the field for any other subject: a `login_hint` that matches
    /// no configured user, or what was typed before; empty otherwise.
    pub(crate) subject_value: String,
    /// Why the page is shown again, after a form was refused.
    pub(crate) problem: Option<Problem>,
    /// The user who has a session and may continue with it, which is the first choice.
    pub(crate) signed_in: Option<UserCard>,
    /// The picker for a failure of this login.
    pub(crate) failure: FailurePicker,
}

/// How a page names a client.
#[derive(Debug, Clone)]
pub(crate) struct ClientName {
    /// The `client_id`.
    pub(crate) id: String,
    /// The `client_name`, or the identifier again.
    pub(crate) name: String,
}

/// A requested scope.
#[derive(Debug, Clone)]
pub(crate) struct ScopeLine {
    /// The scope's value, such as `profile`.
    pub(crate) name: String,
    /// What it allows, as a short phrase; may be empty.
    pub(crate) description: String,
}

/// Why a form was not accepted.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    /// The user in whose form the message is shown, which also gets the focus.
    /// `None` puts the message above all forms.
    pub(crate) subject: Option<String>,
    /// A plain sentence, such as `Wrong password.`
    pub(crate) text: String,
}

/// A place on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Above all forms.
    Top,
    /// The form that continues with the existing session.
    Continue,
    /// The card of the user with this index.
    User(usize),
    /// The form for any other subject.
    AnySubject,
    /// The picker of failures.
    Failure,
}

/// How a form differs from the others.
#[derive(Debug, Clone, Copy)]
struct Mark<'a> {
    /// Whether the keyboard focus starts here, so that Enter alone signs in.
    focus: bool,
    /// The message in this form.
    problem: Option<&'a str>,
}

impl SignInPage {
    /// Whether the page is shown again because of a problem.
    fn is_wrong(&self) -> bool {
        self.problem.is_some() || self.failure.problem.is_some()
    }

    /// The message above all forms.
    fn top_problem(&self) -> Option<&str> {
        self.marks()(Place::Top).problem
    }

    /// The mark of the form that continues with the existing session.
    fn continue_mark(&self) -> Mark<'_> {
        self.marks()(Place::Continue)
    }

    /// The users with the marks of their cards.
    fn cards(&self) -> impl Iterator<Item = (&UserCard, Mark<'_>)> {
        let mark = self.marks();
        self.users.iter().enumerate().map(move |(index, user)| (user, mark(Place::User(index))))
    }

    /// The mark of the form for any other subject.
    fn any_subject_mark(&self) -> Mark<'_> {
        self.marks()(Place::AnySubject)
    }

    /// Determines the special places once, and returns the mark of any place.
    fn marks<'a>(&'a self) -> impl Fn(Place) -> Mark<'a> {
        let (focus, problem_place) = (self.focus(), self.problem_place());
        let problem = self.problem.as_ref().map(|problem| problem.text.as_str());
        move |place| Mark {
            focus: focus == place,
            problem: problem.filter(|_| problem_place == Some(place)),
        }
    }

    /// The form that has the focus.
    fn focus(&self) -> Place {
        if self.failure.has_focus() {
            return Place::Failure;
        }
        if let Some(place) = self.problem_place().filter(|place| *place != Place::Top) {
            return place;
        }
        if self.signed_in.is_some() {
            return Place::Continue;
        }
        if let Some(hinted) = self.users.iter().position(|user| user.hinted) {
            return Place::User(hinted);
        }
        if self.any_subject && (self.users.is_empty() || !self.subject_value.is_empty()) {
            return Place::AnySubject;
        }
        // Prefer a user for whom pressing Enter succeeds.
        let enabled = self.users.iter().position(|user| !user.disabled);
        Place::User(enabled.unwrap_or(0))
    }

    /// Where the problem is shown, if there is one.
    fn problem_place(&self) -> Option<Place> {
        let Some(subject) = &self.problem.as_ref()?.subject else {
            return Some(Place::Top);
        };
        let listed = self.users.iter().position(|user| user.subject == *subject);
        Some(match listed {
            Some(index) => Place::User(index),
            None if self.any_subject => Place::AnySubject,
            None => Place::Top,
        })
    }
}
