//! The route table, and the way of a request through the provider.

use std::convert::Infallible;
use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::header::{ALLOW, DATE, WWW_AUTHENTICATE};
use axum::http::{self, Method, StatusCode};
use axum::response::Response;
use futures_util::FutureExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use crate::base::endpoint::Endpoint;
use crate::control;
use crate::control::Access;
use crate::endpoints::{
    authorization, canary, check_session, claim_source, discovery, end_session, health, home, jwks,
    registration, sign_in, token, userinfo, webfinger,
};
use crate::exchange::journal::Entry;
use crate::exchange::reply::{Left, Note, Reply};
use crate::exchange::request::Request;
use crate::failure::engine::exit;
use crate::failure::engine::exit::Entered;
use crate::host::backchannel;
use crate::host::backchannel::LogoutNotice;
use crate::host::registry::Registry;
use crate::issuer::issuer::Issuer;
use crate::net::wire::delivery::Delivery;

/// Answers a request. The answer is honest: failures act on it where it [leaves](Reply::leave).
type Handler = fn(&Issuer, &Request) -> Reply;

/// One row of the table.
struct Route {
    /// Below the issuer's own path.
    path: &'static str,
    endpoint: Endpoint,
    /// The metadata member that publishes the address.
    member: Option<&'static str>,
    channel: Channel,
    /// Whether a person can simply open it.
    browsable: bool,
    get: Option<Handler>,
    post: Option<Handler>,
}

/// Who calls an endpoint, hence by which name of the provider.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Channel {
    /// The end user's browser, as a page.
    Front,
    /// The relying party, which may be a script in a browser: other origins may read the answer.
    Back,
}

/// Where the key set is as well, for a failure that moves it.
pub(crate) const MOVED_JWKS: &str = "/jwks/moved";

/// Where nobody has a reason to go.
pub(crate) const CANARY: &str = "/canary";

/// Every route. A new endpoint is its file and a row here.
static ROUTES: &[Route] = &[
    Route {
        path: "/",
        endpoint: Endpoint::Home,
        member: None,
        channel: Channel::Front,
        browsable: true,
        get: Some(home::get),
        post: None,
    },
    Route {
        path: "/.well-known/openid-configuration",
        endpoint: Endpoint::Discovery,
        member: None,
        channel: Channel::Back,
        browsable: true,
        get: Some(discovery::get),
        post: None,
    },
    Route {
        path: "/.well-known/webfinger",
        endpoint: Endpoint::Webfinger,
        member: None,
        channel: Channel::Back,
        browsable: false,
        get: Some(webfinger::get),
        post: None,
    },
    Route {
        path: "/authorize",
        endpoint: Endpoint::Authorization,
        member: Some("authorization_endpoint"),
        channel: Channel::Front,
        browsable: false,
        get: Some(authorization::authorize),
        post: Some(authorization::authorize),
    },
    Route {
        path: "/sign-in",
        endpoint: Endpoint::SignIn,
        member: None,
        channel: Channel::Front,
        browsable: false,
        get: None,
        post: Some(sign_in::post),
    },
    Route {
        path: "/token",
        endpoint: Endpoint::Token,
        member: Some("token_endpoint"),
        channel: Channel::Back,
        browsable: false,
        get: None,
        post: Some(token::post),
    },
    Route {
        path: "/userinfo",
        endpoint: Endpoint::Userinfo,
        member: Some("userinfo_endpoint"),
        channel: Channel::Back,
        browsable: false,
        get: Some(userinfo::get),
        post: Some(userinfo::post),
    },
    Route {
        path: "/register",
        endpoint: Endpoint::Registration,
        member: Some("registration_endpoint"),
        channel: Channel::Back,
        browsable: false,
        get: None,
        post: Some(registration::post),
    },
    Route {
        path: "/claim-source",
        endpoint: Endpoint::ClaimSource,
        member: None,
        channel: Channel::Back,
        browsable: false,
        get: Some(claim_source::get),
        post: None,
    },
    Route {
        path: "/jwks",
        endpoint: Endpoint::Jwks,
        member: Some("jwks_uri"),
        channel: Channel::Back,
        browsable: true,
        get: Some(jwks::get),
        post: None,
    },
    Route {
        path: MOVED_JWKS,
        endpoint: Endpoint::Jwks,
        member: None,
        channel: Channel::Back,
        browsable: false,
        get: Some(jwks::get),
        post: None,
    },
    Route {
        path: "/end-session",
        endpoint: Endpoint::EndSession,
        member: Some("end_session_endpoint"),
        channel: Channel::Front,
        browsable: true,
        get: Some(end_session::get),
        post: Some(end_session::post),
    },
    Route {
        path: "/check-session",
        endpoint: Endpoint::CheckSession,
        member: Some("check_session_iframe"),
        channel: Channel::Front,
        browsable: false,
        get: Some(check_session::get),
        post: None,
    },
    Route {
        path: "/health",
        endpoint: Endpoint::Health,
        member: None,
        channel: Channel::Back,
        browsable: true,
        get: Some(health::get),
        post: None,
    },
    Route {
        path: CANARY,
        endpoint: Endpoint::Canary,
        member: None,
        channel: Channel::Back,
        browsable: false,
        get: Some(canary::answer),
        post: Some(canary::answer),
    },
];

/// Where callers reach a route of an issuer.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) endpoint: Endpoint,
    pub(crate) url: String,
    /// The metadata member that publishes it.
    pub(crate) member: Option<&'static str>,
    /// Whether a person can simply open it.
    pub(crate) browsable: bool,
}

/// The addresses of every route of an issuer, for metadata and pages.
pub(crate) fn addresses(issuer: &Issuer) -> impl Iterator<Item = Address> {
    ROUTES.iter().filter(|route| route.is_served(issuer)).map(|route| {
        let base = match route.channel {
            Channel::Front => &issuer.url,
            Channel::Back => &issuer.back_url,
        };
        Address {
            endpoint: route.endpoint,
            url: format!("{}{}", base.trim_end_matches('/'), route.path),
            member: route.member,
            browsable: route.browsable,
        }
    })
}

/// All issuers of a provider, and the API that controls them, as a router.
pub(crate) fn router(registry: &Arc<Registry>, access: Access) -> Router {
    let (registry, control) = (Arc::clone(registry), OnceLock::new());
    Router::new().fallback(entrance).with_state(Arc::new(Front { registry, access, control }))
}

/// What is behind the entrance.
struct Front {
    registry: Arc<Registry>,
    access: Access,
    /// Made when it is asked for: most providers are never controlled, and all must start fast.
    control: OnceLock<Router>,
}

async fn entrance(State(front): State<Arc<Front>>, mut request: http::Request<Body>) -> Response {
    let Front { registry, access, control } = &*front;
    // Not nested: the path of an issuer may have what patterns of routes may not.
    let Some(uri) = registry.control_uri(request.uri()) else {
        return answer(registry, &mut request).await.0;
    };
    let control = control.get_or_init(|| control::router(registry, access.clone())).clone();
    let original = std::mem::replace(request.uri_mut(), uri);
    request.extensions_mut().insert(OriginalUri(original));
    // In a box, and what else is rare here: every request would carry the room for it.
    match Box::pin(AssertUnwindSafe(control.oneshot(request)).catch_unwind()).await {
        Ok(Ok(response)) => response,
        Ok(Err(never)) => match never {},
        Err(_) => broken().leave_as_it_is().response,
    }
}

/// The way of every request: to its issuer, to the handler of its route, out through the one exit,
/// and into the journal.
pub(crate) async fn answer(
    registry: &Registry,
    request: &mut http::Request<Body>,
) -> (Response, Arc<Entry>) {
    let (issuer, found) = match registry.find(request.uri().path()) {
        Ok((issuer, rest)) => {
            let route = find(rest).filter(|route| route.is_served(&issuer));
            (issuer, route.ok_or_else(String::new))
        }
        Err(reason) => (registry.default_issuer().clone(), Err(reason)),
    };
    let endpoint = found.as_ref().map_or(Endpoint::Unknown, |route| route.endpoint);
    let request = Request::read(issuer.clock.now(), endpoint, request).await;
    let (response, entry, notices) = respond(&issuer, found, request);
    // Before the answer: who reads it may count on it that clients were told.
    backchannel::deliver(&issuer, notices).await;
    (response, entry)
}

/// The part of the way on which nothing waits.
fn respond(
    issuer: &Issuer,
    found: Result<&Route, String>,
    mut request: Request,
) -> (Response, Arc<Entry>, Vec<LogoutNotice>) {
    let channel = found.as_ref().ok().map(|route| route.channel);
    let leave = AssertUnwindSafe(|| leave(issuer, found, &mut request));
    let left = catch_unwind(leave).unwrap_or_else(|_| broken().leave_as_it_is());

    let mut response = left.response;
    if let Some(date) = issuer.clock.date() {
        response.headers_mut().entry(DATE).or_insert(date);
    }
    if channel == Some(Channel::Back) && request.is_by_script() {
        response = for_scripts(&request, response);
    }
    let status = response
        .extensions()
        .get::<Delivery>()
        .map_or(response.status().as_u16(), |delivery| delivery.status(response.status()));
    let entry = issuer.journal.record(Entry::new(request, status, left.note, left.alterations));
    (response, entry, left.notices)
}

fn find(path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.path == path)
}

/// The answer of the route that was found, or why there is none.
fn leave(issuer: &Issuer, found: Result<&Route, String>, request: &mut Request) -> Left {
    let Entered { instead, before } = match issuer.failures.any_armed() {
        true => exit::enter(issuer, request),
        false => Entered::default(),
    };
    match found {
        Ok(route) => {
            instead.unwrap_or_else(|| route.answer(issuer, request)).leave(issuer, request, before)
        }
        Err(reason) => not_found(issuer, request, &reason).leave_as_it_is(),
    }
}

impl Route {
    /// Whether an issuer is told to serve it.
    fn is_served(&self, issuer: &Issuer) -> bool {
        match self.endpoint {
            Endpoint::CheckSession => issuer.settings.session_management,
            Endpoint::Registration => issuer.settings.client_registration,
            _ => true,
        }
    }

    fn answer(&self, issuer: &Issuer, request: &Request) -> Reply {
        let handler = match request.method {
            Method::GET | Method::HEAD => self.get,
            Method::POST => self.post,
            _ => None,
        };
        match handler {
            Some(handler) => handler(issuer, request),
            None if self.channel == Channel::Back && request.method == Method::OPTIONS => {
                Reply::text("").note(Note::new("a browser asked whether a script may call"))
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

/// Lets scripts of any origin call an endpoint. Credentials stay out: no endpoint on the back
/// channel reads cookies.
fn for_scripts(request: &Request, response: Response) -> Response {
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::any())
        .allow_methods(AllowMethods::mirror_request())
        // `*` would not cover `Authorization`.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([WWW_AUTHENTICATE]);
    let mut asked = http::Request::new(Body::empty());
    *asked.method_mut() = request.method.clone();
    *asked.headers_mut() = request.headers.clone();
    let mut response = Some(response);
    let answered = service_fn(move |_: http::Request<Body>| {
        ready(Ok::<_, Infallible>(response.take().unwrap_or_default()))
    });
    match cors.layer(answered).oneshot(asked).now_or_never() {
        Some(Ok(response)) => response,
        Some(Err(never)) => match never {},
        None => unreachable!("the answer is ready"),
    }
}

fn not_found(issuer: &Issuer, request: &Request, reason: &str) -> Reply {
    let home = issuer.address(Endpoint::Home);
    let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    Reply::text(format!("nothing is served at {}{reason}; see {home}\n", request.path))
        .status(StatusCode::NOT_FOUND)
        .note(Note::new("nothing is served there"))
}

/// A fault of our own: the caller is told, and the process goes on.
fn broken() -> Reply {
    Reply::text("the provider failed: this is a bug in it, please report it\n")
        .status(StatusCode::INTERNAL_SERVER_ERROR)
        .note(Note::new("the provider failed: this is a bug in it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of_future<A, B, F>(_: impl FnOnce(A, B) -> F) -> usize {
        size_of::<F>()
    }

    /// Allocators have short ways for what is no longer, and every request takes one.
    #[test]
    fn a_request_on_its_way_fits_into_a_kibibyte() {
        let (size, boxed_by_axum) = (size_of_future(entrance), 256);
        assert!(size + boxed_by_axum <= 1024, "{size} bytes");
    }
}
