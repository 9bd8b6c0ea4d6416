//! Signing out.

use anyhow::Result;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use e2e::pages::{ConfirmLogout, Home, LoggedOut, ProviderLogout, SignIn, Welcome};
use e2e::stack::{CLIENT_ID, CLIENT_SECRET, Stack};
use e2e::test::{Test, browser_test};
use mock_provider::Client;
use tokio::net::TcpListener;

use crate::every_browser::in_every_browser;
use crate::flow::flow;
use crate::login::sign_in_as;

in_every_browser! {
    logout_ends_the_sessions_of_app_and_provider,
    a_form_on_another_site_does_not_sign_the_user_out,
    a_front_channel_logout_ends_the_session_of_the_app,
}

async fn logout_ends_the_sessions_of_app_and_provider(test: &Test) -> Result<()> {
    let stack = test.stack(Stack::builder()).await?;
    let browser = test.browser().await?;
    sign_in_as(&browser, &stack, "ada").await?;
    let welcome = Welcome::seen(&browser).await?;
    stack.provider().clear_journal();
    welcome.log_out().await?;
    let logged_out = LoggedOut::seen(&browser).await?;
    insta::assert_snapshot!("logged_out", browser.view().await?);
    insta::assert_snapshot!("flow_of_a_logout", flow(&stack)?);

    logged_out.sign_in().await?;
    assert!(!SignIn::seen(&browser).await?.offers_to_continue().await?);
    Home::open(&browser, &stack).await?;
    Ok(())
}

#[tokio::test]
async fn logout_is_local_if_the_provider_has_no_endpoint_for_it() -> Result<()> {
    browser_test(async |test| {
        let stack = Stack::builder()
            .app_variable("OIDC_SKIP_DISCOVERY", "true")
            .app_variable("OIDC_AUTHORIZATION_ENDPOINT", "{issuer}/authorize")
            .app_variable("OIDC_TOKEN_ENDPOINT", "{issuer}/token")
            .app_variable("OIDC_JWKS_URI", "{issuer}/jwks");
        let stack = test.stack(stack).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "ada").await?;
        Welcome::seen(&browser).await?.log_out().await?;
        let logged_out = LoggedOut::seen(&browser).await?;
        assert!(logged_out.scope().await?.contains("may still be signed in"));
        Home::open(&browser, &stack).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_link_to_the_logout_asks_for_confirmation() -> Result<()> {
    browser_test(async |test| {
        let stack = test.stack(Stack::builder()).await?;
        let browser = test.browser().await?;
        sign_in_as(&browser, &stack, "ada").await?;
        Welcome::seen(&browser).await?;
        browser.visit(&stack.url("auth/logout")).await?;
        let confirm = ConfirmLogout::seen(&browser).await?;
        insta::assert_snapshot!("confirm_logout", browser.view().await?);
        confirm.log_out().await?;
        LoggedOut::seen(&browser).await?;
        Ok(())
    })
    .await
}

async fn a_form_on_another_site_does_not_sign_the_user_out(test: &Test) -> Result<()> {
    let stack = test.stack(Stack::builder()).await?;
    let browser = test.browser().await?;
    sign_in_as(&browser, &stack, "ada").await?;
    Welcome::seen(&browser).await?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let other_site = format!("http://localhost:{}/", listener.local_addr()?.port());
    let action = stack.url("auth/logout");
    let form = format!("<form method=post action={action}><button>You won!</button></form>");
    let router = Router::new().route("/", get(async move || Html(form)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    browser.visit(&other_site).await?;
    browser.click("button").await?;

    browser.url_where("a page of the app", |url| url.host_str() == Some("127.0.0.1")).await?;
    browser.visit(&stack.url("")).await?;
    Welcome::seen(&browser).await?;
    Ok(())
}

/// The frame is on another site than its page, so browsers may not send its cookies.
async fn a_front_channel_logout_ends_the_session_of_the_app(test: &Test) -> Result<()> {
    logout_at_the_provider(test, |client, app| {
        client.frontchannel_logout_uri(format!("{app}auth/frontchannel-logout"))
    })
    .await
}

#[tokio::test]
async fn a_back_channel_logout_ends_the_session_of_the_app() -> Result<()> {
    browser_test(async |test| {
        logout_at_the_provider(test, |client, app| {
            client.backchannel_logout_uri(format!("{app}auth/backchannel-logout"))
        })
        .await
    })
    .await
}

async fn logout_at_the_provider(
    test: &Test,
    register: impl FnOnce(Client, &str) -> Client + Send + 'static,
) -> Result<()> {
    let stack = Stack::builder().provider_for_app(|provider, app| {
        let client = Client::new(CLIENT_ID).secret(CLIENT_SECRET);
        provider.client(register(client.redirect_uri(format!("{app}auth/callback")), app))
    });
    let stack = test.stack(stack).await?;
    let browser = test.browser().await?;
    sign_in_as(&browser, &stack, "ada").await?;
    Welcome::seen(&browser).await?;
    ProviderLogout::open(&browser, &stack).await?.sign_out().await?;
    Home::open(&browser, &stack).await?;
    Ok(())
}
