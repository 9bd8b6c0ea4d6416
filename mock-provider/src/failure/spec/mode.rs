//! What an entry of the catalogue says.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use super::class::Class;
use super::parameter::Parameter;

/// One way to fail: an entry of the catalogue.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Mode {
    /// The name: class first, then what is wrong, such as `id-token-nonce-mismatch`.
    pub name: &'static str,
    /// What the provider does, in one sentence.
    pub effect: &'static str,
    /// What can be chosen.
    pub parameters: &'static [Parameter],
    /// The clauses that the failure breaks, or that say how to answer it.
    pub clauses: &'static [&'static str],
    /// What a correct relying party does about it.
    pub expected: Expected,
    /// Values of parameters that a correct relying party answers otherwise:
    /// `("value", "-61s", Expected::Either)`.
    pub exceptions: &'static [(&'static str, &'static str, Expected)],
    /// How bad it is when a relying party does otherwise.
    pub severity: Severity,
    /// What else is worth knowing: where the specification leaves room, what is hard to see.
    pub note: &'static str,
    /// How often it fires when no lifetime is given; always where this is `None`.
    pub times: Option<u64>,
    /// Values of parameters with which it lets the first chance pass, and begins with the second,
    /// unless told otherwise: `("phase", "running")`.
    pub from_the_second: &'static [(&'static str, &'static str)],
    pub(crate) class: Class,
}

impl Mode {
    /// An entry of a class, to be completed.
    pub(crate) const fn of(class: Class) -> Self {
        Self {
            name: "",
            effect: "",
            parameters: &[],
            clauses: &[],
            expected: Expected::Reject,
            exceptions: &[],
            severity: Severity::Critical,
            note: "",
            times: None,
            from_the_second: &[],
            class,
        }
    }

    /// The class that the mode belongs to.
    pub fn class(&self) -> Class {
        self.class
    }

    /// The parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

impl fmt::Debug for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mode({})", self.name)
    }
}

/// What a correct relying party does about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Expected {
    /// There is no session, and nothing of the bad data is used.
    Reject,
    /// It works again without anybody's help.
    Recover,
    /// The user reads what happened, and can try again.
    Error,
    /// It works.
    Tolerate,
    /// It works or fails cleanly; it never crashes, loops or mixes users.
    Either,
}

/// How bad it is when a relying party answers a failure wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Severity {
    /// An attacker gains something.
    Critical,
    /// Users are locked out, or see a crash.
    Robustness,
    /// It does not work together with some providers.
    Interoperability,
}

macro_rules! names {
    ($kind:ident { $($variant:ident => $name:literal),+ $(,)? }) => {
        impl $kind {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name, as it is written in documents and options.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    };
}
pub(crate) use names;

names!(Expected {
    Reject => "reject", Recover => "recover", Error => "error",
    Tolerate => "tolerate", Either => "either",
});
names!(Severity {
    Critical => "critical", Robustness => "robustness", Interoperability => "interoperability",
});
