//! Ten thousand issuers in one process: the time to create each, and the total memory.
//!
//! Fails above 0.2 ms each, or 200 MiB in total.

use std::time::{Duration, Instant};

use mock_provider::MockProvider;
use tokio::runtime::Builder;

const ISSUERS: u32 = 10_000;
const MAX_EACH: Duration = Duration::from_micros(200);
const MAX_MIB: u64 = 200;

fn main() {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let provider = runtime.block_on(MockProvider::start());
    let before = resident_kib();
    let begun = Instant::now();
    for number in 0..ISSUERS {
        drop(provider.named(&format!("tenant-{number}")));
    }
    let each = begun.elapsed() / ISSUERS;
    let grown = resident_kib() - before;
    println!(
        "{ISSUERS} issuers: {each:?} each, {} KiB each, {} MiB in total",
        grown / u64::from(ISSUERS),
        resident_kib() / 1024
    );
    assert!(each <= MAX_EACH, "{each:?} is more than {MAX_EACH:?} each");
    assert!(resident_kib() / 1024 <= MAX_MIB, "more than {MAX_MIB} MiB");
}

/// The memory of this process, from `/proc` (Linux).
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}
