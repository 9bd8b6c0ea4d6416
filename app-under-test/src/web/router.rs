//! The route table: which path is answered by which page, and what all answers have in common.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::routing::{MethodRouter, get, post};
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::pages::{
    assets, backchannel_logout, base, callback, claims, frontchannel_logout, health, home,
    logged_out, login, logout, method_not_allowed, not_found,
};
use super::request_id;
use crate::app::App;

/// The longest body that is read: a form with one token, be it the app's or a provider's.
const MAX_BODY: usize = 8 * 1024;

/// What pages may load: their own style and icon, nothing else, and no script at all.
///
/// `form-action` is left open on purpose: browsers apply it to redirects as well, and the
/// logout form leads to the provider, and on to whatever providers stand behind that one.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
                           base-uri 'none'; frame-ancestors 'none'";

/// Every route of the app.
pub(crate) fn router(app: Arc<App>) -> Router {
    let path = app.config.base_path.clone();
    let mut router = Router::new()
        .route(path.as_str(), resource(get(home::get)))
        .route(&path.join("claims"), resource(get(claims::get)))
        // Begins a login, which a HEAD must not.
        .route(&path.join("auth/login"), resource(get(login::get).head(nothing)))
        // Completes a login, which a HEAD must not.
        .route(&path.join("auth/callback"), resource(get(callback::get).head(nothing)))
        .route(&path.join("auth/logout"), form(get(logout::get).post(logout::post)))
        .route(&path.join("auth/backchannel-logout"), call(post(backchannel_logout::post)))
        // Ends a session, which a HEAD must not.
        .route(
            &path.join("auth/frontchannel-logout"),
            resource(get(frontchannel_logout::get).head(nothing)),
        )
        // Uses the logout's state up, which a HEAD must not.
        .route(&path.join("auth/logged-out"), resource(get(logged_out::get).head(nothing)))
        .route(&path.join("healthz"), resource(get(health::alive)))
        .route(&path.join("readyz"), resource(get(health::ready)))
        .route(&path.join("style.css"), resource(get(assets::style)))
        .route(&path.join("icon.svg"), resource(get(assets::icon)));
    if app.providers.are_several() {
        let further = path.join("auth/callback/{provider}");
        router = router.route(&further, resource(get(callback::get).head(nothing)));
    }
    if !path.is_root() {
        router = router.route(path.without_slash(), resource(get(base::get)));
    }
    router
        .fallback(not_found::any)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(CatchPanicLayer::new())
        // The page that providers frame has one of its own.
        .layer(SetResponseHeaderLayer::if_not_present(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(PAGE_POLICY),
        ))
        .layer(always(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(REFERRER_POLICY, "no-referrer"))
        // Whatever says nothing else may be about somebody.
        .layer(SetResponseHeaderLayer::if_not_present(
            CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(middleware::from_fn(request_id::name))
        .with_state(app)
}

/// A resource that is read.
fn resource(methods: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    allowing("GET, HEAD, OPTIONS", methods)
}

/// A resource that a form is posted to as well.
fn form(methods: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    allowing("GET, HEAD, OPTIONS, POST", methods)
}

/// A resource that another program posts to.
fn call(methods: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    allowing("OPTIONS, POST", methods)
}

/// Says which methods there are, when asked and when another one is used.
fn allowing(allowed: &'static str, methods: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    let allow = move || [(ALLOW, allowed)];
    methods
        .options(move || async move { allow() })
        .fallback(move |app| async move { (allow(), method_not_allowed::any(app).await) })
}

/// Answers without doing anything.
async fn nothing() {}

fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}
