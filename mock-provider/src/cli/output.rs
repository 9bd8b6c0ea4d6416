//! What the program prints.
//!
//! Unlike `println!`, nothing here panics when nobody reads any more: `mock-provider … | head`.

use std::fmt::Display;
use std::io::Write;

/// Prints a result.
pub(crate) fn print(text: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints what went wrong.
pub(crate) fn complain(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
