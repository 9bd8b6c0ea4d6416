//! What the user agent follows, and which cookies its requests carry.

use std::time::Duration;

use axum::Router;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{Html, Redirect};
use axum::routing::{any, get};
use http_browser::{HttpBrowser, Trouble};
use tokio::net::TcpListener;
use url::Url;

/// A server whose `/cookie` sets a cookie, and whose `/shown` shows the method and the cookies of the
/// request.
async fn serve(router: Router) -> Url {
    let shown = async |method: Method, headers: HeaderMap| {
        let cookies = headers.get("cookie").map(|it| it.to_str().unwrap().to_owned());
        Html(format!("{method} {}", cookies.unwrap_or_default()))
    };
    let router = router
        .route("/cookie", get(async || ([(SET_COOKIE, "session=1; Path=/")], "set")))
        .route("/shown", any(shown));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async { axum::serve(listener, router).await });
    url
}

fn browser() -> HttpBrowser {
    let client = http_browser::client().timeout(Duration::from_secs(10)).build();
    HttpBrowser::new(client.unwrap())
}

/// The text of `/shown` at the end of a navigation that starts with `html` on another server.
async fn shown_after(html: &str, host: &str) -> String {
    let mut target = serve(Router::new()).await;
    let mut browser = browser();
    browser.open(&target.join("cookie").unwrap()).await;
    target.set_path("shown");
    let html = Html(html.replace("{shown}", target.as_str()));
    let mut start = serve(Router::new().route("/", get(async || html))).await;
    start.set_host(Some(host)).unwrap();
    browser.open(&start).await.text().to_owned()
}

#[tokio::test]
async fn a_form_that_submits_itself_carries_cookies_on_the_same_site_only() {
    let form = "<form method=post action='{shown}'></form><script>x.submit()</script>";
    assert_eq!(shown_after(form, "127.0.0.1").await, "POST session=1");
    assert_eq!(shown_after(form, "localhost").await, "POST");
}

#[tokio::test]
async fn a_refresh_carries_lax_cookies_between_sites() {
    let refresh = "<meta http-equiv=refresh content='0; url={shown}'>";
    assert_eq!(shown_after(refresh, "localhost").await, "GET session=1");
}

#[tokio::test]
async fn the_status_decides_whether_a_redirect_after_a_form_uses_get_or_repeats_the_form() {
    let router = Router::new()
        .route("/303", any(async || Redirect::to("/shown")))
        .route("/307", any(async || Redirect::temporary("/shown")));
    let server = serve(router).await;
    let mut browser = browser();
    for (path, method) in [("303", "GET"), ("307", "POST")] {
        let form =
            format!("<form method=post action='{server}{path}'><input name=a value=b></form>");
        let form = http_browser::Document::read(&form, &server).forms.remove(0);
        let page = browser.submit(&form, None).await;
        assert_eq!(page.text(), method);
        let history: Vec<_> = page.history.iter().map(Url::path).collect();
        assert_eq!(history, [&*format!("/{path}"), "/shown"]);
    }
}

#[tokio::test]
async fn the_number_of_redirects_is_limited_as_in_browsers() {
    let server = serve(Router::new().route("/", get(async || Redirect::to("/")))).await;
    let page = browser().open(&server).await;
    assert_eq!(page.trouble, Some(Trouble::TooManyRedirects));
    assert_eq!(page.history.len(), 21);
}

#[tokio::test]
async fn a_single_request_follows_nothing_and_keeps_cookies() {
    let moved = async || (StatusCode::FOUND, [(SET_COOKIE, "a=1"), (LOCATION, "/shown")]);
    let server = serve(Router::new().route("/moved", get(moved))).await;
    let browser = browser();
    let get = |path: &str| browser.send(browser.request(Method::GET, &format!("{server}{path}")));
    assert_eq!(get("moved").await.unwrap().status(), StatusCode::FOUND);
    assert_eq!(get("shown").await.unwrap().text().await.unwrap(), "GET a=1");

    let thief = browser.copy();
    browser.set_cookie("a=; Max-Age=0", &server);
    assert!(browser.cookies().is_empty());
    assert_eq!(thief.cookies()["a"], "1");
}

#[tokio::test]
async fn a_server_that_does_not_respond_is_trouble() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let client = http_browser::client().timeout(Duration::from_millis(50)).build().unwrap();
    assert_eq!(HttpBrowser::new(client).open(&url).await.trouble, Some(Trouble::Timeout));
    drop(listener);
    assert!(matches!(browser().open(&url).await.trouble, Some(Trouble::Connection(_))));
}
