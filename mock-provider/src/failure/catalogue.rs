//! All modes, and the acts of each.

use std::sync::LazyLock;

use crate::failure::engine::act::{Act, Entry};
use crate::failure::modes::{
    authorization, discovery, id_token_claims, id_token_header, id_token_signature, jwks, logout,
    network, refresh, sequence, token_response, user_claims, userinfo,
};
use crate::failure::spec::class::Class;
use crate::failure::spec::failure::Failure;
use crate::failure::spec::mode::Mode;

/// The modes of each class, in the order of [`Class::ALL`].
static MODES: LazyLock<Vec<Vec<Mode>>> = LazyLock::new(|| {
    let modes = |class: &Class| entries(*class).iter().map(|entry| entry.mode).collect();
    Class::ALL.iter().map(modes).collect()
});

/// The entries that the file of a class declares.
fn entries(class: Class) -> &'static [Entry] {
    match class {
        Class::Discovery => discovery::ENTRIES,
        Class::Jwks => jwks::ENTRIES,
        Class::Authorization => authorization::ENTRIES,
        Class::Token => token_response::ENTRIES,
        Class::IdTokenHeader => id_token_header::ENTRIES,
        Class::IdTokenSignature => id_token_signature::ENTRIES,
        Class::IdTokenClaims => id_token_claims::ENTRIES,
        Class::Userinfo => userinfo::ENTRIES,
        Class::Refresh => refresh::ENTRIES,
        Class::Logout => logout::ENTRIES,
        Class::Network => network::ENTRIES,
        Class::Claims => user_claims::ENTRIES,
        Class::Sequence => sequence::ENTRIES,
    }
}

impl Class {
    /// The modes of the class.
    pub fn modes(self) -> &'static [Mode] {
        let place = Self::ALL.iter().position(|class| *class == self);
        place.map_or(&[], |place| &MODES[place])
    }
}

/// Every mode, class by class.
///
/// ```
/// let critical = mock_provider::failure::modes()
///     .filter(|mode| mode.severity == mock_provider::failure::Severity::Critical);
/// assert!(critical.count() > 0);
/// ```
pub fn modes() -> impl Iterator<Item = &'static Mode> {
    Class::ALL.iter().flat_map(|class| class.modes())
}

/// The acts of a mode.
pub(crate) fn acts(mode: &Mode) -> &'static [Act] {
    let entry = entries(mode.class()).iter().find(|entry| entry.mode.name == mode.name);
    entry.map_or(&[], |entry| entry.acts)
}

/// The mode with that name.
pub(crate) fn find(name: &str) -> Option<&'static Mode> {
    modes().find(|mode| mode.name == name)
}

impl Mode {
    /// Every case of the mode: each value of each parameter, with the others at their neutral values, or
    /// at their defaults if they have none.
    ///
    /// # Panics
    ///
    /// Never for a mode of the catalogue, whose tried values are checked by a test.
    pub fn cases(&'static self) -> Vec<Failure> {
        let set = |case: Failure, name: &str, value: &str| {
            case.with(name, value).expect("the tried values of a mode are allowed")
        };
        let mut cases: Vec<Failure> = Vec::new();
        for parameter in self.parameters {
            let alone = self.parameters.iter().filter(|other| other.name != parameter.name).fold(
                Failure::from(self),
                |case, other| match other.neutral {
                    Some(value) if value != other.default() => set(case, other.name, value),
                    _ => case,
                },
            );
            for value in parameter.tried() {
                let case = set(alone.clone(), parameter.name, &value);
                if !cases.contains(&case) {
                    cases.push(case);
                }
            }
        }
        if cases.is_empty() {
            cases.push(Failure::from(self));
        }
        cases
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_and_defaults_of_a_mode_are_values_that_it_allows() {
        for mode in modes() {
            let plain = Failure::from(mode);
            let exceptions = mode.exceptions.iter().map(|(name, value, _)| (name, value));
            let skipping = mode.from_the_second.iter().map(|(name, value)| (name, value));
            for (name, value) in exceptions.chain(skipping) {
                assert!(plain.clone().with(name, value).is_ok(), "{}: {name}={value}", mode.name);
            }
            for parameter in mode.parameters {
                assert!(plain.clone().with(parameter.name, &parameter.default()).is_ok());
            }
            assert!(!mode.cases().is_empty());
        }
    }

    #[test]
    fn one_parameter_acts_while_the_others_are_neutral() {
        let mode = find("token-bad-body").expect("it is in the catalogue");
        let cases: Vec<_> = mode.cases().iter().map(ToString::to_string).collect();
        assert_eq!(cases[0], "token-bad-body:body=truncated");
        assert!(cases.contains(&"token-bad-body:body=sound,content-type=none".to_owned()));
        assert!(!cases.contains(&"token-bad-body:body=sound".to_owned()), "changes nothing");
    }
}
