//! The app as a program: everything happens in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    app_under_test::cli::run()
}
