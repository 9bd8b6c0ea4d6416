//! The program; the library contains everything.

use std::process::ExitCode;

fn main() -> ExitCode {
    app_under_test::cli::run()
}
