//! A mode in JSON: the same for the command line and the control API.

use serde::Serialize;

use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::{Kind, Parameter};

/// Everything that the catalogue says about a mode, in JSON.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "control", schema(as = FailureMode))]
pub(crate) struct Description {
    /// Class first, then what is wrong.
    pub(crate) name: &'static str,
    pub(crate) class: Class,
    /// What the provider does, in one sentence.
    pub(crate) effect: &'static str,
    /// The parameters that can be chosen.
    pub(crate) parameters: Vec<ParameterDescription>,
    /// What a correct relying party does about it.
    pub(crate) expected: Expected,
    /// Parameter values for which a correct relying party does something else.
    pub(crate) exceptions: Vec<ExceptionDescription>,
    /// How bad it is if a relying party does something else.
    pub(crate) severity: Severity,
    /// The clauses that the failure violates, or that say how to react to it.
    #[cfg_attr(feature = "control", schema(value_type = Vec<String>))]
    pub(crate) clauses: &'static [&'static str],
    /// Additional remarks; may be empty.
    pub(crate) note: &'static str,
    /// Every case as a specification: each value of each parameter, with the others at the values that
    /// change nothing, if they have one.
    pub(crate) cases: Vec<String>,
}

/// A parameter of a mode.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "control", schema(as = FailureParameter))]
pub(crate) struct ParameterDescription {
    pub(crate) name: &'static str,
    /// The value if none is given.
    pub(crate) default: String,
    /// The values to choose from; empty for durations and numbers.
    #[cfg_attr(feature = "control", schema(value_type = Vec<String>))]
    pub(crate) choices: Vec<&'static str>,
    /// The allowed values in a readable form.
    pub(crate) values: String,
}

/// A parameter value for which a correct relying party does something else.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "control", schema(as = FailureException))]
pub(crate) struct ExceptionDescription {
    pub(crate) parameter: &'static str,
    pub(crate) value: &'static str,
    pub(crate) expected: Expected,
}

impl From<&'static Mode> for Description {
    fn from(mode: &'static Mode) -> Self {
        let exceptions = mode.exceptions.iter();
        Self {
            name: mode.name,
            class: mode.class(),
            effect: mode.effect,
            parameters: mode.parameters.iter().map(ParameterDescription::from).collect(),
            expected: mode.expected,
            exceptions: exceptions
                .map(|&(parameter, value, expected)| ExceptionDescription {
                    parameter,
                    value,
                    expected,
                })
                .collect(),
            severity: mode.severity,
            clauses: mode.clauses,
            note: mode.note,
            cases: mode.cases().iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<&Parameter> for ParameterDescription {
    fn from(parameter: &Parameter) -> Self {
        let choices = match parameter.kind {
            Kind::Choice(values) => {
                let neutral = parameter.neutral.filter(|neutral| !values.contains(neutral));
                values.iter().copied().chain(neutral).collect()
            }
            Kind::Duration { .. } | Kind::Number { .. } => Vec::new(),
        };
        let (default, values) = (parameter.default(), parameter.values());
        Self { name: parameter.name, default, choices, values }
    }
}

impl Expected {
    /// What that means, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Reject => "There is no session, and none of the bad data is used.",
            Self::Recover => "It works again without intervention.",
            Self::Error => "The user reads what happened, and can try again.",
            Self::Tolerate => "It works.",
            Self::Either => "It works or fails cleanly; it never crashes, loops or mixes users.",
        }
    }
}

impl Severity {
    /// What happens if a relying party reacts to such a failure wrongly, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Critical => "An attacker gains something.",
            Self::Robustness => "Users are locked out, or see a crash.",
            Self::Interoperability => "It does not work with some providers.",
        }
    }
}
