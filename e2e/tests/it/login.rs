//! Signing in.

use std::fmt::Write;
use std::time::Duration;

use anyhow::{Result, bail};
use browser::{Browser, Key};
use e2e::demo::Outcome;
use e2e::pages::{Claims, Denied, Home, LoggedOut, SignIn, SignInFailed, Welcome};
use e2e::stack::{Stack, configuration};
use e2e::test::{Test, browser_test};
use url::form_urlencoded::byte_serialize;

use crate::every_browser::in_every_browser;
use crate::flow::flow;

in_every_browser! {
    a_user_signs_in_and_is_greeted,
    a_user_signs_in_and_out_by_keyboard_alone,
    two_tabs_sign_in_at_once,
}

/// Signs in a user without a password, beginning at the start page.
pub(crate) async fn sign_in_as(browser: &Browser, stack: &Stack, subject: &str) -> Result<()> {
    Home::open(browser, stack).await?.sign_in().await?;
    SignIn::seen(browser).await?.choose(subject).await
}

async fn a_user_signs_in_and_is_greeted(test: &Test) -> Result<()> {
    let stack = test.stack(Stack::builder()).await?;
    let browser = test.browser().await?;

    let home = Home::open(&browser, &stack).await?;
    insta::assert_snapshot!("home", browser.view().await?);

    home.sign_in().await?;
    let sign_in = SignIn::seen(&browser).await?;
    insta::assert_snapshot!("sign_in", browser.view().await?);

    sign_in.choose("ada").await?;
    Welcome::seen(&browser).await?;
    insta::assert_snapshot!("welcome", browser.view().await?);
    insta::assert_snapshot!("flow_of_a_login", flow(&stack)?);
    assert_eq!(browser.url().await?.as_str(), stack.url(""));
    // No page violates its content security policy, and no file is missing.
    assert_eq!(browser.console().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn every_user_of_the_demo_sees_what_the_guide_says() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        let mut greeted_as = String::new();
        for user in &configuration().users {
            let subject = &user.subject;
            Home::open(&browser, &stack).await?.sign_in().await?;
            let sign_in = SignIn::seen(&browser).await?;
            match &user.password {
                Some(password) => sign_in.choose_with_password(subject, password.expose()).await?,
                None => sign_in.choose(subject).await?,
            }
            match Outcome::of(user) {
                Outcome::Welcome => {
                    let welcome = Welcome::seen(&browser).await?;
                    assert_eq!(welcome.groups().await?, user.groups);
                    writeln!(greeted_as, "{subject}: welcome, {}", welcome.name().await?)?;
                    welcome.log_out().await?;
                }
                Outcome::AccessDenied => {
                    let denied = Denied::seen(&browser).await?;
                    writeln!(greeted_as, "{subject}: no access, {}", denied.name().await?)?;
                    denied.log_out().await?;
                }
                Outcome::SignInFailed => {
                    let failed = SignInFailed::seen(&browser).await?;
                    writeln!(greeted_as, "{subject}: {}", failed.code().await?)?;
                    continue;
                }
            }
            LoggedOut::seen(&browser).await?;
        }
        insta::assert_snapshot!(greeted_as, @r#"
        ada: welcome, Ada Lovelace
        grace: welcome, Grace Hopper
        charles: no access, Charles Babbage
        edsger: no access, Edsger Dijkstra
        kurt: access_denied
        alan: access_denied
        sofya: welcome, Софья Ковалевская · سونيا · 松本 👩🏽‍🔬
        pablo: welcome, Pablo Diego José Francisco de Paula Juan Nepomuceno María de los Remedios Cipriano de la Santísima T…
        5f0c2a9e-nameless: welcome, nameless@example.org
        bobby: welcome, <b>Bobby</b> "Tables" <script>alert('not escaped')</script> & {{ 7 * 7 }}
        "#);
        Ok(())
    })
    .await
}

async fn a_user_signs_in_and_out_by_keyboard_alone(test: &Test) -> Result<()> {
    let stack = test.stack(Stack::builder()).await?;
    let browser = test.browser().await?;

    Home::open(&browser, &stack).await?;
    tab_to(&browser, "Sign in with OIDC").await?;
    browser.press(&Key::Enter).await?;

    // The first user has the focus.
    SignIn::seen(&browser).await?;
    browser.press(&Key::Enter).await?;

    assert_eq!(Welcome::seen(&browser).await?.name().await?, "Ada Lovelace");
    tab_to(&browser, "Logout").await?;
    browser.press(&Key::Enter).await?;
    LoggedOut::seen(&browser).await?;
    Ok(())
}

/// Presses the Tab key until an element with this text has the focus.
async fn tab_to(browser: &Browser, text: &str) -> Result<()> {
    let mut visited = vec![];
    while visited.len() < 20 {
        browser.press(&Key::Tab).await?;
        let focus = browser.focus().await?;
        if focus == text {
            return Ok(());
        }
        visited.push(focus);
    }
    bail!("the Tab key must lead to {text:?}, but leads to {visited:?}")
}

#[tokio::test]
async fn a_wrong_password_can_be_corrected() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        Home::open(&browser, &stack).await?.sign_in().await?;
        let sign_in = SignIn::seen(&browser).await?;
        sign_in.choose_with_password("grace", "microsecond").await?;
        assert_eq!(sign_in.problem().await?, "Wrong password.");
        sign_in.choose_with_password("grace", "nanosecond").await?;
        assert_eq!(Welcome::seen(&browser).await?.name().await?, "Grace Hopper");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_deep_link_leads_to_its_page_after_login() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        let deep_link = stack.url("claims?of=me&and=%C3%A4");
        browser.visit(&deep_link).await?;
        SignIn::seen(&browser).await?.choose("ada").await?;
        Claims::seen(&browser).await?;
        assert_eq!(browser.url().await?.as_str(), deep_link);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_deep_link_survives_a_failed_login() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        browser.visit(&stack.url("claims")).await?;
        SignIn::seen(&browser).await?.deny().await?;
        SignInFailed::seen(&browser).await?.try_again().await?;
        SignIn::seen(&browser).await?.choose("ada").await?;
        Claims::seen(&browser).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_login_does_not_return_to_another_site() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        for elsewhere in ["//localhost/", "http://localhost/", r"/st_auth/\\localhost"] {
            let next: String = byte_serialize(elsewhere.as_bytes()).collect();
            browser.visit(&stack.url(&format!("auth/login?next={next}"))).await?;
            SignIn::seen(&browser).await?.choose("ada").await?;
            Welcome::seen(&browser).await?.log_out().await?;
            LoggedOut::seen(&browser).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_second_login_needs_no_form() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "ada").await?;
        Welcome::seen(&browser).await?;

        // The session of the app has expired, that of the provider has not.
        stack.advance(Duration::from_secs(2 * 60 * 60));
        stack.provider().clear_journal();
        Home::open(&browser, &stack).await?.sign_in().await?;

        assert_eq!(Welcome::seen(&browser).await?.name().await?, "Ada Lovelace");
        insta::assert_snapshot!("flow_of_a_single_sign_on", flow(&stack)?);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_subject_that_is_not_configured_can_sign_in() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder().open_to_all()).await?;
        let browser = test.browser().await?;
        Home::open(&browser, &stack).await?.sign_in().await?;
        SignIn::seen(&browser).await?.enter("zoe@example.org").await?;
        assert_eq!(Welcome::seen(&browser).await?.name().await?, "zoe@example.org");
        Ok(())
    })
    .await
}

async fn two_tabs_sign_in_at_once(test: &Test) -> Result<()> {
    let stack = test.stack(Stack::builder()).await?;
    let browser = test.browser().await?;
    let first = browser.tab().await?;
    browser.visit(&stack.url("claims")).await?;
    SignIn::seen(&browser).await?;

    browser.open_tab().await?;
    Home::open(&browser, &stack).await?.sign_in().await?;
    SignIn::seen(&browser).await?.choose("sofya").await?;
    Welcome::seen(&browser).await?;

    // Each login returns to the page that began it, although the first is completed last.
    browser.switch_to(&first).await?;
    SignIn::seen(&browser).await?.choose("ada").await?;
    Claims::seen(&browser).await?;
    let mut cookies: Vec<_> =
        browser.cookies().await?.iter().map(|cookie| cookie.name().to_owned()).collect();
    cookies.sort();
    assert_eq!(cookies, ["rp_login", "rp_session"]);
    Ok(())
}

#[tokio::test]
async fn the_app_works_below_any_base_path() -> Result<()> {
    browser_test(async |test| {
        for base_path in ["/", "/st_auth/"] {
            let stack = test.stack(Stack::builder().base_path(base_path)).await?;
            let browser = test.browser().await?;
            // Without the trailing slash.
            browser.visit(stack.url("").trim_end_matches('/')).await?;
            Home::seen(&browser).await?.sign_in().await?;
            SignIn::seen(&browser).await?.choose("ada").await?;
            let welcome = Welcome::seen(&browser).await?;
            assert_eq!(browser.url().await?.path(), base_path);
            welcome.follow_to_claims().await?;
            Claims::seen(&browser).await?.log_out().await?;
            LoggedOut::seen(&browser).await?;
            assert_eq!(browser.url().await?.path(), format!("{base_path}auth/logged-out"));
            assert_eq!(browser.console().await?, [""; 0]);
        }
        Ok(())
    })
    .await
}
