//! `/control/issuers/{issuer}/clock`: the time of an issuer.

use std::time::Duration;

use axum::Json;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::refused::Problem;
use super::target::Target;
use crate::base::clock::Clock;
use crate::base::duration::duration;
use crate::settings::text::{deserialize_optional_duration, deserialize_text, deserialize_time};

/// The time of an issuer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Clock)]
pub(crate) struct ClockDocument {
    /// The time that the clock shows.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// Whether it stands still.
    frozen: bool,
}

impl From<&Clock> for ClockDocument {
    fn from(clock: &Clock) -> Self {
        Self { now: clock.now(), frozen: clock.is_frozen() }
    }
}

/// What to do to a clock. What is left out stays as it is; the rest happens in this order.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ClockChange {
    /// How far it is ahead of the system's time, with which it goes, or behind it.
    #[serde(deserialize_with = "deserialize_skew")]
    #[schema(value_type = Option<String>, example = "-5min")]
    skew: Option<SignedDuration>,
    /// Whether it stands still, or goes as fast as the system's.
    frozen: Option<bool>,
    /// The time to show.
    #[serde(deserialize_with = "deserialize_time")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-01-01T00:00:00Z")]
    now: Option<Timestamp>,
    /// How far to move it forward.
    #[serde(deserialize_with = "deserialize_optional_duration")]
    #[schema(value_type = Option<String>, example = "10min")]
    advance: Option<Duration>,
}

/// A duration with a sign, which a plus need not be.
fn deserialize_skew<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SignedDuration>, D::Error> {
    let expected = "a duration such as \"-5min\" or \"30s\"";
    let skew = deserialize_text(deserializer, expected, |text| {
        let (is_behind, length) = match text.strip_prefix('-') {
            Some(length) => (true, length),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let length = SignedDuration::try_from(duration(length)?).map_err(|it| it.to_string())?;
        Ok(if is_behind { -length } else { length })
    });
    skew.map(Some)
}

/// Tells the time.
#[utoipa::path(
    get,
    path = "/issuers/{issuer}/clock",
    tag = "clock",
    params(("issuer" = String, Path, description = "The issuer")),
    responses(
        (status = 200, description = "The time", body = ClockDocument),
        (status = 404, description = "There is no such issuer", body = Problem),
    )
)]
pub(crate) async fn get(Target(tenant): Target) -> Json<ClockDocument> {
    Json(ClockDocument::from(&tenant.issuer.clock))
}

/// Stops the clock, sets it, moves it forward.
///
/// What has expired by then counts as expired at once.
#[utoipa::path(
    patch,
    path = "/issuers/{issuer}/clock",
    tag = "clock",
    params(("issuer" = String, Path, description = "The issuer")),
    request_body = ClockChange,
    responses(
        (status = 200, description = "The time now", body = ClockDocument),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 422, description = "A value makes no sense", body = Problem),
    )
)]
pub(crate) async fn patch(
    Target(tenant): Target,
    Body(ClockChange { skew, frozen, now, advance }): Body<ClockChange>,
) -> Json<ClockDocument> {
    let clock = &tenant.issuer.clock;
    if let Some(by) = skew {
        clock.skew(by);
    }
    match frozen {
        Some(true) => clock.freeze(),
        Some(false) => clock.unfreeze(),
        None => {}
    }
    if let Some(now) = now {
        clock.set(now);
    }
    if let Some(by) = advance {
        clock.advance(by);
    }
    Json(ClockDocument::from(clock))
}
