//! A failure: a mode with values of its parameters, selectors and a lifetime.

use std::time::Duration;

use super::mode::{Expected, Mode};
use super::parameter::Kind;
use crate::base::duration::duration;
use crate::base::endpoint::Endpoint;
use crate::base::suggestion::advice;

/// A failure to arm: a mode with the values of its parameters, where it acts, and for how long.
///
/// It is written the same way everywhere: on the command line, in the file, in the control API, on
/// the sign-in page, in the path `/failing/…`, and in Rust.
///
/// ```
/// use mock_provider::failure::Failure;
///
/// let failure = Failure::parse("id-token-exp-invalid:value=-10min@client=shop,times=1")?;
/// assert_eq!(failure.mode().name, "id-token-exp-invalid");
/// assert_eq!(failure.value("value"), "-10min");
/// assert_eq!(failure.to_string(), "id-token-exp-invalid:value=-10min@client=shop,times=1");
///
/// let wrong = Failure::parse("id-token-expired").unwrap_err();
/// assert!(wrong.to_string().contains("did you mean"), "{wrong}");
/// # Ok::<(), mock_provider::failure::FailureError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Failure {
    pub(super) mode: &'static Mode,
    /// Only the given ones, in the order in which they were given.
    pub(super) values: Vec<(&'static str, String)>,
    /// The exchanges on which it acts.
    pub selector: Selector,
    /// How long it acts.
    pub lifetime: Lifetime,
}

/// Which exchanges a failure acts on; all of them by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selector {
    /// At this named issuer, or `default`, instead of the issuer at which it is armed.
    pub issuer: Option<String>,
    /// Only exchanges of this client.
    pub client: Option<String>,
    /// Only exchanges about the user with this subject.
    pub user: Option<String>,
    /// Only exchanges of this endpoint.
    pub endpoint: Option<Endpoint>,
    /// Only exchanges of this flow.
    pub flow: Option<String>,
    /// From this matching exchange on, counted from 1: 3 begins with the third. Written as `from`.
    pub nth: Option<u64>,
}

/// When an armed failure ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lifetime {
    /// After it has fired this many times.
    pub times: Option<u64>,
    /// This long after it was armed, by the issuer's clock.
    pub duration: Option<Duration>,
}

/// Why a failure is invalid: which part is wrong, and the nearest right one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FailureError(pub(crate) String);

impl PartialEq for Failure {
    fn eq(&self, other: &Self) -> bool {
        self.mode.name == other.mode.name
            && self.selector == other.selector
            && self.lifetime == other.lifetime
            && self
                .mode
                .parameters
                .iter()
                .all(|parameter| self.value(parameter.name) == other.value(parameter.name))
    }
}

impl From<&'static Mode> for Failure {
    /// The mode with its defaults, for all exchanges, until it is cleared.
    fn from(mode: &'static Mode) -> Self {
        let (selector, lifetime) = (Selector::default(), Lifetime::default());
        Self { mode, values: Vec::new(), selector, lifetime }
    }
}

impl Failure {
    /// Sets a parameter.
    ///
    /// # Errors
    ///
    /// If the mode has no such parameter, or the parameter does not allow the value.
    pub fn with(mut self, name: &str, value: &str) -> Result<Self, FailureError> {
        let mode = self.mode;
        let parameter = mode.parameter(name).ok_or_else(|| {
            let names: Vec<_> = mode.parameters.iter().map(|parameter| parameter.name).collect();
            let advice = advice(name, &names);
            FailureError(format!("`{}` has no parameter `{name}`: {advice}", mode.name))
        })?;
        let refuse = |reason: String| {
            Err(FailureError(format!("`{name}` of `{}` cannot be `{value}`: {reason}", mode.name)))
        };
        if let Some((off, feature)) = parameter.switched_off
            && off == value
        {
            return refuse(format!("it needs the Cargo feature `{feature}` of mock-provider"));
        }
        match parameter.kind {
            _ if parameter.neutral == Some(value) => {}
            Kind::Choice(values) if !values.contains(&value) => {
                return refuse(advice(value, values));
            }
            Kind::Choice(_) => {}
            Kind::Duration { default, .. } => {
                if duration(value).is_err() {
                    return refuse(format!("write a duration such as `{default}`"));
                }
            }
            Kind::Number { most: max, .. } => {
                if !value.parse().is_ok_and(|number: u64| (1..=max).contains(&number)) {
                    return refuse(format!("write a number from 1 to {max}"));
                }
            }
        }
        self.values.retain(|(known, _)| *known != parameter.name);
        self.values.push((parameter.name, value.to_owned()));
        Ok(self)
    }

    /// Sets a selector or a lifetime. `nth` is the older name of `from`.
    pub(crate) fn select(&mut self, name: &str, value: &str) -> Result<(), FailureError> {
        const NAMES: [&str; 8] =
            ["issuer", "client", "user", "endpoint", "flow", "from", "times", "for"];
        let number = || match value.parse() {
            Ok(number) if number >= 1 => Ok(Some(number)),
            _ => Err(FailureError(format!("`{name}` must be a number from 1, got `{value}`"))),
        };
        if value.is_empty() {
            return Err(FailureError(format!(
                "`{name}` must not be empty: leave it out, or name one"
            )));
        }
        match name {
            "issuer" => self.selector.issuer = Some(value.to_owned()),
            "client" => self.selector.client = Some(value.to_owned()),
            "user" => self.selector.user = Some(value.to_owned()),
            "flow" => self.selector.flow = Some(value.to_owned()),
            "endpoint" => {
                let endpoint = Endpoint::parse(value).ok_or_else(|| {
                    let names: Vec<_> = Endpoint::ALL.iter().map(|known| known.name()).collect();
                    FailureError(format!(
                        "there is no endpoint `{value}`: {}",
                        advice(value, &names)
                    ))
                })?;
                self.selector.endpoint = Some(endpoint);
            }
            "from" | "nth" if self.selector.nth.is_some() => {
                let reason = "`from` is given twice, once as `nth`: leave one out";
                return Err(FailureError(reason.to_owned()));
            }
            "from" | "nth" => self.selector.nth = number()?,
            "times" => self.lifetime.times = number()?,
            "for" => {
                let read = duration(value).map_err(FailureError)?;
                if read.is_zero() {
                    return Err(FailureError(format!(
                        "`for` must be longer than zero, got `{value}`"
                    )));
                }
                self.lifetime.duration = Some(read);
            }
            _ => {
                let advice = advice(name, &NAMES);
                return Err(FailureError(format!("there is no selector `{name}`: {advice}")));
            }
        }
        Ok(())
    }

    /// The mode.
    pub fn mode(&self) -> &'static Mode {
        self.mode
    }

    /// The value of a parameter, given or by default; empty if there is no such parameter.
    pub fn value(&self, name: &str) -> String {
        let given = self.values.iter().find(|(known, _)| *known == name);
        given.map(|(_, value)| value.clone()).unwrap_or_else(|| {
            self.mode.parameter(name).map(|parameter| parameter.default()).unwrap_or_default()
        })
    }

    /// What a correct relying party does about the failure with these values.
    pub fn expected(&self) -> Expected {
        let exception =
            self.mode.exceptions.iter().find(|(name, value, _)| self.value(name) == *value);
        exception.map_or(self.mode.expected, |(_, _, expected)| *expected)
    }

    /// The given lifetime, or else that of the parameters `count` and `duration`. The mode's own limit
    /// of times applies unless another one is given.
    pub(crate) fn effective_lifetime(&self) -> Lifetime {
        let lifetime = if self.lifetime == Lifetime::default() {
            Lifetime {
                times: self.value("count").parse().ok(),
                duration: duration(&self.value("duration")).ok(),
            }
        } else {
            self.lifetime
        };
        Lifetime { times: lifetime.times.or(self.mode.times), ..lifetime }
    }

    /// The match to begin with: the given one, or the mode's own.
    pub(crate) fn effective_from(&self) -> Option<u64> {
        let second = || self.mode.from_the_second.iter().any(|(name, it)| self.value(name) == *it);
        self.selector.nth.or_else(|| second().then_some(2))
    }

    /// Acts at the named issuer, wherever it is armed.
    #[must_use]
    pub fn issuer(mut self, name: impl Into<String>) -> Self {
        self.selector.issuer = Some(name.into());
        self
    }

    /// Acts for this client only.
    #[must_use]
    pub fn client(mut self, id: impl Into<String>) -> Self {
        self.selector.client = Some(id.into());
        self
    }

    /// Acts for the user with this subject only.
    #[must_use]
    pub fn user(mut self, subject: impl Into<String>) -> Self {
        self.selector.user = Some(subject.into());
        self
    }

    /// Acts at this endpoint only.
    #[must_use]
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.selector.endpoint = Some(endpoint);
        self
    }

    /// Acts from the `n`th matching exchange on, counted from 1.
    #[must_use]
    pub fn from_match(mut self, n: u64) -> Self {
        self.selector.nth = Some(n);
        self
    }

    /// The older name of [`from_match`](Self::from_match).
    #[must_use]
    pub fn nth(self, n: u64) -> Self {
        self.from_match(n)
    }

    /// Ends after it has fired this many times.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.lifetime.times = Some(times);
        self
    }

    /// Ends this long after it is armed, by the issuer's clock.
    #[must_use]
    pub fn lasting(mut self, duration: Duration) -> Self {
        self.lifetime.duration = Some(duration);
        self
    }
}
