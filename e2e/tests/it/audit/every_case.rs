//! Every case of every mode, over HTTP.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::{StreamExt, stream};
use mock_provider::failure::{Class, Failure, modes};
use rp_audit::http_agent::HttpAgents;
use rp_audit::{Calibration, Outcome, Report, run};

use super::bench::AppBench;
use super::outcomes::expected_outcome;

/// The number of cases that run at once: more than cores, because some wait for a time limit.
const MAX_CONCURRENT_CASES: usize = 16;

/// Longer than the app waits for a provider.
pub(super) const TIMEOUT: Duration = Duration::from_secs(20);

/// Longer than the app waits for a provider in cases where no response will arrive.
const SHORT_TIMEOUT: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn the_app_handles_every_failure_correctly() -> Result<()> {
    let mut cases: Vec<Failure> = modes().flat_map(|mode| mode.cases()).collect();
    // Slow cases start first, so that the others run while they wait.
    cases.sort_by_key(|case| !is_slow(case));
    let start = Instant::now();
    let agents = HttpAgents::new(TIMEOUT)?;
    let impatient = HttpAgents::new(SHORT_TIMEOUT)?;
    let calibration = Arc::new(
        Calibration::learn(&mut AppBench::new("calibration", None).await?, &agents).await?,
    );
    let count = cases.len();
    let (mut wrong, mut unlisted) = (String::new(), String::new());
    let mut reports = stream::iter(cases.into_iter().enumerate())
        .map(|(number, case)| {
            let agents = match case.mode().name {
                "network-hang" | "logout-end-session-broken" => impatient.clone(),
                _ => agents.clone(),
            };
            let calibration = Arc::clone(&calibration);
            tokio::spawn(async move { report(number, case, &agents, &calibration).await })
        })
        .buffer_unordered(MAX_CONCURRENT_CASES);
    let mut times = vec![];
    while let Some(report) = reports.next().await {
        let (case, report, time) = report?;
        times.push((time, case.to_string()));
        match (report, expected_outcome(&case)) {
            (Ok(report), Some(expected)) if report.outcome == expected && is_correct(&report) => {}
            (Ok(report), Some(expected)) => {
                writeln!(wrong, "{report}\n    expected: {expected}\n")?
            }
            (Ok(report), None) => writeln!(unlisted, "{report}\n")?,
            (Err(error), _) => writeln!(wrong, "{case}\n  cannot run: {error:?}\n")?,
        }
    }
    println!("{count} cases in {:?}; the longest:", start.elapsed());
    times.sort();
    times.iter().rev().take(10).for_each(|(time, case)| println!("{time:>10.0?}  {case}"));
    assert!(
        unlisted.is_empty(),
        "add these cases to `expected_outcome` in tests/it/audit/outcomes.rs, after checking that \
         their outcomes are correct:\n\n{unlisted}"
    );
    assert!(wrong.is_empty(), "the app handles these cases incorrectly:\n\n{wrong}");
    Ok(())
}

/// Whether a case waits for a time limit, or has many logins.
fn is_slow(case: &Failure) -> bool {
    let mode = case.mode();
    mode.class() == Class::Network
        || case.value("mode") == "hang"
        || matches!(mode.name, "jwks-unknown-kid-storm" | "sequence-concurrent-users")
}

async fn report(
    number: usize,
    case: Failure,
    agents: &HttpAgents,
    calibration: &Calibration,
) -> (Failure, Result<Report>, Duration) {
    let start = Instant::now();
    let report = async {
        // A mark that is not part of a number, a time or the mark of another case.
        let mut bench = AppBench::new(&format!("q{number}z"), Some(&case)).await?;
        run(&mut bench, agents, calibration, &case).await
    };
    let report = report.await;
    (case, report, start.elapsed())
}

/// Whether the app is correct, or lacks the feature that the failure acts on.
fn is_correct(report: &Report) -> bool {
    let not_affected = [Outcome::NotApplicable, Outcome::NotExercised];
    report.verdict.is_pass() || not_affected.contains(&report.outcome)
}
