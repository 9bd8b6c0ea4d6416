//! Names what happened in a case, seen from outside.

use std::fmt;

use http_browser::{Page, Trouble};

use crate::oracle::Who;

/// What happened in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The relying party never encountered the failure.
    NotExercised,
    /// The relying party does not have the feature that the failure acts on.
    NotApplicable,
    /// A login without the failure does not work either, so the case proves nothing.
    HarnessBroken,
    /// The relying party stopped responding.
    RelyingPartyDown,
    /// Text of the provider ran as a script on a page of the relying party.
    ScriptExecuted,
    /// The relying party requested an address that it must not request, or sent a secret there.
    CanaryHit,
    /// A user is signed in who did not sign in.
    SessionVictim,
    /// The user who signed in is signed in.
    SessionExpected,
    /// A user is signed in, and no page shows which.
    SessionUnknown,
    /// Relying party and provider redirected the user agent back and forth, or the relying party kept
    /// sending requests to the provider.
    Loop,
    /// No page arrived in time.
    Hang,
    /// The relying party responded with a 5xx status and a page that is not its own error page.
    ServerError,
    /// The user saw JSON, a stack trace or nothing.
    RawError,
    /// No user is signed in, and a page says why or offers a login.
    CleanError,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 14] = [
        Self::NotExercised,
        Self::NotApplicable,
        Self::HarnessBroken,
        Self::RelyingPartyDown,
        Self::ScriptExecuted,
        Self::CanaryHit,
        Self::SessionVictim,
        Self::SessionExpected,
        Self::SessionUnknown,
        Self::Loop,
        Self::Hang,
        Self::ServerError,
        Self::RawError,
        Self::CleanError,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotExercised => "not-exercised",
            Self::NotApplicable => "not-applicable",
            Self::HarnessBroken => "harness-broken",
            Self::RelyingPartyDown => "rp-down",
            Self::ScriptExecuted => "script-executed",
            Self::CanaryHit => "canary-hit",
            Self::SessionVictim => "session-victim",
            Self::SessionExpected => "session-expected",
            Self::SessionUnknown => "session-unknown",
            Self::Loop => "loop",
            Self::Hang => "hang",
            Self::ServerError => "error-5xx",
            Self::RawError => "error-raw",
            Self::CleanError => "error-clean",
        }
    }

    /// Whether no user is signed in and the relying party still responds.
    pub fn is_error(self) -> bool {
        matches!(self, Self::ServerError | Self::RawError | Self::CleanError)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The observations in a case.
#[derive(Debug)]
pub struct Seen<'a> {
    /// The page of the relying party that the scenario ended on.
    pub page: &'a Page,
    /// Who is signed in at the end.
    pub who: Who,
    /// Whether attributes of another person beside the user's own mean that accounts were mixed up. They
    /// do not if the failure assigns them to the user.
    pub foreign_attributes_count: bool,
    /// Whether the failure acted, or the user agent itself took the action that the case tests.
    pub exercised: bool,
    /// Whether the relying party responds.
    pub alive: bool,
    /// Whether text of the provider ran as a script, or would have run in a browser.
    pub script: bool,
    /// Whether an address was requested that must not be.
    pub canary: bool,
    /// Whether each login requested the keys of the provider.
    pub hammers: bool,
    /// The number of authorization requests beyond those that the scenario needs.
    pub surplus_authorizations: usize,
    /// The title of the relying party's own error page.
    pub error_title: Option<&'a str>,
}

/// More authorization requests than this beyond those that a scenario needs are a loop.
const MAX_SURPLUS_AUTHORIZATIONS: usize = 3;

/// Names the outcome of a case. An attacker's gain takes precedence over the look of the page.
pub fn outcome(seen: &Seen<'_>) -> Outcome {
    if !seen.exercised {
        return Outcome::NotExercised;
    }
    if !seen.alive {
        return Outcome::RelyingPartyDown;
    }
    if seen.script {
        return Outcome::ScriptExecuted;
    }
    if seen.canary {
        return Outcome::CanaryHit;
    }
    match seen.who {
        Who::AnotherPerson { own_attributes: true } if !seen.foreign_attributes_count => {
            return Outcome::SessionExpected;
        }
        Who::AnotherPerson { .. } => return Outcome::SessionVictim,
        Who::Expected { foreign_attributes: true } if seen.foreign_attributes_count => {
            return Outcome::SessionVictim;
        }
        Who::Expected { .. } => return Outcome::SessionExpected,
        Who::Unknown => return Outcome::SessionUnknown,
        Who::Nobody => {}
    }
    let page = seen.page;
    match page.trouble {
        Some(Trouble::TooManyRedirects) => return Outcome::Loop,
        Some(Trouble::Timeout) => return Outcome::Hang,
        _ if seen.hammers || seen.surplus_authorizations > MAX_SURPLUS_AUTHORIZATIONS => {
            return Outcome::Loop;
        }
        // The user agent shows its own page when a connection breaks.
        Some(Trouble::Connection(_)) => return Outcome::RawError,
        None => {}
    }
    let is_own_error_page = page.is_html() && seen.error_title == Some(page.title());
    match page.status {
        Some(500..) if !is_own_error_page => Outcome::ServerError,
        _ if !page.is_html() || page.text().is_empty() => Outcome::RawError,
        _ => Outcome::CleanError,
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::CONTENT_TYPE;

    use super::*;

    fn page(status: u16, content_type: &str, source: &str) -> Page {
        let mut page = Page::new("http://127.0.0.1/".parse().unwrap(), source.to_owned());
        page.status = Some(status);
        page.headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        page
    }

    fn seen(page: &Page) -> Seen<'_> {
        Seen {
            page,
            who: Who::Nobody,
            foreign_attributes_count: true,
            exercised: true,
            alive: true,
            script: false,
            canary: false,
            hammers: false,
            surplus_authorizations: 0,
            error_title: Some("Oops"),
        }
    }

    const ANOTHER_PERSON: Who = Who::AnotherPerson { own_attributes: false };

    const OWN: &str = "<title>Oops</title><p>Sorry.";

    #[test]
    fn a_case_that_was_not_exercised_proves_nothing_regardless_of_its_end() {
        let page = page(500, "text/html", "");
        let seen = Seen { exercised: false, who: ANOTHER_PERSON, ..seen(&page) };
        assert_eq!(outcome(&seen), Outcome::NotExercised);
    }

    #[test]
    fn a_readable_page_is_a_clean_error() {
        assert_eq!(outcome(&seen(&page(400, "text/html", OWN))), Outcome::CleanError);
        assert_eq!(
            outcome(&seen(&page(200, "text/html; charset=utf-8", "<h1>Sign in"))),
            Outcome::CleanError
        );
    }

    #[test]
    fn the_relying_partys_own_error_page_is_clean_with_any_status() {
        assert_eq!(outcome(&seen(&page(502, "text/html", OWN))), Outcome::CleanError);
        let other = page(502, "text/html", "<title>Bad Gateway</title><p>Bad Gateway");
        assert_eq!(outcome(&seen(&other)), Outcome::ServerError);
    }

    #[test]
    fn a_page_that_no_user_can_read_is_a_raw_error() {
        assert_eq!(outcome(&seen(&page(400, "application/json", "{}"))), Outcome::RawError);
        assert_eq!(outcome(&seen(&page(400, "text/html", "<title>x</title>"))), Outcome::RawError);
        let mut broken = page(0, "text/html", "");
        broken.trouble = Some(Trouble::Connection("closed".to_owned()));
        assert_eq!(outcome(&seen(&broken)), Outcome::RawError);
    }

    #[test]
    fn sessions_take_precedence_over_pages() {
        let page = page(500, "text/plain", "panicked at");
        for (who, expected) in [
            (ANOTHER_PERSON, Outcome::SessionVictim),
            (Who::Expected { foreign_attributes: true }, Outcome::SessionVictim),
            (Who::Expected { foreign_attributes: false }, Outcome::SessionExpected),
            (Who::Unknown, Outcome::SessionUnknown),
            (Who::Nobody, Outcome::ServerError),
        ] {
            assert_eq!(outcome(&Seen { who, ..seen(&page) }), expected, "{who:?}");
        }
    }

    #[test]
    fn attributes_of_another_person_may_be_the_users_own() {
        let page = page(200, "text/html", OWN);
        for who in [
            Who::Expected { foreign_attributes: true },
            Who::AnotherPerson { own_attributes: true },
        ] {
            let mixed = Seen { who, ..seen(&page) };
            assert_eq!(outcome(&mixed), Outcome::SessionVictim);
            let given = Seen { foreign_attributes_count: false, ..mixed };
            assert_eq!(outcome(&given), Outcome::SessionExpected);
        }
    }

    #[test]
    fn surplus_authorizations_are_a_loop_and_no_response_is_a_hang() {
        let html = page(200, "text/html", OWN);
        let repeated =
            Seen { surplus_authorizations: MAX_SURPLUS_AUTHORIZATIONS + 1, ..seen(&html) };
        assert_eq!(outcome(&repeated), Outcome::Loop);
        assert_eq!(outcome(&Seen { hammers: true, ..seen(&html) }), Outcome::Loop);
        let mut late = page(0, "text/html", "");
        late.trouble = Some(Trouble::Timeout);
        assert_eq!(outcome(&seen(&late)), Outcome::Hang);
    }

    #[test]
    fn an_attackers_gain_takes_precedence() {
        let page = page(200, "text/html", OWN);
        let who = Who::Expected { foreign_attributes: false };
        assert_eq!(outcome(&Seen { canary: true, who, ..seen(&page) }), Outcome::CanaryHit);
        assert_eq!(outcome(&Seen { script: true, who, ..seen(&page) }), Outcome::ScriptExecuted);
        assert_eq!(outcome(&Seen { alive: false, ..seen(&page) }), Outcome::RelyingPartyDown);
    }
}
