//! Output of the program.
//!
//! Unlike `println!`, it does not panic when the reader has gone: `mock-provider … | head`.

use std::fmt::Display;
use std::io::Write;

/// Prints a result.
pub(crate) fn print(text: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints an error.
pub(crate) fn print_error(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
