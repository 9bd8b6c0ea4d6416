//! The pipeline that every request to an issuer passes: enter, handle, leave. Armed failures act
//! when it enters and when its answer leaves; the handler in between is honest.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    ALLOW, DATE, VARY,
};
use axum::http::{self, HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;

use crate::base::endpoint::{Channel, Endpoint};
use crate::exchange::entry::Entry;
use crate::exchange::reply::{Note, Outgoing, Reply};
use crate::exchange::request::Request;
use crate::failure::Choice;
use crate::failure::engine::delivery::Delayed;
use crate::failure::engine::exit;
use crate::host::backchannel;
use crate::host::registry::IssuerError;
use crate::host::tenant::Tenant;
use crate::issuer::issuer::Issuer;
use crate::net::wire::delivery::Delivery;

/// A handler: answers a request honestly.
pub(crate) type Handler = fn(&Issuer, &Request) -> Reply;

/// A row of the route table.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) endpoint: Endpoint,
    pub(crate) get: Option<Handler>,
    pub(crate) post: Option<Handler>,
}

/// Answers a request, and returns its journal entry. `route` is an error if no issuer serves the
/// path; the error is `None` if there is an issuer, but it has no such route.
pub(crate) async fn answer(
    tenant: &Arc<Tenant>,
    route: Result<&Route, Option<IssuerError>>,
    request: &mut http::Request<Body>,
) -> (Response, Arc<Entry>) {
    let endpoint = route.as_ref().map_or(Endpoint::Unknown, |route| route.endpoint);
    let mut request = Request::read(&tenant.issuer, endpoint, request).await;
    let pass = AssertUnwindSafe(|| pass(tenant, route, &mut request));
    let (outgoing, delayed) = catch_unwind(pass).unwrap_or_else(|_| (broken(), Vec::new()));
    let Outgoing { response, note, alterations, notices } = outgoing;

    let response = finish(&tenant.issuer, &request, response);
    let status = match response.extensions().get::<Delivery>() {
        Some(delivery) => delivery.status(response.status()),
        None => response.status().as_u16(),
    };
    let entry = tenant.journal.record(Entry::new(request, status, note, alterations));
    // Before the answer, so that a caller may rely on the clients having been notified.
    backchannel::deliver(tenant, notices).await;
    backchannel::deliver_later(tenant, delayed);
    (response, entry)
}

/// Enter, handle, leave: the synchronous part.
fn pass(
    tenant: &Tenant,
    route: Result<&Route, Option<IssuerError>>,
    request: &mut Request,
) -> (Outgoing, Vec<Delayed>) {
    let Tenant { issuer, failures, .. } = tenant;
    let route = match route {
        Ok(route) => route,
        Err(error) => {
            let reply = not_found(issuer, request, error);
            return (reply.into_honest_response(), Vec::new());
        }
    };
    let mut effects = exit::enter(failures, issuer, request);
    let reply = effects.instead.take().unwrap_or_else(|| route.handle(issuer, request));
    failures.ledger().record(request, &reply.note);
    if let (Some(written), Some(flow)) = (&reply.chosen_failure, &reply.note.flow) {
        Choice::arm(written, flow, failures, &issuer.clock);
    }
    exit::leave(failures, issuer, request, reply, effects)
}

impl Route {
    /// Answers with the handler for the method.
    fn handle(&self, issuer: &Issuer, request: &Request) -> Reply {
        let handler = match request.method {
            Method::GET | Method::HEAD => self.get,
            Method::POST => self.post,
            _ => None,
        };
        let preflight = request.method == Method::OPTIONS;
        match handler {
            Some(handler) => handler(issuer, request),
            None if preflight && self.endpoint.channel() == Channel::Back => {
                Reply::text("").note(Note::new("CORS preflight"))
            }
            None => self.method_not_allowed(),
        }
    }

    fn method_not_allowed(&self) -> Reply {
        let allowed = match (self.get, self.post) {
            (Some(_), Some(_)) => "GET,HEAD,POST",
            (Some(_), None) => "GET,HEAD",
            (None, _) => "POST",
        };
        Reply::text("")
            .status(StatusCode::METHOD_NOT_ALLOWED)
            .header(ALLOW, allowed)
            .note(Note::new("method not allowed"))
    }
}

/// Adds the headers that every answer has.
fn finish(issuer: &Issuer, request: &Request, mut response: Response) -> Response {
    if let Some(date) = issuer.clock.date() {
        response.headers_mut().entry(DATE).or_insert(date);
    }
    let is_served = request.endpoint != Endpoint::Unknown;
    if is_served && request.endpoint.channel() == Channel::Back && request.is_by_script() {
        allow_scripts(request, response.headers_mut());
    }
    response
}

/// Lets scripts of any origin call an endpoint
/// ([Fetch, "CORS protocol"](https://fetch.spec.whatwg.org/#http-cors-protocol)). Credentials are
/// not allowed: back-channel endpoints do not read cookies.
fn allow_scripts(request: &Request, headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        VARY,
        HeaderValue::from_static(
            "origin, access-control-request-method, access-control-request-headers",
        ),
    );
    if request.method != Method::OPTIONS {
        let exposed = HeaderValue::from_static("www-authenticate");
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        return;
    }
    // Mirrored, because `*` does not cover `Authorization`.
    for (requested, allowed) in [
        (ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_ALLOW_METHODS),
        (ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_ALLOW_HEADERS),
    ] {
        if let Some(value) = request.headers.get(requested) {
            headers.insert(allowed, value.clone());
        }
    }
}

fn not_found(issuer: &Issuer, request: &Request, error: Option<IssuerError>) -> Reply {
    let home = issuer.address(Endpoint::Home);
    let reason = error.map(|error| format!(": {error}")).unwrap_or_default();
    Reply::text(format!("nothing is served at {}{reason}; see {home}\n", request.path))
        .status(StatusCode::NOT_FOUND)
        .note(Note::new("nothing is served there"))
}

/// The answer to a request that hit a bug in the provider. The process keeps running.
pub(crate) fn broken() -> Outgoing {
    Reply::text("the provider failed: this is a bug, please report it\n")
        .status(StatusCode::INTERNAL_SERVER_ERROR)
        .note(Note::new("the provider failed: this is a bug"))
        .into_honest_response()
}
