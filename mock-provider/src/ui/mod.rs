//! The pages that a person sees: plain structs in, HTML out.
//!
//! A page knows nothing of requests, sessions or configuration. An endpoint
//! fills its fields and calls [`render`](askama::Template::render); the
//! templates beside `src` escape every field. No page needs a script, except
//! the one that posts an authorization response, and none loads anything but
//! the users' pictures: style and script are part of the page, so it looks the
//! same behind any path, offline, and when saved to a file.
//!
//! Send each page with the policy of [`policy`] that fits it.

mod check_session;
mod error;
mod failure_picker;
mod form_post;
mod home;
mod logout;
pub(crate) mod policy;
mod sign_in;
mod user_card;

pub(crate) use check_session::CheckSessionPage;
pub(crate) use error::ErrorPage;
pub(crate) use failure_picker::{FailureClass, FailurePicker, FailureRow};
pub(crate) use form_post::FormPostPage;
pub(crate) use home::{ClientCard, EndpointLine, HomePage, Setting};
pub(crate) use logout::{Frame, LogoutPage, SignedOutPage};
pub(crate) use sign_in::{ClientName, Problem, ScopeLine, SignInPage};
pub(crate) use user_card::UserCard;

#[cfg(test)]
mod tests;
