//! What the app does in each case.

use e2e::audit::Outcome;
use mock_provider::failure::Failure;

/// The outcome of a case; `None` for a mode that nobody has stated yet.
pub(super) fn stated(failure: &Failure) -> Option<Outcome> {
    use Outcome::{CleanError, SessionExpected};
    let is = |name: &str, value: &str| failure.value(name) == value;
    Some(match failure.mode().name {
        "id-token-exp-invalid" => CleanError,
        _ => return None,
    })
}
