//! The catalogue's description of a mode.

use std::fmt;

use serde::Serialize;

use super::class::Class;
use super::parameter::Parameter;

/// One way to fail, as the catalogue describes it.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Mode {
    /// The name: class first, then what is wrong, such as `id-token-nonce-mismatch`.
    pub name: &'static str,
    /// What the provider does, in one sentence.
    pub effect: &'static str,
    /// The parameters that can be chosen.
    pub parameters: &'static [Parameter],
    /// The clauses that the failure violates, or that say how to react to it.
    pub clauses: &'static [&'static str],
    /// What a correct relying party does about it.
    pub expected: Expected,
    /// Parameter values for which a correct relying party does something else:
    /// `("value", "-61s", Expected::Either)`.
    pub exceptions: &'static [(&'static str, &'static str, Expected)],
    /// How bad it is if a relying party does something else.
    pub severity: Severity,
    /// Additional remarks: where the specifications leave room, and details that are easy to miss.
    pub note: &'static str,
    /// How often it fires if no lifetime is given; `None` means without limit.
    pub times: Option<u64>,
    /// Parameter values with which it skips the first match and begins with the second, unless `from`
    /// is given: `("phase", "running")`.
    pub from_the_second: &'static [(&'static str, &'static str)],
    pub(crate) class: Class,
}

impl Mode {
    /// A mode of a class, with defaults: rejected by a correct relying party, and critical.
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

    /// The parameter with that name.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Expected {
    /// There is no session, and none of the bad data is used.
    Reject,
    /// It works again without intervention.
    Recover,
    /// The user reads what happened, and can try again.
    Error,
    /// It works.
    Tolerate,
    /// It works or fails cleanly; it never crashes, loops or mixes users.
    Either,
}

/// How bad it is if a relying party reacts to a failure wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Severity {
    /// An attacker gains something.
    Critical,
    /// Users are locked out, or see a crash.
    Robustness,
    /// It does not work with some providers.
    Interoperability,
}

macro_rules! names {
    ($kind:ident { $($variant:ident => $name:literal),+ $(,)? }) => {
        impl $kind {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in documents and options.
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
