//! The entrance of the control API: requests below `/control` never reach an issuer.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use axum::extract::{OriginalUri, Request, State};
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::Response;
use axum::{Router, middleware};
use futures_util::FutureExt;
use tower::ServiceExt;

use super::access::Access;
use super::api;
use crate::base::issuer_path::{CONTROL, below};
use crate::host::pipeline;
use crate::host::registry::Registry;

/// The control API behind the entrance.
struct Control {
    registry: Arc<Registry>,
    access: Access,
    /// Built by the first request to it: most providers are never controlled, and all must start
    /// fast.
    router: OnceLock<Router>,
}

/// Adds the control API to a router of issuers. The provider listens on `address`.
pub(crate) fn add_to(issuers: Router, registry: &Arc<Registry>, address: SocketAddr) -> Router {
    let access = Access::new(&registry.default_tenant().issuer, address);
    let control = Control { registry: Arc::clone(registry), access, router: OnceLock::new() };
    issuers.layer(middleware::from_fn_with_state(Arc::new(control), answer))
}

async fn answer(State(control): State<Arc<Control>>, mut request: Request, next: Next) -> Response {
    let Control { registry, access, router } = &*control;
    // Not nested: the path of an issuer may have characters that route patterns must not have.
    let Some(uri) = route_uri(&registry.default_tenant().issuer.path, request.uri()) else {
        return next.run(request).await;
    };
    let router = router.get_or_init(|| api::router(registry, access.clone())).clone();
    let original = std::mem::replace(request.uri_mut(), uri);
    request.extensions_mut().insert(OriginalUri(original));
    match AssertUnwindSafe(router.oneshot(request)).catch_unwind().await {
        Ok(Ok(response)) => response,
        Ok(Err(never)) => match never {},
        Err(_) => pipeline::broken().response,
    }
}

/// The part of a URI below `/control` of the default issuer, if it is there.
fn route_uri(issuer_path: &str, uri: &Uri) -> Option<Uri> {
    let path = below(below(uri.path(), issuer_path)?, CONTROL)?;
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = format!("{path}{query}").parse().ok();
    Uri::from_parts(parts).ok()
}
