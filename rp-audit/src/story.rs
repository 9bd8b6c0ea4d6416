//! How a scenario ended.

use http_browser::Page;

use crate::oracle::Who;

/// The end of a scenario.
pub struct Story<Agent> {
    /// The last page of the relying party.
    pub page: Page,
    /// The page that shows who is signed in.
    pub identity: Page,
    /// Who is signed in.
    pub who: Who,
    /// The user agent at the end.
    pub agent: Agent,
    /// The number of logins.
    pub logins: usize,
    /// Whether the user agents themselves took the action that the case tests, so the provider need not.
    pub by_user_agent: bool,
    /// The status of the relying party's response to the latest logout token.
    pub logout_token_status: Option<u16>,
    /// Whether each login requested the keys of the provider.
    pub hammers: bool,
    /// Remarks for the report.
    pub notes: Vec<String>,
}

impl<Agent> Story<Agent> {
    pub(crate) fn logins(self, logins: usize) -> Self {
        Self { logins, ..self }
    }

    pub(crate) fn by_user_agent(self) -> Self {
        Self { by_user_agent: true, ..self }
    }

    /// Judges the page that the user returns to instead of the login.
    pub(crate) fn about_identity(self) -> Self {
        Self { page: self.identity.clone(), ..self }
    }

    pub(crate) fn note(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }
}
