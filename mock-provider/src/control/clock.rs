//! `/control/issuers/{issuer}/clock`: the clock of an issuer.

use std::time::Duration;

use axum::Json;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::error::Problem;
use super::target::Target;
use crate::base::clock::Clock;
use crate::base::duration::duration;
use crate::settings::text::{deserialize_optional_duration, deserialize_text, deserialize_time};

/// The clock of an issuer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Clock)]
pub(crate) struct ClockDocument {
    /// The current time.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// Whether the clock is frozen.
    frozen: bool,
}

impl From<&Clock> for ClockDocument {
    fn from(clock: &Clock) -> Self {
        Self { now: clock.now(), frozen: clock.is_frozen() }
    }
}

/// Changes to a clock, applied in this order. Omitted ones change nothing.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ClockChange {
    /// The offset from the system's clock, which may be negative. The clock runs.
    #[serde(deserialize_with = "deserialize_skew")]
    #[schema(value_type = Option<String>, example = "-5min")]
    skew: Option<SignedDuration>,
    /// Whether to freeze the clock, or let it run.
    frozen: Option<bool>,
    /// The time to set.
    #[serde(deserialize_with = "deserialize_time")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-01-01T00:00:00Z")]
    now: Option<Timestamp>,
    /// How far to advance it.
    #[serde(deserialize_with = "deserialize_optional_duration")]
    #[schema(value_type = Option<String>, example = "10min")]
    advance: Option<Duration>,
}

/// A duration with an optional sign.
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

/// Gets the time.
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

/// Freezes, sets or advances the clock.
///
/// Codes, tokens and sessions whose lifetime ends by the new time expire at once.
#[utoipa::path(
    patch,
    path = "/issuers/{issuer}/clock",
    tag = "clock",
    params(("issuer" = String, Path, description = "The issuer")),
    request_body = ClockChange,
    responses(
        (status = 200, description = "The new time", body = ClockDocument),
        (status = 404, description = "There is no such issuer", body = Problem),
        (status = 422, description = "A value is invalid", body = Problem),
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
