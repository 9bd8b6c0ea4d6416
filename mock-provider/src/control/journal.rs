//! `/control/issuers/{issuer}/journal`: recorded exchanges, as a list or as they happen.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{self, Stream};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::form_urlencoded;
use utoipa::IntoParams;

use super::error::{ControlError, Problem};
use super::target::Target;
use crate::base::endpoint::Endpoint;
use crate::exchange::journal::Exchange;
use crate::host::tenant::Tenant;
use crate::settings::text::deserialize_text;
use crate::settings::wording::read_members;

/// Which exchanges to return; all by default.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only those of this login.
    flow: Option<String>,
    /// Only those of this client.
    client: Option<String>,
    /// Only those about the user with this subject.
    user: Option<String>,
    /// Only those at this endpoint.
    #[param(inline)]
    endpoint: Option<Endpoint>,
    /// Only those after this number.
    #[serde(deserialize_with = "deserialize_number")]
    since: u64,
}

fn deserialize_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let expected = "the number of an exchange";
    deserialize_text(deserializer, expected, |text| {
        text.parse().map_err(|_| format!("must be the number of an exchange, got `{text}`"))
    })
}

impl Filter {
    fn wants(&self, exchange: &Exchange) -> bool {
        let is =
            |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        is(&self.flow, &exchange.flow)
            && is(&self.client, &exchange.client)
            && is(&self.user, &exchange.user)
            && self.endpoint.is_none_or(|endpoint| endpoint == exchange.endpoint)
    }
}

impl<S: Sync> FromRequestParts<S> for Filter {
    type Rejection = ControlError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ControlError> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        let members = pairs.map(|(name, value)| (name, Value::String(value))).collect();
        read_members(members).map_err(ControlError::unprocessable)
    }
}

/// Lists the exchanges, oldest first.
///
/// Secrets, codes and tokens are redacted to their length.
#[utoipa::path(
    get,
    path = "/issuers/{issuer}/journal",
    tag = "journal",
    params(("issuer" = String, Path, description = "The issuer"), Filter),
    responses(
        (status = 200, description = "The exchanges", body = Vec<Exchange>),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 422, description = "A parameter is invalid", body = Problem),
    )
)]
pub(crate) async fn list(Target(tenant): Target, filter: Filter) -> Json<Vec<Exchange>> {
    let mut exchanges = tenant.journal.exchanges_since(filter.since);
    exchanges.retain(|exchange| filter.wants(exchange));
    Json(exchanges)
}

/// Clears the journal. The numbers of exchanges continue.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}/journal",
    tag = "journal",
    params(("issuer" = String, Path, description = "The issuer")),
    responses(
        (status = 204, description = "The journal is empty"),
        (status = 404, description = "There is no such issuer", body = Problem),
    )
)]
pub(crate) async fn clear(Target(tenant): Target) -> StatusCode {
    tenant.journal.clear();
    StatusCode::NO_CONTENT
}

/// Streams the exchanges as they happen, as server-sent events.
///
/// Each event is an exchange, and its `id` is the number of the exchange: a client that reconnects
/// with `Last-Event-ID` misses nothing that the journal still has.
#[utoipa::path(
    get,
    path = "/issuers/{issuer}/journal/events",
    tag = "journal",
    params(
        ("issuer" = String, Path, description = "The issuer"),
        ("Last-Event-ID" = Option<u64>, Header, description = "Only those after this number; takes precedence over `since`"),
        Filter,
    ),
    responses(
        (status = 200, description = "Exchanges, in a stream that does not end", body = Exchange, content_type = "text/event-stream"),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 422, description = "A parameter is invalid", body = Problem),
    )
)]
pub(crate) async fn events(
    Target(tenant): Target,
    filter: Filter,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id").and_then(|last| last.to_str().ok()?.parse().ok());
    let since = last.unwrap_or(filter.since);
    let follower = Follower { tenant, filter, since, ready: VecDeque::new() };
    let events = stream::unfold(follower, |mut follower| async {
        let exchange = follower.next().await;
        let event = Event::default().id(exchange.number.to_string()).json_data(&exchange);
        // An exchange is plain JSON.
        Some((Ok(event.unwrap_or_default()), follower))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// A reader that follows the journal.
struct Follower {
    tenant: Arc<Tenant>,
    filter: Filter,
    since: u64,
    ready: VecDeque<Exchange>,
}

impl Follower {
    /// The next exchange that passes the filter.
    async fn next(&mut self) -> Exchange {
        loop {
            if let Some(exchange) = self.ready.pop_front() {
                return exchange;
            }
            let new = self.tenant.journal.next_since(self.since).await;
            self.since = new.last().map_or(self.since, |last| last.number);
            self.ready = new.into_iter().filter(|new| self.filter.wants(new)).collect();
        }
    }
}
