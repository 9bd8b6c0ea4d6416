//! The rules on small pieces of source.

use std::path::Path;

use super::*;

/// Each may import from those before it.
const ROOMS: [&str; 6] = ["base", "failure/engine", "failure", "endpoints", "app", "web"];

/// The breaches in `source`, as the file `name`: line, path and rule.
fn breaches(name: &str, source: &str) -> Vec<String> {
    let violations = check_file(Path::new(name), source, &ROOMS).unwrap();
    violations.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_upward(name: &str, source: &str, expected: &[(usize, &str)]) {
    let violations = check_file(Path::new(name), source, &ROOMS).unwrap();
    let found: Vec<(usize, &str)> =
        violations.iter().map(|violation| (violation.line, violation.path.as_str())).collect();
    assert_eq!(found, expected, "{source}");
    assert!(violations.iter().all(|violation| matches!(violation.rule, Rule::Upward { .. })));
}

#[test]
fn imports_from_rooms_above_in_the_list_are_allowed() {
    let source = "
        use std::{sync::Arc, web::router};
        use ::web::router;
        use crate::base::clock::Clock;
        use crate::failure::engine::{Armed, guard::Guard};
        use super::token;
        pub(crate) fn get() -> crate::failure::Choice { crate::endpoints::token::get() }
    ";
    assert_eq!(breaches("endpoints/home.rs", source), [""; 0]);
}

#[test]
fn wrong_import_names_file_line_path_and_rule() {
    let found = breaches("base/clock.rs", "\n\nuse crate::web::router::Router;\n");
    assert_eq!(
        found,
        ["base/clock.rs:3: `crate::web::router::Router`: room `base` must not import from room \
          `web`, which is listed below it"]
    );
}

#[test]
fn grouped_imports_are_seen_one_by_one() {
    let source = "use crate::{
        base::clock,
        web::{self, router::{Router, start}},
    };";
    let expected = [
        (3, "crate::web::self"),
        (3, "crate::web::router::Router"),
        (3, "crate::web::router::start"),
    ];
    assert_upward("endpoints/home.rs", source, &expected);
    assert_upward("base/a.rs", "use crate::{web::*};", &[(1, "crate::web")]);
}

#[test]
fn inline_paths_are_seen() {
    for source in [
        "fn a() { let b = crate::web::start(); }",
        "type A = Vec<crate::web::start>;",
        "fn a() { assert_eq!(1, crate::web::start!(2)); }",
        "macro_rules! a { () => { $crate::web::start } }",
        "#[derive(Deserialize)] struct A { #[serde(with = \"crate::web::start\")] b: u8 }",
        "fn a() { b::<crate::web::start>() }",
    ] {
        assert_upward("base/a.rs", source, &[(1, "crate::web::start")]);
    }
}

#[test]
fn climbing_paths_are_resolved() {
    assert_upward("base/a.rs", "use super::super::web::b;", &[(1, "super::super::web::b")]);
    assert_upward("base/a/b.rs", "use super::b;\nuse super::super::clock;", &[]);
    assert_upward("base/mod.rs", "use super::web;", &[(1, "super::web")]);
    assert_upward("base/a.rs", "use self::super::super::web;", &[(1, "self::super::super::web")]);
    let nested = "mod tests {\n use super::*;\n use super::super::super::web::b;\n}";
    assert_upward("base/a.rs", nested, &[(3, "super::super::super::web::b")]);
}

#[test]
fn nested_rooms_are_rooms_of_their_own() {
    assert_upward("failure/spec.rs", "use super::engine::Armed;", &[]);
    assert_upward(
        "failure/engine/armed.rs",
        "use super::super::spec;",
        &[(1, "super::super::spec")],
    );
    assert_upward(
        "failure/engine/armed.rs",
        "use crate::failure::Mode;",
        &[(1, "crate::failure::Mode")],
    );
    let rooms = ["net", "net/wire"];
    for source in ["mod wire; pub(crate) use wire::Stream;", "use self::wire::Stream;"] {
        let found = check_file(Path::new("net/mod.rs"), source, &rooms).unwrap();
        assert_eq!(found.len(), 1, "{source}");
    }
}

#[test]
fn files_are_rooms_where_they_are_listed() {
    assert_upward("app.rs", "use crate::web::start;", &[(1, "crate::web::start")]);
    assert_upward("web/server.rs", "use crate::app::App;", &[]);
    assert_eq!(breaches("cli.rs", ""), ["cli.rs: the file must belong to a listed room"]);
}

#[test]
fn paths_lead_to_listed_rooms() {
    for source in ["use crate::App;", "use crate as a;", "use crate::{App};", "use super::cli;"] {
        let found = check_file(Path::new("app.rs"), source, &ROOMS).unwrap();
        let rules: Vec<Rule> = found.into_iter().map(|violation| violation.rule).collect();
        assert_eq!(rules, [Rule::UnlistedTarget], "{source}");
    }
}

#[test]
fn visibility_comments_and_strings_are_not_imports() {
    let source = "
        //! See [`crate::web::router`].
        /// Calls `crate::web::start`.
        pub(in crate::web) fn a(/* crate::web */) -> &'static str { \"crate::web::b\" }
        const B: [&str; 1] = [\"crate::web::b\"];
        fn c() { vec![\"crate::web::b\"]; }
    ";
    assert_upward("base/a.rs", source, &[]);
}

#[test]
fn roots_of_crates_may_import_everything() {
    for name in ["lib.rs", "main.rs", "bin/demo.rs"] {
        assert_eq!(breaches(name, "use crate::web::start;"), [""; 0]);
    }
}

#[test]
fn whole_crate_is_checked_and_empty_rooms_are_reported() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms = ["architecture", "rules", "layers", "paths", "net"];
    let found = check(&src, &rooms).unwrap();
    let [upward, _, empty] = found.as_slice() else { panic!("{found:?}") };
    let start = "rules.rs:8: `crate::paths::self`: room `rules` must not import from room `paths`";
    assert!(upward.to_string().starts_with(start), "{upward}");
    assert_eq!(empty.to_string(), "net: the listed room has no file");
}
