//! The user agents of an audit.

use std::future::Future;

use anyhow::Result;
use http_browser::{Button, Form, Page};
use url::Url;

/// Opens pages as the browser of an end user does: with cookies, following redirects and pages that
/// navigate by themselves, such as that of
/// [form_post](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html).
///
/// Each end user has a user agent.
pub trait UserAgent: Sized {
    /// Opens an address, and follows redirects and forms that submit themselves until there is a page for
    /// a person.
    ///
    /// A server that does not respond is not an error: [`Page::trouble`] says so.
    ///
    /// # Errors
    ///
    /// When the user agent itself fails.
    fn open(&mut self, url: &Url) -> impl Future<Output = Result<Page>>;

    /// Submits a form of the page on display, with one of its buttons if it has any.
    ///
    /// # Errors
    ///
    /// When the user agent itself fails.
    fn submit(
        &mut self,
        form: &Form,
        button: Option<&Button>,
    ) -> impl Future<Output = Result<Page>>;

    /// Another tab, which shares the cookies. `None` if tabs cannot be used at the same time.
    fn tab(&self) -> Option<Self>;

    /// Another user agent with a copy of the cookies, as if they were stolen. `None` if they cannot be
    /// copied.
    fn copy(&self) -> Option<Self>;

    /// Removes the cookies of the host of `url`. `false` if that is not possible.
    fn forget(&mut self, url: &Url) -> bool;

    /// Whether a page ran a script that opened a dialog, as the scripts of failures do. A user agent
    /// without scripts returns `false`.
    fn ran_script(&self) -> bool;
}

/// Creates user agents, each for another end user.
pub trait UserAgents {
    /// The user agents.
    type Agent: UserAgent;

    /// A user agent without cookies.
    ///
    /// # Errors
    ///
    /// When it does not start.
    fn fresh(&self) -> impl Future<Output = Result<Self::Agent>>;
}
