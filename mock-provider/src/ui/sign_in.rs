//! The sign-in page: who asks for what, and every user one click away.
//!
//! Each choice is a form of its own that posts to [`SignInPage::action`]:
//!
//! | field | value |
//! |---|---|
//! | `decision` | `sign-in`; `continue` with the session that exists already; `deny`; or `choose-failure`, which shows the page again |
//! | `subject` | who signs in or continues; absent when denied |
//! | `password` | only from users that have one |
//! | `failure` | the failure that was chosen for this login, if one was |
//!
//! and every field of [`SignInPage::hidden`].

use askama::Template;

use super::{FailurePicker, UserCard};

/// Asks the end user to authenticate, and to consent by going on
/// ([OpenID Connect Core 1.0, sections 3.1.2.3 and 3.1.2.4]).
///
/// [OpenID Connect Core 1.0, sections 3.1.2.3 and 3.1.2.4]: https://openid.net/specs/openid-connect-core-1_0.html#Authenticates
#[derive(Debug, Clone, Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    /// The client that sent the end user here.
    pub(crate) client: ClientName,
    /// What the client asks for, in the request's order.
    pub(crate) scopes: Vec<ScopeLine>,
    /// The users to choose from, in the order to show them.
    pub(crate) users: Vec<UserCard>,
    /// Where the forms are posted: a URL, or a path of this origin.
    pub(crate) action: String,
    /// Names and values that every form carries, such as the handle of the
    /// pending request.
    pub(crate) hidden: Vec<(String, String)>,
    /// Whether a subject that is no configured user may be typed in.
    pub(crate) any_subject: bool,
    /// What stands in the field for any other subject: a `login_hint` that
    /// means nobody in the list, or what was typed before; empty otherwise.
    pub(crate) subject_value: String,
    /// Why the page is shown again, if it is.
    pub(crate) problem: Option<Problem>,
    /// Who has a session already and may go on with it, first of all choices.
    pub(crate) signed_in: Option<UserCard>,
    /// The failure that was chosen for this login.
    pub(crate) failure: FailurePicker,
}

/// What a page calls a client.
#[derive(Debug, Clone)]
pub(crate) struct ClientName {
    /// The `client_id`.
    pub(crate) id: String,
    /// The `client_name`, or the identifier again.
    pub(crate) name: String,
}

/// A scope that the client asks for.
#[derive(Debug, Clone)]
pub(crate) struct ScopeLine {
    /// The scope's value, such as `profile`.
    pub(crate) name: String,
    /// What granting it means, as a short phrase; may be empty.
    pub(crate) description: String,
}

/// Why a form was not accepted.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    /// Whose form it was: the message stands in that form, which has the
    /// focus. `None` puts the message above all forms.
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

/// What tells a form from its neighbours.
#[derive(Debug, Clone, Copy)]
struct Mark<'a> {
    /// Whether the keyboard starts here, so that Enter alone signs in.
    focus: bool,
    /// The message that this form shows.
    problem: Option<&'a str>,
}

impl SignInPage {
    /// Whether the page is shown again because something is wrong.
    fn is_wrong(&self) -> bool {
        self.problem.is_some() || self.failure.problem.is_some()
    }

    /// What is told above all forms.
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

    /// Looks up once which places are special, and tells the mark of any.
    fn marks<'a>(&'a self) -> impl Fn(Place) -> Mark<'a> {
        let (focus, told) = (self.focus(), self.problem_place());
        let problem = self.problem.as_ref().map(|problem| problem.text.as_str());
        move |place| Mark {
            focus: focus == place,
            problem: problem.filter(|_| told == Some(place)),
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
        // Enter should lead to success where it can.
        let enabled = self.users.iter().position(|user| !user.disabled);
        Place::User(enabled.unwrap_or(0))
    }

    /// Where the problem is told, if there is one.
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
