//! Callbacks that do not sign the user in.

use std::fmt::Write;
use std::time::Duration;

use anyhow::{Context, Result};
use browser::Browser;
use e2e::pages::{Home, SignIn, SignInFailed, Welcome};
use e2e::stack::Stack;
use e2e::test::browser_test;
use url::Url;

use crate::flow::refusals;
use crate::login::sign_in_as;
use crate::redaction::failure;

/// Error codes that an authorization response may contain
/// ([RFC 6749, section 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1),
/// [OpenID Connect Core 1.0, section 3.1.2.6](https://openid.net/specs/openid-connect-core-1_0.html#AuthError)),
/// and some that it may not.
const ERRORS: [&str; 19] = [
    "invalid_request",
    "unauthorized_client",
    "access_denied",
    "unsupported_response_type",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
    "interaction_required",
    "login_required",
    "account_selection_required",
    "consent_required",
    "invalid_request_uri",
    "invalid_request_object",
    "request_not_supported",
    "request_uri_not_supported",
    "registration_not_supported",
    "unheard_of",
    "<script>alert('run')</script>",
    "",
];

/// Begins a login, and returns its authorization request.
pub(crate) async fn begin(browser: &Browser, stack: &Stack) -> Result<Url> {
    browser.visit(&stack.url("auth/login")).await?;
    Ok(SignIn::seen(browser).await?.request().await?.parse()?)
}

/// The callback with the authorization response to a request.
pub(crate) async fn answer(stack: &Stack, subject: &str, request: &Url) -> Result<Url> {
    Ok(stack.provider().authorize_as(subject, request.as_str()).await?.parse()?)
}

fn parameter(url: &Url, name: &str) -> Result<String> {
    let value = url.query_pairs().find(|(key, _)| key == name);
    Ok(value.with_context(|| format!("{url} has no {name}"))?.1.into_owned())
}

/// The callback with these parameters and the matching `iss`.
fn callback(stack: &Stack, parameters: &[(&str, &str)]) -> Result<Url> {
    let issuer = [("iss", stack.provider().issuer())];
    let parameters = parameters.iter().chain(&issuer);
    Ok(Url::parse_with_params(&stack.url("auth/callback"), parameters)?)
}

/// `answer` with another value of a parameter.
fn with(answer: &Url, name: &str, value: &str) -> Url {
    let mut changed = answer.clone();
    let pairs = answer.query_pairs().filter(|(key, _)| key != name);
    changed.query_pairs_mut().clear().extend_pairs(pairs).append_pair(name, value);
    changed
}

/// The explanation of the app for a callback that it refuses without signing the user in.
async fn refusal(browser: &Browser, stack: &Stack, callback: &Url) -> Result<String> {
    let explanation = explanation(browser, callback).await?;
    SignInFailed::seen(browser).await?.go_home().await?;
    Home::seen(browser).await?;
    assert_eq!(browser.url().await?.as_str(), stack.url(""));
    Ok(explanation)
}

async fn explanation(browser: &Browser, callback: &Url) -> Result<String> {
    browser.visit(callback.as_str()).await?;
    let failed = SignInFailed::seen(browser).await?;
    Ok(format!("{}: {}", failed.code().await?, failed.sentence().await?))
}

#[tokio::test]
async fn each_error_code_is_explained_in_the_apps_own_words() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        let mut explanations = String::new();
        for error in ERRORS {
            let state = parameter(&begin(&browser, &stack).await?, "state")?;
            let description = ("error_description", "<b>call 555-0100</b>");
            let callback = callback(&stack, &[("error", error), description, ("state", &state)])?;
            writeln!(explanations, "{}", explanation(&browser, &callback).await?)?;
        }
        Home::open(&browser, &stack).await?;
        insta::assert_snapshot!("error_codes", explanations);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_error_takes_precedence_over_a_code() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        let request = begin(&browser, &stack).await?;
        let answer = with(&answer(&stack, "ada", &request).await?, "error", "server_error");
        insta::assert_snapshot!(refusal(&browser, &stack, &answer).await?, @"server_error: The sign-in service reported an internal error.");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_callback_without_a_code_does_not_sign_the_user_in() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        let state = parameter(&begin(&browser, &stack).await?, "state")?;
        let callback = callback(&stack, &[("state", &state)])?;
        insta::assert_snapshot!(refusal(&browser, &stack, &callback).await?, @"missing_code: No authorization code was received.");
        let bare: Url = stack.url("auth/callback").parse()?;
        insta::assert_snapshot!(refusal(&browser, &stack, &bare).await?, @"missing_code: No authorization code was received.");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_forged_state_does_not_sign_the_user_in() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        let request = begin(&browser, &stack).await?;
        let answer = answer(&stack, "ada", &request).await?;
        let forged = with(&answer, "state", &"A".repeat(43));
        browser.visit(forged.as_str()).await?;
        insta::assert_snapshot!("forged_state", failure(&browser).await?);
        let missing = callback(&stack, &[("code", &parameter(&answer, "code")?)])?;
        insta::assert_snapshot!(refusal(&browser, &stack, &missing).await?, @"invalid_state: This sign-in was not started in this browser, took too long, or was already completed.");
        // The login can still be completed.
        browser.visit(answer.as_str()).await?;
        Welcome::seen(&browser).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_state_expires_after_ten_minutes() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        Home::open(&browser, &stack).await?.sign_in().await?;
        let sign_in = SignIn::seen(&browser).await?;
        stack.advance(Duration::from_secs(10 * 60));
        sign_in.choose("ada").await?;
        let failed = SignInFailed::seen(&browser).await?;
        assert_eq!(failed.code().await?, "invalid_state");
        // The user is signed in at the provider by now, so it does not ask again.
        failed.try_again().await?;
        Welcome::seen(&browser).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_replayed_callback_does_not_sign_the_user_in() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        let request = begin(&browser, &stack).await?;
        let answer = answer(&stack, "ada", &request).await?;
        browser.visit(answer.as_str()).await?;
        Welcome::seen(&browser).await?.log_out().await?;
        insta::assert_snapshot!(refusal(&browser, &stack, &answer).await?, @"invalid_state: This sign-in was not started in this browser, took too long, or was already completed.");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_failed_callback_fails_again_when_it_is_reloaded() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        begin(&browser, &stack).await?;
        SignIn::seen(&browser).await?.deny().await?;
        let failed = SignInFailed::seen(&browser).await?;
        let request = failed.request_id().await?;
        browser.reload().await?;
        assert_ne!(failed.request_id().await?, request);
        assert_eq!(failed.code().await?, "access_denied");
        failed.try_again().await?;
        SignIn::seen(&browser).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_callback_does_not_work_in_another_browser() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let attacker = test.browser().await?;
        let request = begin(&attacker, &stack).await?;
        let answer = answer(&stack, "ada", &request).await?;

        // The attacker sends the link to a victim, who would then use the attacker's account.
        let victim = test.browser().await?;
        insta::assert_snapshot!(refusal(&victim, &stack, &answer).await?, @"invalid_state: This sign-in was not started in this browser, took too long, or was already completed.");
        // Also while the victim is signing in.
        begin(&victim, &stack).await?;
        insta::assert_snapshot!(refusal(&victim, &stack, &answer).await?, @"invalid_state: This sign-in was not started in this browser, took too long, or was already completed.");
        // These attempts did not use it up.
        attacker.visit(answer.as_str()).await?;
        Welcome::seen(&attacker).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_code_of_another_client_does_not_sign_the_user_in() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        let request = begin(&browser, &stack).await?;
        // The other client may use any redirect URI, including that of the app.
        let other = with(&request, "client_id", "browser-app");
        let answer = answer(&stack, "ada", &other).await?;
        stack.provider().clear_journal();
        insta::assert_snapshot!(refusal(&browser, &stack, &answer).await?, @"invalid_grant: This sign-in took too long, or was already completed.");
        insta::assert_snapshot!(refusals(&stack), @"/token: code was issued to client `browser-app`, but `auth-app` redeems it");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_code_of_another_login_does_not_sign_the_user_in() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let attacker = test.browser().await?;
        let victim = test.browser().await?;
        let stolen = begin(&attacker, &stack).await?;
        let stolen = parameter(&answer(&stack, "sofya", &stolen).await?, "code")?;
        let request = begin(&victim, &stack).await?;
        let injected = with(&answer(&stack, "ada", &request).await?, "code", &stolen);
        stack.provider().clear_journal();
        insta::assert_snapshot!(refusal(&victim, &stack, &injected).await?, @"invalid_grant: This sign-in took too long, or was already completed.");
        let refusals = refusals(&stack);
        assert!(refusals.starts_with("/token: code_verifier does not match"), "{refusals}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_response_of_another_issuer_does_not_sign_the_user_in() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        let request = begin(&browser, &stack).await?;
        let answer = answer(&stack, "ada", &request).await?;
        let mixed_up = with(&answer, "iss", "http://localhost:1");
        insta::assert_snapshot!(refusal(&browser, &stack, &mixed_up).await?, @"issuer_mismatch: The response came from a different sign-in service than expected.");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_repeated_parameter_does_not_sign_the_user_in() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        let request = begin(&browser, &stack).await?;
        let mut answer = answer(&stack, "ada", &request).await?;
        let code = parameter(&answer, "code")?;
        answer.query_pairs_mut().append_pair("code", &code);
        insta::assert_snapshot!(refusal(&browser, &stack, &answer).await?, @"invalid_response: The sign-in service's response was malformed.");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_failed_login_does_not_change_the_session() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "ada").await?;
        Welcome::seen(&browser).await?;
        let forged = callback(&stack, &[("error", "access_denied")])?;
        browser.visit(forged.as_str()).await?;
        let failed = SignInFailed::seen(&browser).await?;
        let still = failed.still_signed_in().await?;
        assert_eq!(still, "You are still signed in as Ada Lovelace.");
        failed.go_home().await?;
        assert_eq!(Welcome::seen(&browser).await?.name().await?, "Ada Lovelace");
        Ok(())
    })
    .await
}
