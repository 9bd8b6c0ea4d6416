//! Memory over many logins: expired codes, tokens and sessions are removed, and the journal is a ring
//! buffer.
//!
//! Prints the resident memory ten times, and fails if it still grows in the second half of the
//! logins. `LOGINS` sets their number, by default 50,000. Each login advances the provider's clock
//! by ten seconds, so that everything expires during the run.

#[expect(dead_code, reason = "each benchmark uses a part of the module")]
mod support;

use std::time::Duration;

use mock_provider::{Clock, MockProvider, Timestamp};
use tokio::runtime::Builder;

/// What the allocator may retain without a leak, in KiB.
const SLACK: u64 = 4 * 1024;

fn main() {
    let logins: u64 = match std::env::var("LOGINS") {
        Ok(number) => number.parse().expect("LOGINS is a number"),
        Err(_) => 50_000,
    };
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let clock = Clock::frozen_at(Timestamp::UNIX_EPOCH);
    let provider = MockProvider::builder()
        .clock(clock)
        .settings(|settings| settings.auto_login = Some("alice".into()));
    let provider = runtime.block_on(provider.start());
    let login = support::Login::at(&provider);

    let mut resident = Vec::new();
    for number in 1..=logins {
        runtime.block_on(login.without_page());
        provider.clock().advance(Duration::from_secs(10));
        if number % (logins / 10).max(1) == 0 {
            resident.push(resident_kib());
            println!("{number:>9} logins  {:>7} KiB", resident[resident.len() - 1]);
        }
    }
    let (half, end) = (resident[resident.len() / 2 - 1], resident[resident.len() - 1]);
    assert!(end <= half + SLACK, "grew from {half} to {end} KiB in the second half");
}

/// The memory of this process, from `/proc` (Linux).
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}
