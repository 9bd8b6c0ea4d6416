//! `{base}` without its last slash: leads to the home page.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Redirect;

use crate::app::App;

/// Adds the slash and keeps the query. The redirect is relative: it leads to this host,
/// whatever the request's `Host` says.
pub(crate) async fn get(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Redirect {
    let base = app.config.base_path.as_str();
    match query {
        Some(query) => Redirect::permanent(&format!("{base}?{query}")),
        None => Redirect::permanent(base),
    }
}
