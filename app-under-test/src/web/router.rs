//! The route table, and the middleware for all responses.

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

/// The maximum size of a request body: a form with one token.
const MAX_BODY: usize = 8 * 1024;

/// The content security policy: pages may load only the app's own style and icon, and no scripts.
///
/// `form-action` is not restricted: browsers apply it to redirects as well, and the logout form
/// redirects to the provider, which may redirect to further ones.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
                           base-uri 'none'; frame-ancestors 'none'";

/// Every route of the app.
pub(crate) fn router(app: Arc<App>) -> Router {
    let path = app.config.base_path.clone();
    let mut router = Router::new()
        .route(path.as_str(), resource(get(home::get)))
        .route(&path.join("claims"), resource(get(claims::get)))
        // HEAD must not begin a login.
        .route(&path.join("auth/login"), resource(get(login::get).head(no_effect)))
        // HEAD must not complete a login.
        .route(&path.join("auth/callback"), resource(get(callback::get).head(no_effect)))
        .route(&path.join("auth/logout"), form(get(logout::get).post(logout::post)))
        .route(&path.join("auth/backchannel-logout"), call(post(backchannel_logout::post)))
        // HEAD must not end a session.
        .route(
            &path.join("auth/frontchannel-logout"),
            resource(get(frontchannel_logout::get).head(no_effect)),
        )
        // HEAD must not use up the logout's state.
        .route(&path.join("auth/logged-out"), resource(get(logged_out::get).head(no_effect)))
        .route(&path.join("healthz"), resource(get(health::alive)))
        .route(&path.join("readyz"), resource(get(health::ready)))
        .route(&path.join("style.css"), resource(get(assets::style)))
        .route(&path.join("icon.svg"), resource(get(assets::icon)));
    if app.providers.are_several() {
        let additional = path.join("auth/callback/{provider}");
        router = router.route(&additional, resource(get(callback::get).head(no_effect)));
    }
    if !path.is_root() {
        router = router.route(path.without_slash(), resource(get(base::get)));
    }
    router
        .fallback(not_found::any)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(CatchPanicLayer::new())
        // The front-channel logout page, which providers frame, has its own policy.
        .layer(SetResponseHeaderLayer::if_not_present(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(PAGE_POLICY),
        ))
        .layer(always(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(REFERRER_POLICY, "no-referrer"))
        // Responses may contain personal data unless they say otherwise.
        .layer(SetResponseHeaderLayer::if_not_present(
            CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(middleware::from_fn(request_id::assign))
        .with_state(app)
}

/// A resource that can be read.
fn resource(methods: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    allowing("GET, HEAD, OPTIONS", methods)
}

/// A resource that also accepts a form.
fn form(methods: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    allowing("GET, HEAD, OPTIONS, POST", methods)
}

/// An endpoint that another program posts to.
fn call(methods: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    allowing("OPTIONS, POST", methods)
}

/// Sends `Allow` in response to OPTIONS and to methods that are not supported.
fn allowing(allowed: &'static str, methods: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    let allow = move || [(ALLOW, allowed)];
    methods
        .options(move || async move { allow() })
        .fallback(move |app| async move { (allow(), method_not_allowed::any(app).await) })
}

/// Responds without side effects.
async fn no_effect() {}

fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}
