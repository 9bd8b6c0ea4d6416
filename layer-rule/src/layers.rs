//! The layer test of a crate.

use std::fs;
use std::path::Path;

use crate::architecture::rooms_in;
use crate::rules::{Error, Violation, check};

/// Asserts that each room of the crate in the folder `manifest_dir` imports only from rooms listed
/// above it in `ARCHITECTURE.md`, which lies beside that folder. The list is the code block after the
/// line `<!-- rooms: NAME -->`, where `NAME` is the name of the folder. A room is the first word of a
/// line; indented lines continue a description.
///
/// ```no_run
/// layer_rule::assert_layers(env!("CARGO_MANIFEST_DIR"));
/// ```
///
/// # Panics
///
/// When an import breaks a rule, with file, line, path and rule of each such import. When the page
/// does not list the rooms of the crate. When a file cannot be read or parsed.
#[track_caller]
pub fn assert_layers(manifest_dir: &str) {
    match violations(Path::new(manifest_dir)) {
        Ok(violations) => {
            let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
            assert!(lines.is_empty(), "{}", lines.join("\n"));
        }
        Err(error) => panic!("{error}"),
    }
}

fn violations(folder: &Path) -> Result<Vec<Violation>, Error> {
    let page = folder.with_file_name("ARCHITECTURE.md");
    let architecture =
        fs::read_to_string(&page).map_err(|error| Error::Read(page.clone(), error))?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let rooms = rooms_in(&architecture, &name)
        .ok_or_else(|| Error::NoList { page, name: name.clone().into_owned() })?;
    check(&folder.join("src"), &rooms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_crate_follows_its_own_rule() {
        assert_layers(env!("CARGO_MANIFEST_DIR"));
    }

    #[test]
    #[should_panic(
        expected = "base.rs:3: `crate::web::Page`: room `base` must not import from room `web`, \
                    which is listed below it\n\
                    base.rs:5: `crate::web::title`: room `base` must not import from room `web`, \
                    which is listed below it\n\
                    cli.rs: the file must belong to a listed room"
    )]
    fn every_breach_is_reported() {
        assert_layers(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/wrong"));
    }

    #[test]
    #[should_panic(expected = "ARCHITECTURE.md must list the rooms of `unlisted`: the line \
                    `<!-- rooms: unlisted -->`, then a code block")]
    fn a_crate_without_a_list_is_refused() {
        assert_layers(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/unlisted"));
    }
}
