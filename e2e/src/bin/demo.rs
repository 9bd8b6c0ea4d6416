//! The demo as a program: everything happens in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    e2e::demo::run()
}
