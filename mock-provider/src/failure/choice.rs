//! The failure that a user chooses on the sign-in page, for that login alone.

use std::time::Duration;

use crate::base::clock::Clock;
use crate::failure::catalogue;
use crate::failure::engine::act::Act;
use crate::failure::engine::armed::Failures;
use crate::failure::spec::class::Class;
use crate::failure::spec::failure::{Failure, FailureError, Selector};
use crate::failure::spec::mode::Mode;
use crate::protocol::parameters::Parameters;
use crate::ui::{FailureClass, FailurePicker, FailureRow};

/// How long the failure stays armed: long enough to examine a failed login, and it need not be
/// cleared.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The part of the sign-in page's form that is about a failure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    /// The text of the field; empty for an honest login.
    pub(crate) written: String,
    /// Whether the form only asks for the list of failures.
    asked: bool,
    /// The failure, or why it cannot be chosen.
    failure: Option<Result<Failure, FailureError>>,
}

impl Choice {
    /// Reads the form of the sign-in page.
    pub(crate) fn read(form: &Parameters) -> Self {
        let field = form.last("failure");
        let asked = field.is_none() && form.last("decision") == Some("choose-failure");
        let written = field.unwrap_or_default().trim().to_owned();
        let failure = (!written.is_empty()).then(|| read(&written));
        Self { written, asked, failure }
    }

    /// The picker of the sign-in page with this choice.
    pub(crate) fn picker(&self) -> FailurePicker {
        let open = self.asked || self.failure.is_some();
        let mode = self.failure().map(Failure::mode);
        let parameters = mode.into_iter().flat_map(|mode| mode.parameters);
        let parameters = parameters.map(|known| (known.name.to_owned(), known.values()));
        FailurePicker {
            open,
            classes: if open { classes() } else { Vec::new() },
            written: self.written.clone(),
            effect: mode.map(|mode| mode.effect),
            parameters: parameters.collect(),
            problem: self.problem().map(str::to_owned),
        }
    }

    /// The chosen failure, if it is a valid choice.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()?.as_ref().ok()
    }

    /// Why the failure cannot be chosen.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.failure.as_ref()?.as_ref().err().map(|error| error.0.as_str())
    }

    /// Arms the chosen failure for a flow. A form that is sent twice arms it once.
    pub(crate) fn arm(written: &str, flow: &str, failures: &Failures, clock: &Clock) {
        let Ok(mut failure) = read(written) else { return };
        failure.selector.flow = Some(flow.to_owned());
        // The limit of the mode or of its `count` applies in addition to the hour.
        failure.lifetime = failure.effective_lifetime();
        failure.lifetime.duration.get_or_insert(LIFETIME);
        for armed in failures.armed().iter().filter(|armed| armed.failure == failure) {
            failures.clear(armed.number);
        }
        failures.arm(failure, clock);
    }
}

/// The failures that can be armed for a single login, by class.
fn classes() -> Vec<FailureClass> {
    let offered = |class: &Class| {
        let modes = class.modes().iter().filter(|mode| mode.acts_in_a_login());
        modes.map(|mode| FailureRow { name: mode.name, effect: mode.effect }).collect::<Vec<_>>()
    };
    let classes = Class::ALL.iter();
    let classes = classes.map(|class| FailureClass { title: class.title(), modes: offered(class) });
    classes.filter(|class| !class.modes.is_empty()).collect()
}

fn read(written: &str) -> Result<Failure, FailureError> {
    let failure = Failure::parse(written)?;
    let Selector { issuer, flow, .. } = &failure.selector;
    if issuer.is_some() || flow.is_some() {
        let reason = "a failure chosen here is for this login alone: leave out `issuer` and `flow`";
        return Err(FailureError(reason.to_owned()));
    }
    if failure.mode().acts_in_a_login() {
        Ok(failure)
    } else {
        Err(FailureError(format!(
            "`{}` does not act on a single login: point the application at the issuer /failing/{}",
            failure.mode().name,
            failure.in_path()
        )))
    }
}

impl Mode {
    /// Whether the mode acts on the exchanges of one login, from sign-in to logout. The metadata and
    /// the key set do not belong to a login: a request for them does not say for which one it is.
    pub(crate) fn acts_in_a_login(&self) -> bool {
        let of_documents = matches!(self.class(), Class::Discovery | Class::Jwks);
        catalogue::acts(self).iter().any(|act| match act {
            Act::Metadata(_) | Act::Jwks(_) => false,
            act if act.prepares() => false,
            Act::Request(_) | Act::Answer(_) => !of_documents,
            _ => true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picker_offers_every_failure_of_a_single_login_once() {
        let offered: Vec<_> =
            classes().iter().flat_map(|class| &class.modes).map(|mode| mode.name).collect();
        for mode in crate::failure::modes() {
            let times = offered.iter().filter(|name| **name == mode.name).count();
            assert_eq!(times, usize::from(mode.acts_in_a_login()), "{}", mode.name);
        }
        assert!(offered.contains(&"id-token-exp-invalid"));
    }
}
