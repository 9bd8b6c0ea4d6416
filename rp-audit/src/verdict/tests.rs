//! The table, outcome by outcome.

use mock_provider::failure::{Expected, Severity};

use super::{Rule, Verdict, verdict, verdict_by};
use crate::outcome::Outcome;

/// The verdict in a word.
fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::PassWithNote(_) => "note",
        Verdict::Warning(_) => "WARN",
        Verdict::Fail(Severity::Critical, _) => "CRIT",
        Verdict::Fail(Severity::Robustness, _) => "ROB",
        Verdict::Fail(..) => "IOP",
        Verdict::AcceptedAllowed(_) => "allowed",
        Verdict::None(_) => "none",
    }
}

#[test]
fn the_table_is_as_reviewed() {
    let mut table = format!("{:<17}", "");
    for expected in Expected::ALL {
        table += &format!("{expected:<9}");
    }
    for outcome in Outcome::ALL {
        table += &format!("\n{outcome:<17}");
        for expected in Expected::ALL {
            // The severity of a mode matters where accepting the failure is wrong.
            let judged = verdict(outcome, *expected, Severity::Critical);
            table += &format!("{:<9}", word(&judged));
        }
    }
    let table: Vec<_> = table.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(table.join("\n"), @r"
                     reject   recover  error    tolerate either
    not-exercised    none     none     none     none     none
    not-applicable   none     none     none     none     none
    harness-broken   none     none     none     none     none
    rp-down          WARN     ROB      ROB      ROB      ROB
    script-executed  CRIT     CRIT     CRIT     CRIT     CRIT
    canary-hit       CRIT     CRIT     CRIT     CRIT     CRIT
    session-victim   CRIT     CRIT     CRIT     CRIT     CRIT
    session-expected CRIT     pass     note     pass     pass
    session-unknown  CRIT     pass     note     note     pass
    loop             WARN     ROB      ROB      ROB      ROB
    hang             WARN     ROB      ROB      ROB      ROB
    error-5xx        WARN     ROB      ROB      ROB      ROB
    error-raw        WARN     ROB      WARN     IOP      WARN
    error-clean      pass     ROB      pass     IOP      pass
    ");
}

#[test]
fn accepting_a_failure_is_as_serious_as_the_catalogue_says() {
    let judged = verdict(Outcome::SessionExpected, Expected::Reject, Severity::Interoperability);
    assert_eq!(word(&judged), "IOP");
    // The account of another user takes precedence.
    let judged = verdict(Outcome::SessionVictim, Expected::Reject, Severity::Interoperability);
    assert_eq!(word(&judged), "CRIT");
}

#[test]
fn not_coping_is_wrong_unless_an_attack_was_stopped() {
    let hang = |severity| verdict(Outcome::Hang, Expected::Reject, severity);
    assert_eq!(word(&hang(Severity::Critical)), "WARN");
    assert_eq!(word(&hang(Severity::Robustness)), "ROB");
}

#[test]
fn a_session_of_the_user_passes_where_bad_data_may_be_ignored() {
    let by = |outcome| {
        let judged =
            verdict_by(Rule::OwnSession, outcome, Expected::Reject, Severity::Critical, None);
        word(&judged)
    };
    assert_eq!(by(Outcome::SessionExpected), "pass");
    assert_eq!(by(Outcome::CleanError), "pass");
    assert_eq!(by(Outcome::SessionVictim), "CRIT");
}

#[test]
fn a_bad_logout_token_is_refused_with_400_and_ends_nothing() {
    let by = |outcome, answer| {
        let judged = verdict_by(Rule::Kept, outcome, Expected::Reject, Severity::Critical, answer);
        word(&judged)
    };
    assert_eq!(by(Outcome::SessionExpected, Some(400)), "pass");
    assert_eq!(by(Outcome::SessionExpected, Some(405)), "note");
    assert_eq!(by(Outcome::SessionExpected, Some(200)), "WARN");
    assert_eq!(by(Outcome::SessionExpected, Some(500)), "WARN");
    assert_eq!(by(Outcome::SessionExpected, None), "none");
    assert_eq!(by(Outcome::CleanError, Some(400)), "CRIT");
}

#[test]
fn a_session_that_must_end_may_not_continue() {
    let by = |outcome| {
        let judged =
            verdict_by(Rule::Ended, outcome, Expected::Recover, Severity::Robustness, None);
        word(&judged)
    };
    assert_eq!(by(Outcome::CleanError), "pass");
    assert_eq!(by(Outcome::SessionExpected), "ROB");
    assert_eq!(by(Outcome::Hang), "ROB");
}
