//! Who opens pages in an audit.

use std::future::Future;

use anyhow::Result;
use http_browser::{Button, Form, Page};
use url::Url;

/// Something that opens pages as an end user's browser does: with cookies, following redirects and
/// pages that go on by themselves, such as that of
/// [form_post](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html).
///
/// One user agent is one end user's session with all servers.
pub trait UserAgent: Sized {
    /// Opens an address, and goes where it leads until there is a page for a person.
    ///
    /// A server that does not answer is no error: the page says so.
    ///
    /// # Errors
    ///
    /// When the user agent itself fails.
    fn open(&mut self, url: &Url) -> impl Future<Output = Result<Page>>;

    /// Sends a form of the page that is shown, with one of its buttons where it has any.
    ///
    /// # Errors
    ///
    /// When the user agent itself fails.
    fn submit(
        &mut self,
        form: &Form,
        button: Option<&Button>,
    ) -> impl Future<Output = Result<Page>>;

    /// Another tab, which shares the cookies. `None` where tabs cannot work at once.
    fn tab(&self) -> Option<Self>;

    /// A user agent with a copy of the cookies: what a thief of them has. `None` where they cannot
    /// be copied.
    fn copy(&self) -> Option<Self>;

    /// Forgets the cookies of an address. `false` where that is not possible.
    fn forget(&mut self, url: &Url) -> bool;

    /// Whether a page ran a script that opened a dialog, as the scripts of failures do. A user agent
    /// that runs no scripts returns `false`.
    fn ran_script(&self) -> bool;
}

/// Makes user agents, each of another end user.
pub trait UserAgents {
    /// What is made.
    type Agent: UserAgent;

    /// A user agent that has been nowhere yet.
    ///
    /// # Errors
    ///
    /// When it does not start.
    fn fresh(&self) -> impl Future<Output = Result<Self::Agent>>;
}
