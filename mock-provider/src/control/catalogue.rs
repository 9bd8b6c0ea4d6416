//! `/control/failures`: the catalogue of failures.

use axum::Json;

use crate::failure::{Description, modes};

/// Lists the failures that can be armed.
#[utoipa::path(
    get,
    path = "/failures",
    tag = "failures",
    responses((status = 200, description = "Every failure, class by class", body = Vec<Description>))
)]
pub(crate) async fn catalogue() -> Json<Vec<Description>> {
    Json(modes().map(Description::from).collect())
}
