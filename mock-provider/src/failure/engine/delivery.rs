//! How armed failures act on a logout token that the provider delivers.

use std::time::Duration;

use serde_json::{Value, json};

use super::act::Act;
use super::armed::Failures;
use super::diff::diff;
use super::fault::Fault;
use super::token::Token;
use super::turn::Turn;
use crate::exchange::journal::Alteration;
use crate::exchange::notice::{LogoutNotice, LogoutRequest};
use crate::exchange::request::Request;
use crate::issuer::issuer::Issuer;

/// A logout token that is delivered later, because of a failure.
#[derive(Clone, Debug)]
pub(crate) struct Delayed {
    pub(crate) notice: LogoutNotice,
    pub(crate) delay: Duration,
}

/// Why a logout token is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A session has ended.
    Logout,
    /// A failure sends it again.
    Failure,
}

/// Lets armed failures act on a logout token, then on the requests that deliver it. `request` is the
/// honest one.
pub(crate) fn deliver(
    failures: &Failures,
    issuer: &Issuer,
    notice: &LogoutNotice,
    request: &Request,
    origin: Origin,
) -> (Vec<LogoutRequest>, Vec<Alteration>) {
    let honest = || vec![LogoutRequest::with(&notice.token)];
    if !failures.any_armed() {
        return (honest(), Vec::new());
    }
    let Some(mut token) = Token::read(&notice.token, issuer) else {
        return (honest(), Vec::new());
    };
    if origin == Origin::Logout {
        failures.ledger().log_out(notice);
    }
    let armed = failures.armed();
    let note = &notice.note;
    let selected = armed.iter().filter(|armed| armed.selects(request, note));
    let mut turns: Vec<_> = selected.map(|armed| Turn { armed, failures, taken: None }).collect();
    let mut alterations = Vec::new();

    for turn in &mut turns {
        let failure = &turn.armed.failure;
        let fault = Fault { failure, issuer, failures, request, note };
        for act in turn.armed.acts {
            let Act::LogoutToken(act) = act else { continue };
            let mut altered = token.clone();
            act(&mut altered, &fault);
            let view = |token: &Token| json!({"logout_token": token.view()});
            let changes = diff(&failure.to_string(), &view(&token), &view(&altered));
            if !changes.is_empty() && turn.take(&issuer.clock) {
                token = altered;
                alterations.extend(changes);
            }
        }
    }
    let token = match token.encode() {
        Value::String(token) => token,
        other => other.to_string(),
    };
    let mut requests = vec![LogoutRequest::with(&token)];
    for turn in &mut turns {
        let failure = &turn.armed.failure;
        let fault = Fault { failure, issuer, failures, request, note };
        for act in turn.armed.acts {
            let Act::LogoutRequests(act) = act else { continue };
            let mut altered = requests.clone();
            act(&mut altered, &fault);
            let changes = diff(&failure.to_string(), &view(&requests), &view(&altered));
            if !changes.is_empty() && turn.take(&issuer.clock) {
                requests = altered;
                alterations.extend(changes);
            }
        }
    }
    (requests, alterations)
}

/// The requests as JSON, for comparison.
fn view(requests: &[LogoutRequest]) -> Value {
    let view = |request: &LogoutRequest| {
        let parameters: Vec<_> =
            request.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        json!({"encoding": format!("{:?}", request.encoding), "parameters": parameters})
    };
    json!({"requests": requests.iter().map(view).collect::<Vec<_>>()})
}
