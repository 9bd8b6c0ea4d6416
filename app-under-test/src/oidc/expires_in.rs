//! How long an access token is good for, whatever a provider says about it.

use std::time::Duration;

use serde_json::Value;

/// What a provider that does not say is taken to mean. An hour is what most of them mean.
const UNKNOWN: Duration = Duration::from_secs(60 * 60);

/// The longest life that is believed: whoever claims more is asked again a day later.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads `expires_in`, a number of seconds
/// ([RFC 6749, section 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)).
///
/// Some providers send it as a string or with a fraction, which is as clear. A negative number,
/// or what is no number at all, says as little as nothing.
pub(super) fn lifetime(expires_in: Option<&Value>) -> Duration {
    let seconds = match expires_in {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    match seconds {
        Some(seconds) if seconds >= 0.0 => {
            Duration::try_from_secs_f64(seconds).map_or(LONGEST, |life| life.min(LONGEST))
        }
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn seconds_are_read_however_they_are_written() {
        for (value, seconds) in [
            (json!(300), 300.0),
            (json!("300"), 300.0),
            (json!(300.5), 300.5),
            (json!(0), 0.0),
            (json!(0.25), 0.25),
        ] {
            assert_eq!(lifetime(Some(&value)), Duration::from_secs_f64(seconds), "{value}");
        }
    }

    #[test]
    fn nonsense_says_as_little_as_nothing() {
        assert_eq!(lifetime(None), UNKNOWN);
        for value in [json!(null), json!(-1), json!("soon"), json!(""), json!("NaN"), json!([1])] {
            assert_eq!(lifetime(Some(&value)), UNKNOWN, "{value}");
        }
    }

    #[test]
    fn no_life_is_longer_than_a_day() {
        for value in [json!(9_223_372_036_854_775_808_u64), json!(1e300), json!("inf")] {
            assert_eq!(lifetime(Some(&value)), LONGEST, "{value}");
        }
    }
}
