//! The pages that the provider shows: plain structs in, HTML out.
//!
//! Pages do not depend on requests, sessions or configuration. An endpoint fills the fields and calls
//! [`render`](askama::Template::render); the templates next to `src` escape every field. Only two
//! pages need a script: the one that posts an authorization response and the one that checks a
//! session. No page loads anything but the users' pictures: styles and scripts are inline, so a page
//! looks the same below any path, offline, and when saved to a file.
//!
//! Send each page with the matching policy from [`policy`].

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
