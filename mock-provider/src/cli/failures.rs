//! `mock-provider failures [NAME]`: all failures by class, or one of them in full.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;

use super::output::{print, print_error};
use super::{failure_book, failure_page};
use crate::failure::Description;
use crate::failure::spec::class::Class;
use crate::failure::spec::failure::Failure;
use crate::failure::spec::mode::{Expected, Mode, Severity};

/// Which failures to print, and how.
#[derive(Args, Clone, Debug)]
pub(crate) struct Failures {
    /// The failure to describe in full: its name, or how it is armed, such as
    /// `id-token-exp-invalid:value=-61s`.
    name: Option<String>,
    /// Only failures of this class.
    #[arg(long, conflicts_with = "name", value_parser = named(Class::ALL, Class::name))]
    class: Option<Class>,
    /// Only failures of this severity.
    #[arg(long, conflicts_with = "name", value_parser = named(Severity::ALL, Severity::name))]
    severity: Option<Severity>,
    /// Only failures to which a correct relying party reacts in this way.
    #[arg(long, conflicts_with = "name", value_parser = named(Expected::ALL, Expected::name))]
    expected: Option<Expected>,
    /// Print JSON: a list of failures, or the one that is named.
    #[arg(long)]
    json: bool,
    /// Print all failures as the page docs/failure-modes.md.
    #[arg(long, exclusive = true)]
    markdown: bool,
}

/// Parses the name of one of `values`.
fn named<T: Copy + Send + Sync + 'static>(
    values: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(values.iter().map(move |value| name(*value))).try_map(move |text| {
        let found = values.iter().find(|value| name(**value) == text);
        found.copied().ok_or("unknown")
    })
}

impl Failures {
    /// Prints the failures. Fails when the named one does not exist.
    pub(crate) fn run(&self) -> ExitCode {
        if self.markdown {
            print(failure_book::markdown().trim_end());
            return ExitCode::SUCCESS;
        }
        let Some(name) = &self.name else {
            let modes: Vec<_> = crate::failure::modes().filter(|mode| self.wants(mode)).collect();
            print(if self.json {
                json(&modes.iter().map(|mode| Description::from(*mode)).collect::<Vec<_>>())
            } else {
                list(&modes)
            });
            return ExitCode::SUCCESS;
        };
        match Failure::parse(name) {
            Ok(failure) => {
                print(if self.json {
                    json(&Description::from(failure.mode()))
                } else {
                    failure_page::page(&failure)
                });
                ExitCode::SUCCESS
            }
            Err(error) => {
                print_error(format_args!("error: {error}"));
                ExitCode::from(super::arguments::MISUSED)
            }
        }
    }

    fn wants(&self, mode: &Mode) -> bool {
        self.class.is_none_or(|class| class == mode.class())
            && self.severity.is_none_or(|severity| severity == mode.severity)
            && self.expected.is_none_or(|expected| expected == mode.expected)
    }
}

fn json(document: &impl Serialize) -> String {
    serde_json::to_string_pretty(document).expect("a description is plain JSON")
}

/// The modes under the titles of their classes.
fn list(modes: &[&'static Mode]) -> String {
    let width = modes.iter().map(|mode| mode.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for class in Class::ALL {
        let own: Vec<_> = modes.iter().filter(|mode| mode.class() == *class).collect();
        if own.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{} ({class})", class.title());
        for Mode { name, effect, expected, severity, .. } in own {
            let _ = writeln!(text, "  {name:width$}  {expected:8}  {severity}\n      {effect}");
        }
        text.push('\n');
    }
    let cases: usize = modes.iter().map(|mode| mode.cases().len()).sum();
    let _ = write!(
        text,
        "{} with {}: `mock-provider failures NAME` describes one in full",
        count(modes.len(), "failure"),
        count(cases, "case")
    );
    text
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
