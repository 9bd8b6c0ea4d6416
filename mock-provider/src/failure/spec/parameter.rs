//! The parameters of a mode.

/// A parameter of a mode.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Parameter {
    /// The name, as in `id-token-exp-invalid:value=-10min`.
    pub name: &'static str,
    /// The values that are allowed.
    pub kind: Kind,
    /// The value that changes nothing, so that another parameter can act alone.
    pub neutral: Option<&'static str>,
    /// Whether the neutral value is the default.
    pub optional: bool,
    /// A value that needs a Cargo feature which is off, and the feature.
    pub(crate) switched_off: Option<(&'static str, &'static str)>,
}

/// The values that a parameter may have.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// One of these; the first is the default.
    Choice(&'static [&'static str]),
    /// A duration, such as `10s` or `500ms`.
    Duration {
        /// The default.
        default: &'static str,
        /// The values that an exhaustive run tries; if there are none, the default.
        tried: &'static [&'static str],
    },
    /// A whole number.
    Number {
        /// The default.
        default: u64,
        /// The largest number that is allowed; the smallest is 1.
        most: u64,
        /// The values that an exhaustive run tries; if there are none, the default.
        tried: &'static [&'static str],
    },
}

/// A parameter with one of these values; the first is the default.
pub(crate) const fn choice(name: &'static str, values: &'static [&'static str]) -> Parameter {
    Parameter {
        name,
        kind: Kind::Choice(values),
        neutral: None,
        optional: false,
        switched_off: None,
    }
}

/// A parameter that is a duration.
pub(crate) const fn duration(
    name: &'static str,
    default: &'static str,
    tried: &'static [&'static str],
) -> Parameter {
    Parameter {
        name,
        kind: Kind::Duration { default, tried },
        neutral: None,
        optional: false,
        switched_off: None,
    }
}

/// A parameter that is a whole number from 1.
pub(crate) const fn number(
    name: &'static str,
    default: u64,
    max: u64,
    tried: &'static [&'static str],
) -> Parameter {
    Parameter {
        name,
        kind: Kind::Number { default, most: max, tried },
        neutral: None,
        optional: false,
        switched_off: None,
    }
}

impl Parameter {
    /// Names a value that is refused because a Cargo feature is off.
    #[cfg(not(feature = "brotli"))]
    pub(crate) const fn switched_off(self, value: &'static str, feature: &'static str) -> Self {
        Self { switched_off: Some((value, feature)), ..self }
    }

    /// Sets the value that changes nothing.
    pub(crate) const fn neutral(self, value: &'static str) -> Self {
        Self { neutral: Some(value), ..self }
    }

    /// Sets the value that changes nothing, and makes it the default.
    pub(crate) const fn optional(self, neutral: &'static str) -> Self {
        Self { neutral: Some(neutral), optional: true, ..self }
    }

    /// The value if none is given.
    pub fn default(&self) -> String {
        match self.neutral {
            Some(neutral) if self.optional => neutral.to_owned(),
            _ => self.first(),
        }
    }

    /// The first value that does something.
    fn first(&self) -> String {
        match self.kind {
            Kind::Choice(values) => values[0].to_owned(),
            Kind::Duration { default, .. } => default.to_owned(),
            Kind::Number { default, .. } => default.to_string(),
        }
    }

    /// The values that an exhaustive run tries: every choice except the neutral one, or a few durations
    /// or numbers.
    pub fn tried(&self) -> Vec<String> {
        match self.kind {
            Kind::Choice(values) => {
                let acting = values.iter().filter(|value| Some(**value) != self.neutral);
                acting.map(ToString::to_string).collect()
            }
            Kind::Duration { tried: [], .. } | Kind::Number { tried: [], .. } => {
                vec![self.first()]
            }
            Kind::Duration { tried, .. } | Kind::Number { tried, .. } => {
                tried.iter().map(ToString::to_string).collect()
            }
        }
    }

    /// The allowed values in a readable form: `absent | -61s | -10min`.
    pub fn values(&self) -> String {
        let values = match self.kind {
            Kind::Choice(values) => values.join(" | "),
            Kind::Duration { default, .. } => format!("a duration such as {default}"),
            Kind::Number { most: max, .. } => format!("1 to {max}"),
        };
        match (self.neutral, self.kind) {
            (Some(neutral), Kind::Choice(choices)) if choices.contains(&neutral) => values,
            (Some(neutral), _) => format!("{values} | {neutral}"),
            (None, _) => values,
        }
    }
}
