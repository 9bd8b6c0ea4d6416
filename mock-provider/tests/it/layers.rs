//! The rooms of the source, and the direction of the imports between them.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn rooms_import_only_from_rooms_listed_above_them() {
    layer_rule::assert_layers(env!("CARGO_MANIFEST_DIR"));
}

/// Handlers are honest. The one thing that they know of failures is what the end user chose on the
/// sign-in page.
#[test]
fn endpoints_use_nothing_of_failures_but_the_choice() {
    for file in fs::read_dir(source().join("endpoints")).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let imports = text.lines().filter(|line| line.contains("failure::"));
        for import in imports {
            assert_eq!(import, "use crate::failure::Choice;", "in {}", path.display());
        }
    }
}

#[test]
fn the_source_holds_folders_and_three_files() {
    let entries = fs::read_dir(source()).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    let mut names: Vec<_> = files.map(|file| file.file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["lib.rs", "main.rs", "router.rs"]);
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}
