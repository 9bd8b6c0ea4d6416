//! What happened in a case, as seen from outside.

use std::fmt;

use http_browser::{Page, Trouble};

use crate::oracle::Who;

/// What happened in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The relying party never met the failure.
    NotExercised,
    /// The relying party has nothing that the failure could act on.
    NotApplicable,
    /// A login without the failure did not work either, so the case proves nothing.
    HarnessBroken,
    /// The relying party stopped answering.
    RelyingPartyDown,
    /// Text of the provider ran as a script on a page of the relying party.
    ScriptExecuted,
    /// The relying party followed an address that it must not follow, or sent a secret there.
    CanaryHit,
    /// Somebody is signed in who did not sign in.
    SessionVictim,
    /// The user who signed in is signed in.
    SessionExpected,
    /// Somebody is signed in, and no page tells who.
    SessionUnknown,
    /// Relying party and provider sent the user agent to and fro, or the relying party asked the
    /// provider again and again.
    Loop,
    /// No page came in time.
    Hang,
    /// The relying party answered 5xx with a page that is not its own error page.
    ServerError,
    /// The user got to read JSON, a stack trace or nothing.
    RawError,
    /// Nobody is signed in, and the user reads why, or can sign in.
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

    /// The name, as reports write it.
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

    /// True when nobody is signed in and the relying party still answers.
    pub fn is_error(self) -> bool {
        matches!(self, Self::ServerError | Self::RawError | Self::CleanError)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What was seen of a case.
#[derive(Debug)]
pub struct Seen<'a> {
    /// The page that the story ended on, where it ended on one of the relying party.
    pub page: &'a Page,
    /// Who is signed in at the end.
    pub who: Who,
    /// Whether somebody else's attributes beside the user's own mean that accounts were mixed: not
    /// where the failure gives them to the user.
    pub foreign_attributes_count: bool,
    /// Whether the failure acted, or the user agent did what the case is about.
    pub exercised: bool,
    /// Whether the relying party answers.
    pub alive: bool,
    /// Whether text of the provider would have run as a script, or did.
    pub script: bool,
    /// Whether an address was followed that must not be.
    pub canary: bool,
    /// Whether the provider was asked for keys at every turn.
    pub hammers: bool,
    /// How many authorization requests the provider was sent beyond those that the story needs.
    pub surplus_authorizations: usize,
    /// The title of the relying party's own error page.
    pub error_title: Option<&'a str>,
}

/// So many authorization requests beyond those that a story needs are a loop.
const LOOP: usize = 3;

/// Names what was seen. The order is that of certainty: what an attacker gained comes before how
/// the page looked.
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
        Who::SomebodyElse { own_attributes: true } if !seen.foreign_attributes_count => {
            return Outcome::SessionExpected;
        }
        Who::SomebodyElse { .. } => return Outcome::SessionVictim,
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
        _ if seen.hammers || seen.surplus_authorizations > LOOP => return Outcome::Loop,
        // A connection that broke shows the user agent's own page.
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

    const SOMEBODY_ELSE: Who = Who::SomebodyElse { own_attributes: false };

    const OWN: &str = "<title>Oops</title><p>Sorry.";

    #[test]
    fn what_nobody_met_proves_nothing_however_it_ended() {
        let page = page(500, "text/html", "");
        let seen = Seen { exercised: false, who: SOMEBODY_ELSE, ..seen(&page) };
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
    fn what_no_user_can_read_is_a_raw_error() {
        assert_eq!(outcome(&seen(&page(400, "application/json", "{}"))), Outcome::RawError);
        assert_eq!(outcome(&seen(&page(400, "text/html", "<title>x</title>"))), Outcome::RawError);
        let mut broken = page(0, "text/html", "");
        broken.trouble = Some(Trouble::Connection("closed".to_owned()));
        assert_eq!(outcome(&seen(&broken)), Outcome::RawError);
    }

    #[test]
    fn sessions_come_before_pages() {
        let page = page(500, "text/plain", "panicked at");
        for (who, expected) in [
            (SOMEBODY_ELSE, Outcome::SessionVictim),
            (Who::Expected { foreign_attributes: true }, Outcome::SessionVictim),
            (Who::Expected { foreign_attributes: false }, Outcome::SessionExpected),
            (Who::Unknown, Outcome::SessionUnknown),
            (Who::Nobody, Outcome::ServerError),
        ] {
            assert_eq!(outcome(&Seen { who, ..seen(&page) }), expected, "{who:?}");
        }
    }

    #[test]
    fn attributes_of_somebody_else_may_be_the_users_own() {
        let page = page(200, "text/html", OWN);
        for who in
            [Who::Expected { foreign_attributes: true }, Who::SomebodyElse { own_attributes: true }]
        {
            let mixed = Seen { who, ..seen(&page) };
            assert_eq!(outcome(&mixed), Outcome::SessionVictim);
            let given = Seen { foreign_attributes_count: false, ..mixed };
            assert_eq!(outcome(&given), Outcome::SessionExpected);
        }
    }

    #[test]
    fn going_to_and_fro_is_a_loop_and_no_answer_is_a_hang() {
        let html = page(200, "text/html", OWN);
        let to_and_fro = Seen { surplus_authorizations: LOOP + 1, ..seen(&html) };
        assert_eq!(outcome(&to_and_fro), Outcome::Loop);
        assert_eq!(outcome(&Seen { hammers: true, ..seen(&html) }), Outcome::Loop);
        let mut late = page(0, "text/html", "");
        late.trouble = Some(Trouble::Timeout);
        assert_eq!(outcome(&seen(&late)), Outcome::Hang);
    }

    #[test]
    fn an_attackers_gain_comes_first() {
        let page = page(200, "text/html", OWN);
        let who = Who::Expected { foreign_attributes: false };
        assert_eq!(outcome(&Seen { canary: true, who, ..seen(&page) }), Outcome::CanaryHit);
        assert_eq!(outcome(&Seen { script: true, who, ..seen(&page) }), Outcome::ScriptExecuted);
        assert_eq!(outcome(&Seen { alive: false, ..seen(&page) }), Outcome::RelyingPartyDown);
    }
}
