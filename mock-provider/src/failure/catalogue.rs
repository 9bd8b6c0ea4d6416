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
    /// Every case of the mode: each value of each parameter, the others at their defaults.
    ///
    /// # Panics
    ///
    /// Never for a mode of the catalogue, whose tried values are checked by a test.
    pub fn cases(&'static self) -> Vec<Failure> {
        let plain = Failure::from(self);
        let mut cases: Vec<Failure> = Vec::new();
        for parameter in self.parameters {
            for value in parameter.tried() {
                let case = plain.clone().with(parameter.name, &value);
                let case = case.expect("the tried values of a mode are allowed");
                if !cases.contains(&case) {
                    cases.push(case);
                }
            }
        }
        if cases.is_empty() {
            cases.push(plain);
        }
        cases
    }
}
