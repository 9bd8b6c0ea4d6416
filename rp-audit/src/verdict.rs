//! Judges an outcome, given what a correct relying party does.

use std::fmt;

use mock_provider::failure::{Expected, Severity};

use crate::outcome::Outcome;

/// The judgement of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The relying party is correct.
    Pass,
    /// It is correct, with a remark.
    PassWithNote(&'static str),
    /// It is not wrong, but could be better.
    Warning(&'static str),
    /// It is wrong.
    Fail(Severity, &'static str),
    /// It accepts a response that it should refuse, and the specification permits that.
    AcceptedAllowed(&'static str),
    /// The case proves nothing.
    None(&'static str),
}

impl Verdict {
    /// Whether the relying party is correct.
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
            Self::AcceptedAllowed(why) => write!(f, "accepted, which is permitted: {why}"),
            Self::None(why) => write!(f, "no verdict: {why}"),
        }
    }
}

/// The rule that judges an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The catalogue's expectation applies.
    Expectation,
    /// A session of the user is as good as a readable error: only the account or data of another user
    /// would be wrong.
    OwnSession,
    /// The session continues, and the message that was meant to end it is refused with 400.
    Kept,
    /// The session has ended.
    Ended,
    /// Every login is refused, and the relying party copes with the load.
    Storm,
}

/// Judges an outcome by the catalogue's expectation.
///
/// `severity` is that of the mode: how serious it is to accept the failure.
pub fn verdict(outcome: Outcome, expected: Expected, severity: Severity) -> Verdict {
    use Expected::{Either, Error, Recover, Reject, Tolerate};
    use Severity::{Critical, Interoperability, Robustness};
    use Verdict::{Fail, Pass, PassWithNote, Warning};
    match (outcome, expected) {
        (Outcome::SessionVictim, _) => {
            Fail(Critical, "the account or data of another user was shown")
        }
        (Outcome::ScriptExecuted, _) => Fail(Critical, "text of the provider ran as a script"),
        (Outcome::CanaryHit, _) => {
            Fail(Critical, "it requested an address that it must not request")
        }

        (Outcome::SessionExpected, Reject) => Fail(severity, "it accepted the failure"),
        (Outcome::SessionExpected, Error) => PassWithNote("it tolerated the failure"),
        (Outcome::SessionExpected, _) => Pass,

        (Outcome::SessionUnknown, Reject) => Fail(severity, "a user is signed in: check which"),
        (Outcome::SessionUnknown, Error | Tolerate) => {
            PassWithNote("no page shows who is signed in")
        }
        (Outcome::SessionUnknown, _) => Pass,

        (Outcome::CleanError, Reject | Error | Either) => Pass,
        (Outcome::CleanError, Tolerate) => Fail(Interoperability, "it must tolerate the failure"),
        (Outcome::CleanError | Outcome::RawError | Outcome::ServerError, Recover) => {
            Fail(Robustness, "it did not recover")
        }

        (Outcome::RawError, Reject) => Warning("refused, with a page that users cannot read"),
        (Outcome::RawError, Error | Either) => Warning("users cannot read what happened"),
        (Outcome::RawError, Tolerate) => Fail(Interoperability, "it must tolerate the failure"),

        (Outcome::ServerError, Reject) => Warning("refused with a server error"),
        (Outcome::ServerError, _) => Fail(Robustness, "it responded with a server error"),

        (Outcome::Loop | Outcome::Hang | Outcome::RelyingPartyDown, Reject)
            if severity == Critical =>
        {
            Warning("no user is signed in, but the relying party did not cope")
        }
        (Outcome::Loop, _) => Fail(Robustness, "it redirected the user agent in a loop"),
        (Outcome::Hang, _) => Fail(Robustness, "no page arrived in time"),
        (Outcome::RelyingPartyDown, _) => Fail(Robustness, "the relying party went down"),

        (Outcome::NotExercised, _) => {
            Verdict::None("the relying party never encountered the failure")
        }
        (Outcome::NotApplicable, _) => Verdict::None("the relying party does not have the feature"),
        (Outcome::HarnessBroken, _) => Verdict::None("a login without the failure failed too"),
        // The catalogue may define more expectations than this function knows.
        (Outcome::CleanError | Outcome::RawError, _) => {
            Verdict::None("this version does not know what the catalogue expects")
        }
    }
}

/// Judges an outcome by the rule of its mode. `answer` is the status of the relying party's response to
/// a logout token, if the scenario has one.
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
            Verdict::Fail(Severity::Critical, "it accepted a token signed with an unknown key")
        }
        (Rule::Ended, Outcome::SessionExpected | Outcome::SessionUnknown) => {
            Verdict::Fail(severity, "the session continues")
        }
        (Rule::Kept, Outcome::CleanError) if expected == Expected::Either => Verdict::Pass,
        (Rule::Kept, Outcome::CleanError) => Verdict::Fail(severity, "the session ended"),
        (Rule::Kept, Outcome::SessionExpected) if expected == Expected::Reject => match answer {
            Some(400) => Verdict::Pass,
            Some(401..500) => Verdict::PassWithNote("refused, but not with 400"),
            Some(200..300) => {
                Verdict::Warning("the session continues, but the response says success")
            }
            Some(_) => Verdict::Warning("the session continues after a server error"),
            None => Verdict::None("the relying party received no logout token"),
        },
        (Rule::Kept, Outcome::SessionExpected) => Verdict::Pass,
        _ => by_expectation,
    }
}

#[cfg(test)]
mod tests;
