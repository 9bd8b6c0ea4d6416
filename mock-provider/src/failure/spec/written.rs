//! Writes a failure: `NAME:parameter=value,…@selector=value,…`.

use std::fmt::{self, Write as _};
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Serialize, Serializer};

use super::failure::{Failure, Selector};

impl Failure {
    /// The specification as a path segment.
    pub(crate) fn in_path(&self) -> String {
        /// The characters that must be encoded in a path segment.
        const SEGMENT: &AsciiSet = &CONTROLS
            .add(b' ')
            .add(b'"')
            .add(b'#')
            .add(b'%')
            .add(b'/')
            .add(b'<')
            .add(b'>')
            .add(b'?')
            .add(b'[')
            .add(b'\\')
            .add(b']')
            .add(b'^')
            .add(b'`')
            .add(b'{')
            .add(b'|')
            .add(b'}');
        utf8_percent_encode(&self.to_string(), SEGMENT).to_string()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.mode.name.to_owned();
        let mut separator = ':';
        for (name, value) in &self.values {
            let _ = write!(text, "{separator}{name}={}", quoted(value));
            separator = ',';
        }
        let Selector { issuer, client, user, endpoint, flow, nth } = &self.selector;
        let selectors = [
            ("issuer", issuer.clone()),
            ("client", client.clone()),
            ("user", user.clone()),
            ("endpoint", endpoint.map(|endpoint| endpoint.name().to_owned())),
            ("flow", flow.clone()),
            ("from", nth.map(|nth| nth.to_string())),
            ("times", self.lifetime.times.map(|times| times.to_string())),
            ("for", self.lifetime.duration.map(in_largest_unit)),
        ];
        let mut separator = '@';
        for (name, value) in selectors {
            if let Some(value) = value {
                let _ = write!(text, "{separator}{name}={}", quoted(&value));
                separator = ',';
            }
        }
        f.write_str(&text)
    }
}

/// As the text of its specification.
impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A duration, in the largest unit that it is a multiple of.
fn in_largest_unit(duration: Duration) -> String {
    let units = [("h", 3_600_000), ("min", 60_000), ("s", 1_000)];
    let length = duration.as_millis();
    let largest = units.into_iter().find(|(_, unit)| length.is_multiple_of(*unit));
    let (unit, one) = largest.unwrap_or(("ms", 1));
    format!("{}{unit}", length / one)
}

/// The value, in quotes if it contains a character that separates parts.
fn quoted(value: &str) -> String {
    let plain = !value.is_empty() && !value.contains([',', ';', '@', ':', '"', '=', '\\']);
    if plain { value.to_owned() } else { format!("{value:?}") }
}
