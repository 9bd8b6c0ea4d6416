//! The lifetime of an access token.

use std::time::Duration;

use serde_json::Value;

/// The lifetime that is assumed when the provider does not state one: the most common value.
const DEFAULT: Duration = Duration::from_secs(60 * 60);

/// The maximum lifetime: longer-lived tokens are refreshed after a day as well.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Parses `expires_in`, a number of seconds
/// ([RFC 6749, section 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)).
///
/// Some providers send a string or a fraction, which is unambiguous. Negative numbers and values
/// that are not numbers count as absent.
pub(super) fn lifetime(expires_in: Option<&Value>) -> Duration {
    let seconds = match expires_in {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    match seconds {
        Some(seconds) if seconds >= 0.0 => {
            Duration::try_from_secs_f64(seconds).map_or(MAX_LIFETIME, |life| life.min(MAX_LIFETIME))
        }
        _ => DEFAULT,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_strings_and_fractions_are_read() {
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
    fn invalid_values_count_as_absent() {
        assert_eq!(lifetime(None), DEFAULT);
        for value in [json!(null), json!(-1), json!("soon"), json!(""), json!("NaN"), json!([1])] {
            assert_eq!(lifetime(Some(&value)), DEFAULT, "{value}");
        }
    }

    #[test]
    fn lifetime_is_at_most_a_day() {
        for value in [json!(9_223_372_036_854_775_808_u64), json!(1e300), json!("inf")] {
            assert_eq!(lifetime(Some(&value)), MAX_LIFETIME, "{value}");
        }
    }
}
