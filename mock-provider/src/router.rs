//! The route table: every path, what serves it, and how it is published.

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use crate::endpoints::{
    authorization, discovery, end_session, health, home, jwks, sign_in, token, userinfo,
};
use crate::issuer::Issuer;
use crate::journal::Endpoint;
use crate::record;
use crate::reply::{Note, Reply};

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
    handler: fn() -> MethodRouter<Issuer>,
}

/// Who calls an endpoint, hence by which name of the provider.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Channel {
    /// The end user's browser, as a page.
    Front,
    /// The relying party, which may be a script in a browser: other origins may read the answer.
    Back,
}

/// Every route. A new endpoint is its file and a row here.
const ROUTES: &[Route] = &[
    Route {
        path: "/",
        endpoint: Endpoint::Home,
        member: None,
        channel: Channel::Front,
        browsable: true,
        handler: || get(home::get),
    },
    Route {
        path: "/.well-known/openid-configuration",
        endpoint: Endpoint::Discovery,
        member: None,
        channel: Channel::Back,
        browsable: true,
        handler: || get(discovery::get),
    },
    Route {
        path: "/authorize",
        endpoint: Endpoint::Authorization,
        member: Some("authorization_endpoint"),
        channel: Channel::Front,
        browsable: false,
        handler: || get(authorization::get).post(authorization::post),
    },
    Route {
        path: "/sign-in",
        endpoint: Endpoint::SignIn,
        member: None,
        channel: Channel::Front,
        browsable: false,
        handler: || post(sign_in::post),
    },
    Route {
        path: "/token",
        endpoint: Endpoint::Token,
        member: Some("token_endpoint"),
        channel: Channel::Back,
        browsable: false,
        handler: || post(token::post),
    },
    Route {
        path: "/userinfo",
        endpoint: Endpoint::Userinfo,
        member: Some("userinfo_endpoint"),
        channel: Channel::Back,
        browsable: false,
        handler: || get(userinfo::get).post(userinfo::post),
    },
    Route {
        path: "/jwks",
        endpoint: Endpoint::Jwks,
        member: Some("jwks_uri"),
        channel: Channel::Back,
        browsable: true,
        handler: || get(jwks::get),
    },
    Route {
        path: "/end-session",
        endpoint: Endpoint::EndSession,
        member: Some("end_session_endpoint"),
        channel: Channel::Front,
        browsable: true,
        handler: || get(end_session::get).post(end_session::post),
    },
    Route {
        path: "/health",
        endpoint: Endpoint::Health,
        member: None,
        channel: Channel::Back,
        browsable: true,
        handler: || get(health::get),
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

/// The addresses of every route, for metadata and pages.
///
/// An issuer has them from its start on: handlers cannot read the table that they stand in.
pub(crate) fn addresses(front: &str, back: &str) -> Vec<Address> {
    let address = |route: &Route| {
        let base = match route.channel {
            Channel::Front => front,
            Channel::Back => back,
        };
        Address {
            endpoint: route.endpoint,
            url: format!("{}{}", base.trim_end_matches('/'), route.path),
            member: route.member,
            browsable: route.browsable,
        }
    };
    ROUTES.iter().map(address).collect()
}

/// Serves an issuer below its path.
pub(crate) fn router(issuer: &Issuer) -> Router {
    let base = &issuer.path;
    // The issuer's path is whatever its URL has: what looks like a capture of old is none.
    let mut router = Router::new().without_v07_checks();
    for route in ROUTES {
        let recorded = from_fn_with_state((issuer.clone(), route.endpoint), record::exchange);
        let handler = match route.channel {
            Channel::Front => (route.handler)(),
            Channel::Back => (route.handler)().layer(cors()),
        };
        let handler = handler.layer(recorded);
        if route.path == "/" && !base.is_empty() {
            // With and without the last slash.
            router = router.route(base, handler.clone());
        }
        router = router.route(&format!("{base}{}", route.path), handler);
    }
    let unknown = from_fn_with_state((issuer.clone(), Endpoint::Unknown), record::exchange);
    let fallback = Router::new().fallback(not_found).layer(unknown);
    router
        .fallback_service(fallback.with_state(issuer.clone()))
        .layer(CatchPanicLayer::new())
        .with_state(issuer.clone())
}

/// Lets scripts of any origin call an endpoint. Credentials stay out: no endpoint on the back
/// channel reads cookies.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::any())
        .allow_methods(AllowMethods::mirror_request())
        // `*` would not cover `Authorization`.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([WWW_AUTHENTICATE])
}

async fn not_found(
    axum::extract::State(issuer): axum::extract::State<Issuer>,
    uri: axum::http::Uri,
) -> Reply {
    let home = issuer.address(Endpoint::Home);
    Reply::text(format!("nothing is served at {}; see {home}\n", uri.path()))
        .status(StatusCode::NOT_FOUND)
        .note(Note::new("nothing is served there"))
}
