//! For each kind of outcome that users see, one case in a real browser.

use anyhow::Result;
use e2e::test::browser_test;
use mock_provider::failure::Failure;
use rp_audit::browser_agent::BrowserAgents;
use rp_audit::http_agent::HttpAgents;
use rp_audit::{Calibration, Outcome, run};

use super::bench::AppBench;
use super::every_case::TIMEOUT;

/// Runs a case in browsers, and compares the outcome.
async fn assert_outcome(case: &str, outcome: Outcome) -> Result<()> {
    let calibration = {
        let mut bench = AppBench::new("calibration", None).await?;
        Calibration::learn(&mut bench, &HttpAgents::new(TIMEOUT)?).await?
    };
    browser_test(async |test| {
        let case = Failure::parse(case)?;
        let mut bench = AppBench::new("q7f3az", Some(&case)).await?;
        let browsers = BrowserAgents(async || test.browser().await);
        let report = run(&mut bench, &browsers, &calibration, &case).await?;
        assert_eq!(report.outcome, outcome, "{report}");
        assert!(report.verdict.is_pass(), "{report}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_bad_token_leads_to_an_error_page() -> Result<()> {
    assert_outcome("id-token-nonce-mismatch", Outcome::CleanError).await
}

#[tokio::test]
async fn markup_in_an_error_of_the_provider_does_not_run() -> Result<()> {
    assert_outcome("authorization-error-markup:payload=script", Outcome::CleanError).await
}

#[tokio::test]
async fn the_app_recovers_once_the_keys_are_available() -> Result<()> {
    assert_outcome("jwks-unavailable:mode=503", Outcome::SessionExpected).await
}

#[tokio::test]
async fn an_unusual_but_valid_response_is_accepted() -> Result<()> {
    assert_outcome("token-token-type-case:value=bEARER", Outcome::SessionExpected).await
}

#[tokio::test]
async fn markup_in_a_name_is_escaped() -> Result<()> {
    assert_outcome("claims-markup:claim=name,payload=script", Outcome::SessionExpected).await
}

#[tokio::test]
async fn a_response_posted_from_another_site_leads_to_a_readable_page() -> Result<()> {
    assert_outcome("authorization-form-post:requested=false", Outcome::CleanError).await
}

#[tokio::test]
async fn a_session_continues_when_a_refresh_returns_no_id_token() -> Result<()> {
    assert_outcome("refresh-id-token-absent", Outcome::SessionExpected).await
}

#[tokio::test]
async fn a_session_ends_when_a_refresh_is_refused() -> Result<()> {
    assert_outcome("refresh-invalid-grant", Outcome::CleanError).await
}
