//! An identifier for each request, on the error page and on every line of its log.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use crate::base::random;

/// The identifier, which links an error page to the log.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(String);

impl RequestId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Middleware that assigns the identifier and logs the response.
pub(crate) async fn assign(mut request: Request, next: Next) -> Response {
    let id = random::request_id();
    // Without the query, which may contain codes and states.
    let span = tracing::info_span!(
        "request",
        id,
        method = %request.method(),
        path = request.uri().path(),
    );
    request.extensions_mut().insert(RequestId(id));
    async move {
        let response = next.run(request).await;
        tracing::debug!(status = response.status().as_u16(), "responded");
        response
    }
    .instrument(span)
    .await
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let assigned = parts.extensions.get().cloned();
        Ok(assigned.unwrap_or_else(|| Self(random::request_id())))
    }
}
