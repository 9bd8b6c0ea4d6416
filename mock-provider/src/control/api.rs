//! The routes of the control API, and its OpenAPI document.

use std::sync::{Arc, LazyLock};

use axum::response::IntoResponse;
use axum::{Json, Router, middleware};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, ResponseBuilder};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Access;
use super::guard::{guard, method_not_allowed, not_found};
use super::{catalogue, clients, clock, failures, issuers, journal, keys, sessions, tokens, users};
use crate::host::registry::Registry;

/// The OpenAPI document without the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "mock-provider: control API",
        description = "Controls and observes a running provider, in the terms of the configuration \
            file. Requests that change something need the Content-Type application/json. The Host \
            must be one of the provider's own names, and pages of other origins are refused. With \
            the setting control_token, requests need it as a bearer token; without it, the API is \
            off if other machines can reach the provider.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = ".", description = "Where this document is served")),
    modifiers(&Token),
    security((), ("control_token" = [])),
)]
struct Description;

/// The bearer token of the setting `control_token`.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("control_token", SecurityScheme::Http(bearer));
    }
}

/// Every route below `/control`, with its description: built once for all providers.
static ROUTES: LazyLock<(Router<Arc<Registry>>, Document)> = LazyLock::new(|| {
    let (routes, mut document) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(openapi))
        .routes(routes!(issuers::reset_all))
        .routes(routes!(catalogue::catalogue))
        .routes(routes!(issuers::list))
        .routes(routes!(issuers::get, issuers::put, issuers::delete))
        .routes(routes!(issuers::reset))
        .routes(routes!(users::list, users::post))
        .routes(routes!(users::get, users::put, users::delete))
        .routes(routes!(clients::list, clients::post))
        .routes(routes!(clients::get, clients::put, clients::delete))
        .routes(routes!(failures::list, failures::post, failures::clear))
        .routes(routes!(failures::get, failures::delete))
        .routes(routes!(clock::get, clock::patch))
        .routes(routes!(keys::get))
        .routes(routes!(keys::rotate))
        .routes(routes!(keys::publish))
        .routes(routes!(keys::patch, keys::withdraw))
        .routes(routes!(journal::list, journal::clear))
        .routes(routes!(journal::events))
        .routes(routes!(sessions::list, sessions::clear))
        .routes(routes!(sessions::delete))
        .routes(routes!(sessions::log_out))
        .routes(routes!(tokens::revoke))
        .split_for_parts();
    name_operations(&mut document);
    (routes, document)
});

/// The errors of any request, before it reaches its handler.
const REFUSALS: [(&str, &str); 6] = [
    ("400", "The path is not valid UTF-8"),
    ("401", "The bearer token is not that of the setting control_token"),
    ("403", "The request comes from a page of another origin, or the API is off"),
    ("413", "The body is too large"),
    ("415", "The request changes something, and its Content-Type is not application/json"),
    ("421", "The Host is not one of the provider's names"),
];

/// Makes the operation IDs unique: they are function names, which many modules share.
fn name_operations(document: &mut Document) {
    for item in document.paths.paths.values_mut() {
        let operations =
            [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            let tag = operation.tags.iter().flatten().next().cloned().unwrap_or_default();
            let name = operation.operation_id.take().unwrap_or_default();
            operation.operation_id = Some(format!("{tag}.{name}"));
            for (status, reason) in REFUSALS {
                let problem = Ref::from_schema_name("Problem");
                let content = ContentBuilder::new().schema(Some(problem)).build();
                let response = ResponseBuilder::new().description(reason);
                let response = response.content("application/json", content).build();
                operation.responses.responses.entry(status.into()).or_insert(response.into());
            }
        }
    }
}

/// The control API of a provider, whose paths are those below `/control`.
pub(crate) fn router(registry: &Arc<Registry>, access: Access) -> Router {
    let guard = middleware::from_fn_with_state(Arc::new(access), guard);
    let routes =
        ROUTES.0.clone().fallback(not_found).method_not_allowed_fallback(method_not_allowed);
    routes.layer(guard).with_state(Arc::clone(registry))
}

/// Gets the OpenAPI 3.1 document of this API.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "description",
    responses((status = 200, description = "This document", body = Object))
)]
async fn openapi() -> impl IntoResponse {
    Json(&ROUTES.1)
}
