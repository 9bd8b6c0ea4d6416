//! Values that are written as text in files, variables and options: durations, times, addresses, keys.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserializer;
use serde::de::{Error, Visitor};

use crate::base::duration::{A_DURATION, duration};
#[cfg(feature = "cli")]
use crate::base::suggestion::advice;
#[cfg(feature = "cli")]
use crate::jose::algorithm::Algorithm;

const A_TIME: &str = "a time such as \"2026-01-01T00:00:00Z\"";
const AN_ADDRESS: &str = "an IP address with a port, such as \"127.0.0.1:9400\" or \"[::1]:9400\"";

/// Reads a point in time with its offset from UTC, in the form of RFC 3339.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| not(text, A_TIME))
}

/// Reads an IP address with a port.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| not(text, AN_ADDRESS))
}

/// In bytes; far more than any key needs.
const MAX_KEY_SIZE: u64 = 64 * 1024;

/// Reads a text file of at most `max` bytes.
pub(crate) fn read_text(path: &Path, max: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(max + 1).read_to_end(&mut bytes)?;
    if read as u64 > max {
        let reason = format!("it has more than {max} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..place];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        let reason = format!("line {line}, column {column} is not UTF-8");
        io::Error::new(io::ErrorKind::InvalidData, reason)
    })
}

/// Takes a key as PEM, or reads it from the file that `text` names, relative to `directory`.
pub(crate) fn pem(text: &str, directory: &Path) -> Result<String, String> {
    if text.trim_start().starts_with("-----BEGIN") {
        return Ok(text.to_owned());
    }
    let path = directory.join(text);
    read_text(&path, MAX_KEY_SIZE)
        .map_err(|error| format!("cannot read the key file {}: {error}", path.display()))
}

/// Reads the name of a signature algorithm.
#[cfg(feature = "cli")]
pub(crate) fn algorithm(text: &str) -> Result<Algorithm, String> {
    let names = Algorithm::ALL.map(Algorithm::name);
    Algorithm::parse(text).ok_or_else(|| advice(text, &names))
}

/// [`pem`] for clap: a path is relative to the working directory.
#[cfg(feature = "cli")]
pub(crate) fn pem_argument(text: &str) -> Result<String, String> {
    pem(text, Path::new(""))
}

/// [`duration`] for serde.
pub(crate) fn deserialize_duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    deserializer.deserialize_str(Text { expected: A_DURATION, read: duration })
}

/// [`duration`] for serde, for an optional value.
#[cfg(feature = "control")]
pub(crate) fn deserialize_optional_duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    deserialize_duration(deserializer).map(Some)
}

/// [`time`] for serde.
pub(crate) fn deserialize_time<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    deserializer.deserialize_str(Text { expected: A_TIME, read: time }).map(Some)
}

/// [`address`] for serde.
pub(crate) fn deserialize_address<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SocketAddr>, D::Error> {
    deserializer.deserialize_str(Text { expected: AN_ADDRESS, read: address }).map(Some)
}

/// Reads a value from a string, for a type that is written as one.
pub(crate) fn deserialize_text<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    expected: &'static str,
    read: fn(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(Text { expected, read })
}

/// Reads a value from a string; the error names the expected form.
struct Text<T> {
    expected: &'static str,
    read: fn(&str) -> Result<T, String>,
}

impl<T> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).map_err(E::custom)
    }
}

fn not(text: &str, expected: &str) -> String {
    format!("`{}` is not {expected}", text.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_be_given_instead_of_its_path() {
        let key = "-----BEGIN PRIVATE KEY-----\n";
        assert_eq!(pem(key, Path::new("/nowhere")).as_deref(), Ok(key));
        assert!(pem("absent.pem", Path::new("/nowhere")).unwrap_err().contains("absent.pem"));
    }
}
