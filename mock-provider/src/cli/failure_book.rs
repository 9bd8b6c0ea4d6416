//! All failures as one page of documentation, in Markdown.

use std::fmt::Write;

use super::failure_page::{expectations, ways};
use crate::failure::modes;
use crate::failure::spec::class::Class;
use crate::failure::spec::failure::Failure;
use crate::failure::spec::mode::{Expected, Mode, Severity};

const INTRODUCTION: &str = "\
<!-- Generated from the catalogue; a test fails when this file is out of date. Do not edit:
     cargo run -p mock-provider -- failures --markdown > docs/failure-modes.md -->

# Failure modes

Everything that `mock-provider` can do wrong on command. `mock-provider failures` prints the same list,
and `mock-provider failures NAME` describes one mode.

## How a failure is written

`NAME`, or `NAME:parameter=value,parameter=value`; a parameter that is left out has its default.
After `@` come selectors and a lifetime, in any combination:

| selector | the failure acts |
|---|---|
| `issuer=NAME` | at this named issuer, or `default`, instead of the one at which it is armed |
| `client=ID` | for this client only |
| `user=SUBJECT` | for this user only |
| `endpoint=NAME` | at this endpoint only, by its name in the journal: `token`, `jwks`, … |
| `flow=ID` | in this login only |
| `from=N` | from the Nth matching exchange on (formerly `nth`, which still works) |
| `times=N` | N times |
| `for=DURATION` | for this long after it was armed, by the issuer's clock |

For example, `id-token-exp-invalid:value=-10min@client=shop,times=1` sends one ID token for `shop` that
expired ten minutes ago. A value that contains one of `, ; @ : = \"` must be a JSON string, in quotes.
Several failures may be armed at once. They act in the order of the stages of an answer; at the same
stage, in the order in which they were armed.";

/// The whole page.
pub(crate) fn markdown() -> String {
    let mut text = format!("{INTRODUCTION}\n\n## How a failure is armed\n\n");
    if let Some(example) = modes().next() {
        text.push_str("| way | how |\n|---|---|\n");
        for (way, written) in ways(&Failure::from(example)) {
            let _ = writeln!(text, "| {way} | `{}` |", written.replace('|', "\\|"));
        }
    }
    text.push_str(
        "| sign-in page | \u{201c}Make this login fail\u{201d}, next to the users: for that login only |\n\n",
    );
    text.push_str("## What a correct relying party does\n\n| expectation | meaning |\n|---|---|\n");
    for expected in Expected::ALL {
        let _ = writeln!(text, "| {expected} | {} |", expected.meaning());
    }
    text.push_str("\n| severity | what happens if it does something else |\n|---|---|\n");
    for severity in Severity::ALL {
        let _ = writeln!(text, "| {severity} | {} |", severity.meaning());
    }
    text.push_str("\n## Contents\n");
    let classes = || Class::ALL.iter().filter(|class| !class.modes().is_empty());
    for class in classes() {
        let _ = write!(text, "\n**{}**\n\n", class.title());
        for Mode { name, effect, .. } in class.modes() {
            let _ = writeln!(text, "- [`{name}`](#{name}): {effect}");
        }
    }
    for class in classes() {
        let _ = write!(text, "\n## {}\n", class.title());
        class.modes().iter().for_each(|mode| entry(&mut text, mode));
    }
    text
}

fn entry(text: &mut String, mode: &'static Mode) {
    let _ = write!(text, "\n### {}\n\n{}\n\n", mode.name, mode.effect);
    if !mode.parameters.is_empty() {
        text.push_str("| parameter | values | default |\n|---|---|---|\n");
        for parameter in mode.parameters {
            let values = parameter.values().replace(" | ", "` `");
            let values = if values.contains(' ') && !values.contains("` `") {
                values
            } else {
                format!("`{values}`")
            };
            let _ =
                writeln!(text, "| `{}` | {values} | `{}` |", parameter.name, parameter.default());
        }
        text.push('\n');
    }
    let expectations: Vec<_> = expectations(mode)
        .map(|(when, expected)| match when {
            None => format!("**{expected}**"),
            Some(when) => format!("{expected} for `{when}`"),
        })
        .collect();
    let _ = writeln!(text, "- A correct relying party: {}", expectations.join("; "));
    let _ = writeln!(text, "- Severity: {}", mode.severity);
    let _ = writeln!(text, "- Clauses: {}", mode.clauses.join("; "));
    if !mode.note.is_empty() {
        let _ = writeln!(text, "- {}", mode.note);
    }
}
