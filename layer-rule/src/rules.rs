//! The rules, and the check of a source folder against them.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::paths::{self, Import};

/// One breach of the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The file, relative to the source folder; for [`Rule::Empty`] the room.
    file: PathBuf,
    /// The line of the import, starting at 1; 0 where the whole file is at fault.
    line: usize,
    /// The import as written, such as `super::super::web::router`; empty where there is none.
    path: String,
    rule: Rule,
}

/// The rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Rule {
    #[error("room `{from}` must not import from room `{to}`, which is listed below it")]
    Upward { from: String, to: String },
    #[error("the path must lead to a listed room")]
    UnlistedTarget,
    #[error("the file must belong to a listed room")]
    UnlistedFile,
    #[error("the listed room has no file")]
    Empty,
}

/// Why a crate could not be checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(
        "{} must list the rooms of `{name}`: the line `<!-- rooms: {name} -->`, then a code block",
        page.display()
    )]
    NoList { page: PathBuf, name: String },
    #[error("cannot read {}: {}", .0.display(), .1)]
    Read(PathBuf, io::Error),
    #[error("cannot parse {}: {}", .0.display(), .1)]
    Parse(PathBuf, proc_macro2::LexError),
}

/// Checks every `.rs` file below `src` against `rooms`, each of which may import from those before it.
pub(crate) fn check(src: &Path, rooms: &[&str]) -> Result<Vec<Violation>, Error> {
    let mut files = Vec::new();
    collect(src, &mut files)?;
    files.sort();

    let mut violations = Vec::new();
    let mut inhabited = Vec::new();
    for file in files {
        let source = fs::read_to_string(&file).map_err(|error| Error::Read(file.clone(), error))?;
        let name = file.strip_prefix(src).unwrap_or(&file);
        inhabited.extend(room_of(&module_path(name), rooms));
        let found = check_file(name, &source, rooms);
        violations.extend(found.map_err(|error| Error::Parse(file.clone(), error))?);
    }
    for room in rooms.iter().filter(|room| !inhabited.contains(*room)) {
        violations.push(violation(Path::new(room), Rule::Empty));
    }
    Ok(violations)
}

/// Checks one file, whose name is relative to the source folder.
fn check_file(
    name: &Path,
    source: &str,
    rooms: &[&str],
) -> Result<Vec<Violation>, proc_macro2::LexError> {
    if is_exempt(name) {
        return Ok(Vec::new());
    }
    let module = module_path(name);
    let Some(from) = room_of(&module, rooms) else {
        return Ok(vec![violation(name, Rule::UnlistedFile)]);
    };
    let position = |room: &str| rooms.iter().position(|listed| *listed == room);
    let broken_by = |import: &Import| match room_of(&import.target, rooms) {
        None => Some(Rule::UnlistedTarget),
        Some(to) if position(to) > position(from) => {
            Some(Rule::Upward { from: from.to_owned(), to: to.to_owned() })
        }
        Some(_) => None,
    };
    let imports = paths::imports(source, &module)?;
    let violations = imports.into_iter().filter_map(|import| {
        let rule = broken_by(&import)?;
        Some(Violation { file: name.to_owned(), line: import.line, path: import.written, rule })
    });
    Ok(violations.collect())
}

/// The longest listed room that is a prefix of a module path.
fn room_of<'a>(module: &[String], rooms: &[&'a str]) -> Option<&'a str> {
    let is_prefix = |room: &&&str| {
        let mut segments = module.iter();
        room.split('/').all(|part| segments.next().is_some_and(|segment| segment == part))
    };
    rooms.iter().filter(is_prefix).max_by_key(|room| room.len()).copied()
}

/// The module path of a file: `net/wire/mod.rs` and `net/wire.rs` are both `net::wire`.
fn module_path(name: &Path) -> Vec<String> {
    let stem = name.with_extension("");
    let segments = stem.iter().map(|segment| segment.to_string_lossy().into_owned());
    let mut segments: Vec<String> = segments.collect();
    segments.pop_if(|last| last == "mod");
    segments
}

/// Whether a file is the root of a crate, where all rooms meet.
fn is_exempt(name: &Path) -> bool {
    name == Path::new("lib.rs") || name == Path::new("main.rs") || name.starts_with("bin")
}

fn violation(file: &Path, rule: Rule) -> Violation {
    Violation { file: file.to_owned(), line: 0, path: String::new(), rule }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let unreadable = |error| Error::Read(folder.to_owned(), error);
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, path, rule } = self;
        write!(formatter, "{}", file.display())?;
        if *line > 0 {
            write!(formatter, ":{line}: `{path}`")?;
        }
        write!(formatter, ": {rule}")
    }
}

#[cfg(test)]
mod tests;
