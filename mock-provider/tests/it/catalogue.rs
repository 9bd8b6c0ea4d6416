//! The catalogue of failures, as the program prints it and as it is published.

use std::process::Command;

use mock_provider::failure::{Class, Expected, Failure, Severity, modes};
use serde_json::Value;

/// Exit code, standard output and standard error of `mock-provider failures`.
fn failures<const N: usize>(arguments: [&str; N]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock-provider"));
    let output = command.env("COLUMNS", "100").arg("failures").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The JSON output of the program.
fn json<const N: usize>(arguments: [&str; N]) -> Value {
    let (code, output, errors) = failures(arguments);
    assert_eq!(code, Some(0), "{errors}");
    serde_json::from_str(&output).unwrap()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|mode| mode["name"].as_str().unwrap()).collect()
}

#[test]
fn the_published_page_matches_the_programs_output() {
    let (_, written, _) = failures(["--markdown"]);
    let published = include_str!("../../../docs/failure-modes.md");
    assert!(
        written == published,
        "docs/failure-modes.md is out of date; write it anew by\n    \
         cargo run -p mock-provider -- failures --markdown > docs/failure-modes.md"
    );
}

#[test]
fn every_link_of_the_published_page_leads_to_an_entry_of_its_own() {
    let page = include_str!("../../../docs/failure-modes.md");
    for mode in modes() {
        let heading = format!("\n### {}\n", mode.name);
        assert_eq!(page.matches(&heading).count(), 1, "{}", mode.name);
        assert_eq!(page.matches(&format!("](#{})", mode.name)).count(), 1, "{}", mode.name);
    }
}

#[test]
fn a_default_is_one_of_the_possible_values() {
    let list = json(["--json"]);
    let parameters = |mode: &Value| mode["parameters"].as_array().unwrap().clone();
    for parameter in list.as_array().unwrap().iter().flat_map(parameters) {
        let choices = parameter["choices"].as_array().unwrap();
        assert!(choices.is_empty() || choices.contains(&parameter["default"]), "{parameter}");
    }
}

#[test]
fn the_help_of_failures_reads_as_reviewed() {
    insta::assert_snapshot!(failures(["--help"]).1);
}

#[test]
fn the_list_has_every_failure_under_its_class() {
    let (code, list, _) = failures([]);
    assert_eq!(code, Some(0));
    for class in Class::ALL.iter().filter(|class| !class.modes().is_empty()) {
        let heading = format!("{} ({class})\n", class.title());
        let (_, own) = list.split_once(&heading).unwrap();
        let own = own.split("\n\n").next().unwrap();
        for mode in class.modes() {
            assert!(own.contains(mode.name) && own.contains(mode.effect), "{own}");
        }
    }
}

#[test]
fn filters_keep_the_modes_that_they_name() {
    assert_eq!(names(&json(["--json"])).len(), modes().count());
    for class in Class::ALL {
        let expected: Vec<_> = class.modes().iter().map(|mode| mode.name).collect();
        assert_eq!(names(&json(["--json", "--class", class.name()])), expected);
    }
    for severity in Severity::ALL {
        let expected: Vec<_> =
            modes().filter(|mode| mode.severity == *severity).map(|mode| mode.name).collect();
        assert_eq!(names(&json(["--json", "--severity", severity.name()])), expected);
    }
    for expected in Expected::ALL {
        let wanted: Vec<_> =
            modes().filter(|mode| mode.expected == *expected).map(|mode| mode.name).collect();
        assert_eq!(names(&json(["--json", "--expected", expected.name()])), wanted);
    }
}

#[test]
fn every_case_can_be_armed_as_written() {
    for mode in json(["--json"]).as_array().unwrap() {
        for case in mode["cases"].as_array().unwrap() {
            let failure = Failure::parse(case.as_str().unwrap()).unwrap();
            assert_eq!(failure.mode().name, mode["name"]);
        }
    }
}

#[test]
fn one_failure_is_described_in_full() {
    let (code, page, _) = failures(["id-token-exp-invalid:value=-61s"]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(page);
    let mode = json(["--json", "id-token-exp-invalid"]);
    assert_eq!((&mode["class"], &mode["expected"]), (&"id-token-claims".into(), &"reject".into()));
}

#[test]
fn a_wrong_name_is_refused_with_the_nearest_one() {
    let (code, output, errors) = failures(["id-token-exp-invald"]);
    assert_eq!((code, &*output), (Some(2), ""));
    assert!(errors.contains("did you mean `id-token-exp-invalid`?"), "{errors}");
    let (code, _, errors) = failures(["--class", "tokn"]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("'token'"), "{errors}");
}
