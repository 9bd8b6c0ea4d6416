//! The harness itself: a test leaves nothing behind except a trace.

use std::cell::Cell;
use std::fs;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use browser::{Browser, Settings, process_group};
use e2e::test::{browser_test, browser_test_with};
use e2e::trace::{folder_of, keeps_all};
use futures_util::FutureExt;
use tokio::net::TcpListener;

/// Serves a page, and returns its address.
async fn serve(html: &'static str) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let router = Router::new().route("/", get(async move || Html(html)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}

#[tokio::test]
async fn a_browser_is_closed_when_its_test_panics() -> Result<()> {
    let group = Cell::new(None);
    let test = browser_test(async |test| {
        let browser = test.browser().await?;
        group.set(browser.process_group());
        panic!("on purpose")
    });
    let panic = AssertUnwindSafe(test).catch_unwind().await.unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"on purpose"));
    if let Some(group) = group.get() {
        assert_eq!(process_group::members(group), [""; 0]);
    }
    Ok(())
}

#[tokio::test]
async fn a_browser_that_is_not_closed_ends_with_its_driver() -> Result<()> {
    let settings = Settings::from_environment()?;
    browser_test(async |_| {
        let browser = Browser::start(&settings, &settings.default_browser()?).await?;
        let Some(group) = browser.process_group() else {
            return Ok(());
        };
        assert!(process_group::members(group).len() > 2);
        drop(browser);
        process_group::wait_until_gone(group).await
    })
    .await
}

#[tokio::test]
async fn a_failed_test_leaves_a_trace() -> Result<()> {
    let mut settings = Settings::from_environment()?;
    settings.patience = Duration::from_millis(100);
    let installed = settings.default_browser()?;
    let url = serve("<title>Shop</title><h1>Closed</h1><script>console.error('no stock')</script>")
        .await?;
    let error = browser_test_with(settings, installed.clone(), async |test| {
        test.attach("provider.json", || "[]".to_owned());
        let browser = test.browser().await?;
        browser.visit(&url).await?;
        browser.click("#buy").await
    })
    .await
    .unwrap_err();
    let message = format!("{error:#}");
    assert!(
        message.starts_with(&format!(r##"waited 100ms for #buy on {url} (titled "Shop"): "##)),
        "{message}"
    );

    let folder = folder_of("harness::a_failed_test_leaves_a_trace");
    let read = |file: &str| fs::read_to_string(folder.join(file));
    assert!(read("error.txt")?.contains("waited 100ms for #buy"));
    assert!(read("steps.txt")?.contains("click #buy"));
    assert!(read("page.html")?.contains("<h1>Closed</h1>"));
    assert_eq!(read("url.txt")?, url);
    assert_eq!(read("provider.json")?, "[]");
    assert!(fs::read(folder.join("screenshot.png"))?.starts_with(b"\x89PNG"));
    if installed.engine.has_console() {
        assert!(read("console.txt")?.contains("no stock"));
    }
    Ok(())
}

#[tokio::test]
async fn a_test_that_passes_leaves_no_trace() -> Result<()> {
    browser_test(async |test| {
        let browser = test.browser().await?;
        browser.visit(&serve("<title>Shop</title><p>Open").await?).await?;
        assert_eq!(browser.view().await?.to_string(), "[Shop]\nOpen");
        Ok(())
    })
    .await?;
    if !keeps_all()? {
        assert!(!folder_of("harness::a_test_that_passes_leaves_no_trace").exists());
    }
    Ok(())
}

#[tokio::test]
async fn two_browsers_of_a_test_do_not_share_cookies() -> Result<()> {
    browser_test(async |test| {
        let url = serve("<script>document.cookie = 'a=1'</script>").await?;
        let first = test.browser().await?;
        first.visit(&url).await?;
        let second = test.browser().await?;
        second.visit(&serve("").await?).await?;
        assert_eq!(first.cookies().await?.len(), 1);
        assert_eq!(second.cookies().await?.len(), 0);
        Ok(())
    })
    .await
}
