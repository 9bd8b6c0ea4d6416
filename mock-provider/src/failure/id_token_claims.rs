//! ID token: claims.

use serde_json::json;

use super::mode::{Act, Expected, Mode};
use super::parameter::choice;

pub(super) static MODES: &[Mode] = &[Mode {
    name: "id-token-exp-invalid",
    effect: "The ID token expired long ago, or does not say when it expires.",
    parameters: &[choice("value", &["absent", "-61s", "-10min", "-1d", "0", "negative"])],
    clauses: &[
        "OpenID Connect Core 1.0, section 2",
        "OpenID Connect Core 1.0, section 3.1.3.7 (9)",
        "RFC 7519, section 4.1.4",
    ],
    expected: Expected::Reject,
    // Clocks differ: so much may be allowed for.
    exceptions: &[("value", "-61s", Expected::Either)],
    note: "Up to some minutes count as leeway for clocks that differ.",
    acts: &[Act::IdToken(|token, fault| {
        match fault.value("value").as_str() {
            "absent" => drop(token.claims.shift_remove("exp")),
            "0" => token.claims["exp"] = json!(0),
            "negative" => token.claims["exp"] = json!(-1),
            _ => token.claims["exp"] = json!(fault.request.at.as_second() + fault.offset("value")),
        };
    })],
    ..Mode::ENTRY
}];
