//! The route table, and how a request finds its issuer and its route.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http;
use axum::response::Response;

use crate::base::endpoint::Endpoint;
use crate::endpoints;
use crate::exchange::entry::Entry;
use crate::failure::acts::canary;
use crate::host::pipeline;
use crate::host::pipeline::{Handler, Route};
use crate::host::registry::Registry;

/// Every route of an issuer, one line each. A new endpoint is its file and a line here: its name,
/// its path, which party calls it, whether a browser can open it without parameters, the metadata
/// member that publishes it, the setting that turns it on, and its handlers.
#[rustfmt::skip]
macro_rules! route_table {
    ($expand:ident) => {
        $expand! {
            Home          "home"          "/"                                 Front true  member[] if[] get[endpoints::home::get] post[];
            Discovery     "discovery"     "/.well-known/openid-configuration" Back  true  member[] if[] get[endpoints::discovery::get] post[];
            Webfinger     "webfinger"     "/.well-known/webfinger"            Back  false member[] if[] get[endpoints::webfinger::get] post[];
            Authorization "authorization" "/authorize"                        Front false member["authorization_endpoint"] if[] get[endpoints::authorization::authorize] post[endpoints::authorization::authorize];
            SignIn        "sign-in"       "/sign-in"                          Front false member[] if[] get[] post[endpoints::sign_in::post];
            Token         "token"         "/token"                            Back  false member["token_endpoint"] if[] get[] post[endpoints::token::post];
            Userinfo      "userinfo"      "/userinfo"                         Back  false member["userinfo_endpoint"] if[] get[endpoints::userinfo::get] post[endpoints::userinfo::post];
            Registration  "registration"  "/register"                         Back  false member["registration_endpoint"] if[client_registration] get[] post[endpoints::registration::post];
            ClaimSource   "claim-source"  "/claim-source"                     Back  false member[] if[] get[endpoints::claim_source::get] post[];
            Jwks          "jwks"          "/jwks"                             Back  true  member["jwks_uri"] if[] get[endpoints::jwks::get] post[];
            EndSession    "end-session"   "/end-session"                      Front true  member["end_session_endpoint"] if[] get[endpoints::end_session::get] post[endpoints::end_session::post];
            CheckSession  "check-session" "/check-session"                    Front false member["check_session_iframe"] if[session_management] get[endpoints::check_session::get] post[];
            Health        "health"        "/health"                           Back  true  member[] if[] get[endpoints::health::get] post[];
            Canary        "canary"        "/canary"                           Back  false member[] if[] get[canary::answer] post[canary::answer];
        }
    };
}

/// An optional handler in the table.
macro_rules! handler {
    () => {
        None
    };
    ($handler:path) => {
        Some($handler as Handler)
    };
}

macro_rules! define_routes {
    ($($endpoint:ident $name:literal $path:literal $channel:ident $browsable:literal
        member[$($member:literal)?] if[$($setting:ident)?] get[$($get:path)?] post[$($post:path)?];)*) => {
        static ROUTES: &[Route] = &[$(
            Route {
                endpoint: Endpoint::$endpoint,
                get: handler!($($get)?),
                post: handler!($($post)?),
            },
        )*];
    };
}
route_table!(define_routes);

/// All issuers of a provider, as a router.
pub(crate) fn router(registry: &Arc<Registry>) -> Router {
    // Issuers are not routes of this router: their paths may have characters that route patterns
    // must not have.
    Router::new().fallback(entrance).with_state(Arc::clone(registry))
}

async fn entrance(
    State(registry): State<Arc<Registry>>,
    mut request: http::Request<Body>,
) -> Response {
    answer(&registry, &mut request).await.0
}

/// Answers a request to an issuer: finds the issuer and the route, and sends the request through
/// the pipeline.
pub(crate) async fn answer(
    registry: &Registry,
    request: &mut http::Request<Body>,
) -> (Response, Arc<Entry>) {
    let (tenant, route) = match registry.find(request.uri().path()) {
        Ok((tenant, rest)) => {
            let endpoint = Endpoint::at(rest).filter(|it| tenant.issuer.is_served(*it));
            let route = ROUTES.iter().find(|route| Some(route.endpoint) == endpoint);
            (tenant, route.ok_or(None))
        }
        Err(error) => (Arc::clone(registry.default_tenant()), Err(Some(error))),
    };
    pipeline::answer(&tenant, route, request).await
}
