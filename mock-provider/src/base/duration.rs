//! Durations as people write them.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// A description of durations, for messages.
pub(crate) const A_DURATION: &str = "a duration such as \"90s\", \"10min\" or \"1h 30min\"";

/// Reads a duration such as `90s`, `10min` or `1h 30min`; a day has 24 hours.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let span: Span =
        text.parse().map_err(|_| format!("`{}` is not {A_DURATION}", text.escape_debug()))?;
    let duration = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| format!("`{text}` has no fixed length: write it in days, such as \"30d\""))?;
    Duration::try_from(duration).map_err(|_| format!("`{text}` must not be negative"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, seconds) in [
            ("90s", 90),
            ("90 seconds", 90),
            ("10min", 600),
            ("1h 30min", 5_400),
            ("30 days", 2_592_000),
            ("PT1H", 3_600),
            ("0s", 0),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn invalid_durations_are_rejected_with_an_example() {
        let fault = |text| duration(text).unwrap_err();
        assert!(fault("60").contains("such as"), "{}", fault("60"));
        assert_eq!(fault("-5min"), "`-5min` must not be negative");
        assert!(fault("1 month").contains("in days"), "{}", fault("1 month"));
    }
}
