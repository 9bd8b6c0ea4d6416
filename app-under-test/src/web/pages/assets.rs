//! `{base}style.css` and `{base}icon.svg`, which the pages load.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

/// The style of every page.
pub(crate) async fn style() -> impl IntoResponse {
    public("text/css; charset=utf-8", include_str!("../../../templates/style.css"))
}

/// The icon of the browser's tab.
pub(crate) async fn icon() -> impl IntoResponse {
    public("image/svg+xml", include_str!("../../../templates/icon.svg"))
}

/// A public resource that may be cached for an hour.
fn public(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "public, max-age=3600")];
    (headers, text)
}
