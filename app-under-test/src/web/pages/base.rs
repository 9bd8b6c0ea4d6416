//! `{base}` without its trailing slash: redirects to the home page.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Redirect;

use crate::app::App;

/// Adds the slash and keeps the query. The redirect is relative, so that the request's `Host` has
/// no influence on it.
pub(crate) async fn get(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Redirect {
    let base = app.config.base_path.as_str();
    match query {
        Some(query) => Redirect::permanent(&format!("{base}?{query}")),
        None => Redirect::permanent(base),
    }
}
