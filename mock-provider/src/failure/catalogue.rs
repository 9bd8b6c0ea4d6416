//! All modes.

use super::class::Class;
use super::mode::Mode;
use super::spec::Failure;

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

/// The mode of that name.
pub(super) fn find(name: &str) -> Option<&'static Mode> {
    modes().find(|mode| mode.name == name)
}

impl Mode {
    /// Every case of the mode: each value of each parameter, the others at their neutral values, or
    /// at their defaults where they have none.
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
