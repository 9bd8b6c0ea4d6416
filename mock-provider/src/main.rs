//! The program `mock-provider`.

use std::process::ExitCode;

fn main() -> ExitCode {
    mock_provider::cli::main()
}
