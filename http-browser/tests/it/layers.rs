//! The rooms of the source, and the direction of the imports between them.

use std::path::Path;

/// A room may import only from the rooms before it.
const ROOMS: [&str; 4] = ["html", "page", "cookies", "browser"];

#[test]
fn rooms_import_only_from_rooms_listed_above_them() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let violations = layer_rule::check(&src, &ROOMS).unwrap();
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn architecture_shows_the_same_rooms() {
    let architecture = include_str!("../../../ARCHITECTURE.md");
    let shown = layer_rule::rooms_in(architecture, "http-browser").unwrap();
    assert_eq!(shown, ROOMS);
}
