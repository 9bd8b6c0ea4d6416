//! The names that the app shows.

use std::fmt::Write;

use anyhow::Result;
use browser::Browser;
use e2e::pages::{LoggedOut, Welcome};
use e2e::stack::{Stack, StackBuilder};
use e2e::test::browser_test;
use mock_provider::{MockProviderBuilder, User};

use crate::login::sign_in_as;

#[tokio::test]
async fn a_user_without_a_name_is_shown_by_another_attribute() -> Result<()> {
    browser_test(async |test| {
        let users = [
            User::new("mail-and-login").email("ann@example.org").preferred_username("ann"),
            User::new("login").preferred_username("ann"),
            User::new("blank").name("  ").email("ann@example.org"),
            User::new("number").claim("name", 42).email("ann@example.org"),
            User::new("nothing"),
        ];
        let stack = test.stack(with_users(users.clone())).await?;
        let browser = test.browser().await?;
        let mut shown = String::new();
        for user in &users {
            writeln!(shown, "{}: {}", user.subject, greeting(&browser, &stack, user).await?)?;
        }
        insta::assert_snapshot!(shown, @"
        mail-and-login: ann@example.org
        login: ann
        blank: ann@example.org
        number: ann@example.org
        nothing: nothing
        ");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_name_in_any_script_is_shown_and_its_markup_is_escaped() -> Result<()> {
    browser_test(async |test| {
        let names = [
            "Zoë Ångström",
            "Софья Ковалевская",
            "אליס",
            "松本 👩🏽‍🔬",
            "<img src=x onerror=\"document.title='run'\">",
            "</title><script>document.title='run'</script>",
            "{{ 7 * 7 }} &amp; \"quoted\"",
        ];
        let users = names.map(|name| User::new(format!("user-{}", name.len())).name(name));
        let stack = test.stack(with_users(users.clone())).await?;
        let browser = test.browser().await?;
        for user in &users {
            assert_eq!(user.name.as_deref(), Some(&*greeting(&browser, &stack, user).await?));
        }
        // A control character that reverses the text after it must not affect the rest of the page.
        let user = User::new("turned").name("Ann \u{202e}nimda");
        let stack = test.stack(with_users([user.clone()])).await?;
        assert_eq!(greeting(&browser, &stack, &user).await?, "Ann nimda");
        assert_eq!(browser.console().await?, [""; 0]);
        Ok(())
    })
    .await
}

fn with_users(users: impl IntoIterator<Item = User>) -> StackBuilder {
    Stack::builder()
        .open_to_all()
        .provider(|provider| users.into_iter().fold(provider, MockProviderBuilder::user))
}

/// Signs a user in and out, and returns the name that the app showed.
async fn greeting(browser: &Browser, stack: &Stack, user: &User) -> Result<String> {
    sign_in_as(browser, stack, &user.subject).await?;
    let welcome = Welcome::seen(browser).await?;
    assert_eq!(browser.view().await?.title, "Welcome – Relying party");
    let name = welcome.name().await?;
    welcome.log_out().await?;
    LoggedOut::seen(browser).await?;
    Ok(name)
}
