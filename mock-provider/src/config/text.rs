//! Values that files, variables and flags write as text: durations, addresses, keys.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Reads a duration such as `90s`, `10min` or `1h 30min`; a day has 24 hours.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let span: Span = text.parse().map_err(|_| {
        format!(
            "`{}` is no duration such as \"90s\", \"10min\" or \"1h 30min\"",
            text.escape_debug()
        )
    })?;
    let duration = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| format!("`{text}` has no fixed length: count it in days, as in \"30d\""))?;
    Duration::try_from(duration).map_err(|_| format!("`{text}` must not be negative"))
}

/// Reads an IP address with a port.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!(
            "`{}` is no IP address with a port such as \"127.0.0.1:9400\" or \"[::1]:9400\"",
            text.escape_debug()
        )
    })
}

/// Takes a key as PEM, or reads it from the file that `text` names, seen from `directory`.
pub(crate) fn pem(text: &str, directory: &Path) -> Result<String, String> {
    if text.trim_start().starts_with("-----BEGIN") {
        return Ok(text.to_owned());
    }
    let path = directory.join(text);
    std::fs::read_to_string(&path)
        .map_err(|error| format!("cannot read the key file {}: {error}", path.display()))
}

/// [`duration`] for serde.
pub(crate) fn deserialize_duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    duration(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// [`address`] for serde.
pub(crate) fn deserialize_address<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SocketAddr>, D::Error> {
    address(&String::deserialize(deserializer)?).map(Some).map_err(D::Error::custom)
}

/// [`pem`] for clap: a path is seen from the working directory.
#[cfg(feature = "cli")]
pub(crate) fn pem_argument(text: &str) -> Result<String, String> {
    pem(text, Path::new(""))
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
    fn what_is_no_duration_is_told_what_one_looks_like() {
        let fault = |text| duration(text).unwrap_err();
        assert!(fault("60").contains("such as"), "{}", fault("60"));
        assert_eq!(fault("-5min"), "`-5min` must not be negative");
        assert!(fault("1 month").contains("in days"), "{}", fault("1 month"));
    }

    #[test]
    fn a_key_may_stand_where_its_path_may() {
        let key = "-----BEGIN PRIVATE KEY-----\n";
        assert_eq!(pem(key, Path::new("/nowhere")).as_deref(), Ok(key));
        assert!(pem("absent.pem", Path::new("/nowhere")).unwrap_err().contains("absent.pem"));
    }
}
