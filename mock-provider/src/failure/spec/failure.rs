//! How a failure is written: `NAME:parameter=value,…@selector=value,…`.

use std::fmt::{self, Write as _};
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Serialize, Serializer};

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
    mode: &'static Mode,
    /// By the mode's order of parameters; only those that were given.
    values: Vec<(&'static str, String)>,
    /// Where it acts.
    pub selector: Selector,
    /// For how long it acts.
    pub lifetime: Lifetime,
}

/// Which exchanges a failure acts on; all of them by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selector {
    /// At this named issuer, or `default`, instead of the one that is told.
    pub issuer: Option<String>,
    /// Only those of this client.
    pub client: Option<String>,
    /// Only those about the user with this subject.
    pub user: Option<String>,
    /// Only those of this endpoint.
    pub endpoint: Option<Endpoint>,
    /// Only those of this flow.
    pub flow: Option<String>,
    /// Lets so many pass and begins with the one after: 3 begins with the third that matches.
    pub nth: Option<u64>,
}

/// When a failure that is armed ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lifetime {
    /// After it fired so often.
    pub times: Option<u64>,
    /// When so much time has passed since it was armed, by the issuer's clock.
    pub duration: Option<Duration>,
}

/// Why a failure cannot be read: which part is wrong, and the nearest right one.
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
    /// The mode with its defaults, always, until it is cleared.
    fn from(mode: &'static Mode) -> Self {
        let (selector, lifetime) = (Selector::default(), Lifetime::default());
        Self { mode, values: Vec::new(), selector, lifetime }
    }
}

impl Failure {
    /// Chooses the value of a parameter.
    ///
    /// # Errors
    ///
    /// When the mode has no such parameter, or the parameter no such value.
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
            Kind::Number { most, .. } => {
                if !value.parse().is_ok_and(|number: u64| (1..=most).contains(&number)) {
                    return refuse(format!("write a number from 1 to {most}"));
                }
            }
        }
        self.values.retain(|(known, _)| *known != parameter.name);
        self.values.push((parameter.name, value.to_owned()));
        Ok(self)
    }

    /// Sets a selector or a lifetime.
    pub(crate) fn select(&mut self, name: &str, value: &str) -> Result<(), FailureError> {
        const NAMES: [&str; 8] =
            ["issuer", "client", "user", "endpoint", "flow", "nth", "times", "for"];
        let number = |least: u64| match value.parse() {
            Ok(number) if number >= least => Ok(Some(number)),
            _ => {
                Err(FailureError(format!("`{name}` must be a number from {least}, not `{value}`")))
            }
        };
        if value.is_empty() {
            return Err(FailureError(format!("`{name}` is empty: leave it out, or name one")));
        }
        match name {
            "issuer" => self.selector.issuer = Some(value.to_owned()),
            "client" => self.selector.client = Some(value.to_owned()),
            "user" => self.selector.user = Some(value.to_owned()),
            "flow" => self.selector.flow = Some(value.to_owned()),
            "endpoint" => {
                let endpoint = Endpoint::parse(value).ok_or_else(|| {
                    let names: Vec<_> = Endpoint::ALL.iter().map(|known| known.name()).collect();
                    FailureError(format!("no endpoint is `{value}`: {}", advice(value, &names)))
                })?;
                self.selector.endpoint = Some(endpoint);
            }
            "nth" => self.selector.nth = number(1)?,
            "times" => self.lifetime.times = number(1)?,
            "for" => {
                let read = duration(value).map_err(FailureError)?;
                if read.is_zero() {
                    return Err(FailureError(format!(
                        "`for` must be longer than `{value}`, in which nothing fires"
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

    /// The value of a parameter, as given or by default; empty where there is no such parameter.
    pub fn value(&self, name: &str) -> String {
        let given = self.values.iter().find(|(known, _)| *known == name);
        given.map(|(_, value)| value.clone()).unwrap_or_else(|| {
            self.mode.parameter(name).map(|parameter| parameter.default()).unwrap_or_default()
        })
    }

    /// What a correct relying party does about this very failure.
    pub fn expected(&self) -> Expected {
        let exception =
            self.mode.exceptions.iter().find(|(name, value, _)| self.value(name) == *value);
        exception.map_or(self.mode.expected, |(_, _, expected)| *expected)
    }

    /// The lifetime that was given; else what the parameters `count` and `duration` say. What a mode
    /// does so often by itself it does so often within any time.
    pub(crate) fn effective_lifetime(&self) -> Lifetime {
        let lifetime = match self.lifetime == Lifetime::default() {
            false => self.lifetime,
            true => Lifetime {
                times: self.value("count").parse().ok(),
                duration: duration(&self.value("duration")).ok(),
            },
        };
        Lifetime { times: lifetime.times.or(self.mode.times), ..lifetime }
    }

    /// The chance to begin with: the one that was given, or what the mode does by itself.
    pub(crate) fn effective_nth(&self) -> Option<u64> {
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

    /// Begins with the `nth` exchange that matches, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.selector.nth = Some(nth);
        self
    }

    /// Ends after it fired so often.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.lifetime.times = Some(times);
        self
    }

    /// Ends when so much time has passed, by the issuer's clock.
    #[must_use]
    pub fn lasting(mut self, duration: Duration) -> Self {
        self.lifetime.duration = Some(duration);
        self
    }

    /// The failure as part of a path.
    pub(crate) fn in_path(&self) -> String {
        /// What may not stand in a path segment as it is.
        const SEGMENT: &AsciiSet = &CONTROLS
            .add(b' ')
            .add(b'"')
            .add(b'#')
            .add(b'%')
            .add(b'/')
            .add(b'<')
            .add(b'>')
            .add(b'?')
            .add(b'[')
            .add(b'\\')
            .add(b']')
            .add(b'^')
            .add(b'`')
            .add(b'{')
            .add(b'|')
            .add(b'}');
        utf8_percent_encode(&self.to_string(), SEGMENT).to_string()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.mode.name.to_owned();
        let mut separator = ':';
        for (name, value) in &self.values {
            let _ = write!(text, "{separator}{name}={}", quoted(value));
            separator = ',';
        }
        let Selector { issuer, client, user, endpoint, flow, nth } = &self.selector;
        let selectors = [
            ("issuer", issuer.clone()),
            ("client", client.clone()),
            ("user", user.clone()),
            ("endpoint", endpoint.map(|endpoint| endpoint.name().to_owned())),
            ("flow", flow.clone()),
            ("nth", nth.map(|nth| nth.to_string())),
            ("times", self.lifetime.times.map(|times| times.to_string())),
            ("for", self.lifetime.duration.map(in_largest_unit)),
        ];
        let mut separator = '@';
        for (name, value) in selectors {
            if let Some(value) = value {
                let _ = write!(text, "{separator}{name}={}", quoted(&value));
                separator = ',';
            }
        }
        f.write_str(&text)
    }
}

/// As it is written everywhere.
impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A length of time, in the largest unit that it is a whole number of.
fn in_largest_unit(duration: Duration) -> String {
    let units = [("h", 3_600_000), ("min", 60_000), ("s", 1_000)];
    let length = duration.as_millis();
    let largest = units.into_iter().find(|(_, unit)| length.is_multiple_of(*unit));
    let (unit, one) = largest.unwrap_or(("ms", 1));
    format!("{}{unit}", length / one)
}

/// A value that holds what parts a failure stands in quotes.
fn quoted(value: &str) -> String {
    let plain = !value.is_empty() && !value.contains([',', ';', '@', ':', '"', '=', '\\']);
    if plain { value.to_owned() } else { format!("{value:?}") }
}
