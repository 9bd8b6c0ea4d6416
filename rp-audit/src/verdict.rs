//! What is to be said of an outcome, given what a correct relying party does.

use std::fmt;

use mock_provider::failure::{Expected, Severity};

use crate::outcome::Outcome;

/// What is said of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The relying party does right.
    Pass,
    /// It does right, and something is worth saying.
    PassWithNote(&'static str),
    /// It is not wrong, and should be better.
    Warning(&'static str),
    /// It does wrong.
    Fail(Severity, &'static str),
    /// It accepts what the specification lets it accept, and should not.
    AcceptedAllowed(&'static str),
    /// The case proves nothing.
    None(&'static str),
}

impl Verdict {
    /// Whether the relying party does right.
    pub fn is_pass(&self) -> bool {
        matches!(self, Self::Pass | Self::PassWithNote(_))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass => f.write_str("pass"),
            Self::PassWithNote(note) => write!(f, "pass: {note}"),
            Self::Warning(why) => write!(f, "warning: {why}"),
            Self::Fail(severity, why) => write!(f, "FAIL ({severity}): {why}"),
            Self::AcceptedAllowed(why) => write!(f, "accepted, as is allowed: {why}"),
            Self::None(why) => write!(f, "no verdict: {why}"),
        }
    }
}

/// By which rule an outcome is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// By what the catalogue expects, and nothing else.
    Expectation,
    /// A session of the user's own is as right as a page that helps: nobody else's account or data
    /// is what counts.
    OwnSession,
    /// The session that there was goes on, and the message that was to end it is refused with 400.
    Kept,
    /// The session that there was is over.
    Ended,
    /// Every login is refused, and the relying party copes.
    Storm,
}

/// Judges an outcome by what is expected.
///
/// `severity` is that of the mode: how bad it is to accept it.
pub fn verdict(outcome: Outcome, expected: Expected, severity: Severity) -> Verdict {
    use Expected::{Either, Error, Recover, Reject, Tolerate};
    use Severity::{Critical, Interoperability, Robustness};
    use Verdict::{Fail, Pass, PassWithNote, Warning};
    match (outcome, expected) {
        (Outcome::SessionVictim, _) => Fail(Critical, "somebody else's account or data was shown"),
        (Outcome::ScriptExecuted, _) => Fail(Critical, "text of the provider ran as a script"),
        (Outcome::CanaryHit, _) => Fail(Critical, "an address was followed that must not be"),

        (Outcome::SessionExpected, Reject) => Fail(severity, "it was accepted"),
        (Outcome::SessionExpected, Error) => PassWithNote("it was tolerated"),
        (Outcome::SessionExpected, _) => Pass,

        (Outcome::SessionUnknown, Reject) => Fail(severity, "somebody is signed in: see who"),
        (Outcome::SessionUnknown, Error | Tolerate) => PassWithNote("no page tells who it is"),
        (Outcome::SessionUnknown, _) => Pass,

        (Outcome::CleanError, Reject | Error | Either) => Pass,
        (Outcome::CleanError, Tolerate) => Fail(Interoperability, "it must be tolerated"),
        (Outcome::CleanError | Outcome::RawError | Outcome::ServerError, Recover) => {
            Fail(Robustness, "it did not recover")
        }

        (Outcome::RawError, Reject) => Warning("refused, with a page that nobody can read"),
        (Outcome::RawError, Error | Either) => Warning("the user cannot read what happened"),
        (Outcome::RawError, Tolerate) => Fail(Interoperability, "it must be tolerated"),

        (Outcome::ServerError, Reject) => Warning("refused, by a server error"),
        (Outcome::ServerError, _) => Fail(Robustness, "the server failed"),

        (Outcome::Loop | Outcome::Hang | Outcome::RelyingPartyDown, Reject)
            if severity == Critical =>
        {
            Warning("nobody got in, yet the relying party did not cope")
        }
        (Outcome::Loop, _) => Fail(Robustness, "the user agent was sent to and fro"),
        (Outcome::Hang, _) => Fail(Robustness, "no page came in time"),
        (Outcome::RelyingPartyDown, _) => Fail(Robustness, "the relying party went down"),

        (Outcome::NotExercised, _) => Verdict::None("the relying party never met the failure"),
        (Outcome::NotApplicable, _) => Verdict::None("the relying party has no such feature"),
        (Outcome::HarnessBroken, _) => Verdict::None("a login without the failure failed too"),
        // The catalogue may come to expect more kinds of things than are known here.
        (Outcome::CleanError, _) | (Outcome::RawError, _) => {
            Verdict::None("it is not known here what the catalogue expects")
        }
    }
}

/// Judges an outcome by a rule of its mode. `answer` is the status that the relying party gave to a
/// message on the back channel, where the story has one.
pub fn verdict_by(
    rule: Rule,
    outcome: Outcome,
    expected: Expected,
    severity: Severity,
    answer: Option<u16>,
) -> Verdict {
    let by_expectation = verdict(outcome, expected, severity);
    match (rule, outcome) {
        (Rule::OwnSession, Outcome::SessionExpected | Outcome::CleanError) => Verdict::Pass,
        (Rule::Ended | Rule::Storm, Outcome::CleanError) => Verdict::Pass,
        (Rule::Storm, Outcome::SessionExpected) => {
            Verdict::Fail(Severity::Critical, "a token of no known key was accepted")
        }
        (Rule::Ended, Outcome::SessionExpected | Outcome::SessionUnknown) => {
            Verdict::Fail(severity, "the session goes on")
        }
        (Rule::Kept, Outcome::CleanError) if expected == Expected::Either => Verdict::Pass,
        (Rule::Kept, Outcome::CleanError) => Verdict::Fail(severity, "the session ended"),
        (Rule::Kept, Outcome::SessionExpected) if expected == Expected::Reject => match answer {
            Some(400) => Verdict::Pass,
            Some(401..500) => Verdict::PassWithNote("refused, though not with 400"),
            Some(200..300) => Verdict::Warning("the session goes on, yet the answer says success"),
            Some(_) => Verdict::Warning("the session goes on, by a server error"),
            None => Verdict::None("the relying party was sent no message"),
        },
        (Rule::Kept, Outcome::SessionExpected) => Verdict::Pass,
        _ => by_expectation,
    }
}

#[cfg(test)]
mod tests;
