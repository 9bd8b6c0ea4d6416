//! Every mode, every case, over HTTP.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::{StreamExt, stream};
use mock_provider::failure::{Class, Failure, modes};
use rp_audit::http_agent::HttpAgents;
use rp_audit::{Calibration, Outcome, Report, run};

use super::bench::AppBench;
use super::outcomes::stated;

/// How many cases run at once. Some wait for a time limit, so there are more than cores.
const AT_ONCE: usize = 16;

/// Longer than the app waits for a provider.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Longer than the app waits for a provider of which nothing is to come.
const LITTLE_PATIENCE: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn the_app_answers_every_failure_rightly() -> Result<()> {
    let mut cases: Vec<Failure> = modes().flat_map(|mode| mode.cases()).collect();
    // Those that wait for something begin first, and are waited for while the others run.
    cases.sort_by_key(|case| !is_slow(case));
    let start = Instant::now();
    let agents = HttpAgents::new(PATIENCE)?;
    let impatient = HttpAgents::new(LITTLE_PATIENCE)?;
    let calibration = Arc::new(
        Calibration::learn(&mut AppBench::new("calibration", None).await?, &agents).await?,
    );
    let count = cases.len();
    let (mut wrong, mut unstated) = (String::new(), String::new());
    let mut reports = stream::iter(cases.into_iter().enumerate())
        .map(|(number, case)| {
            let agents = match case.mode().name {
                "network-hang" | "logout-end-session-broken" => impatient.clone(),
                _ => agents.clone(),
            };
            let calibration = Arc::clone(&calibration);
            tokio::spawn(async move { report(number, case, &agents, &calibration).await })
        })
        .buffer_unordered(AT_ONCE);
    let mut times = vec![];
    while let Some(report) = reports.next().await {
        let (case, report, time) = report?;
        times.push((time, case.to_string()));
        match (report, stated(&case)) {
            (Ok(report), Some(stated)) if report.outcome == stated && is_right(&report) => {}
            (Ok(report), Some(stated)) => writeln!(wrong, "{report}\n    stated: {stated}\n")?,
            (Ok(report), None) => writeln!(unstated, "{report}\n")?,
            (Err(error), _) => writeln!(wrong, "{case}\n  cannot be run: {error:?}\n")?,
        }
    }
    println!("{count} cases in {:?}; the longest:", start.elapsed());
    times.sort();
    times.iter().rev().take(10).for_each(|(time, case)| println!("{time:>10.0?}  {case}"));
    assert!(
        unstated.is_empty(),
        "nobody has stated what the app does in these cases: think, and add them to `stated` in \
         tests/it/audit/outcomes.rs\n\n{unstated}"
    );
    assert!(wrong.is_empty(), "the app answers these cases otherwise than it should:\n\n{wrong}");
    Ok(())
}

/// Whether a case waits for something, or has very many logins.
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
        // Nobody's attributes may be part of a number, a time or another case.
        let mut bench = AppBench::new(&format!("q{number}z"), Some(&case)).await?;
        run(&mut bench, agents, calibration, &case).await
    };
    let report = report.await;
    (case, report, start.elapsed())
}

/// Whether the app does right, or has nothing that the failure could act on.
fn is_right(report: &Report) -> bool {
    let nothing_to_act_on = [Outcome::NotApplicable, Outcome::NotExercised];
    report.verdict.is_pass() || nothing_to_act_on.contains(&report.outcome)
}
