//! Redacts secrets in the journal, and truncates long values.

use crate::protocol::parameters::Parameters;

/// The journal keeps an excerpt of larger parameters, so that oversized requests do not fill the
/// memory.
const MAX_PARAMETERS: usize = 64;
const MAX_BYTES: usize = 8 * 1024;

/// The length of a name and of a value in an excerpt, in bytes.
const MAX_VALUE: usize = 128;

/// The length of a path, a summary and a reason in the journal, in bytes: they may quote a request.
pub(super) const MAX_TEXT: usize = 2 * 1024;

/// Whether the journal keeps only an excerpt of parameters.
pub(super) fn is_large(parameters: &Parameters) -> bool {
    parameters.len() > MAX_PARAMETERS || parameters.bytes() > MAX_BYTES
}

/// Parameters whose values are secret, or grant access while they are valid.
const SECRET_PARAMETERS: [&str; 9] = [
    "client_secret",
    "code",
    "code_verifier",
    "refresh_token",
    "access_token",
    "id_token_hint",
    "logout_token",
    "password",
    // The whole authorization request, with its id_token_hint, in the sign-in form.
    "request",
];

/// A parameter as the journal records it.
pub(super) fn redacted(name: &str, value: &str) -> (String, String) {
    let kept = if SECRET_PARAMETERS.contains(&name) {
        format!("[redacted: {} characters]", value.chars().count())
    } else {
        value.to_owned()
    };
    (name.to_owned(), kept)
}

/// The first parameters, each redacted and cut.
pub(super) fn excerpt(parameters: &Parameters) -> Parameters {
    let cut = |(name, value): (&str, &str)| {
        let (mut name, mut value) = redacted(name, value);
        shorten(&mut name, MAX_VALUE);
        shorten(&mut value, MAX_VALUE);
        (name, value)
    };
    let mut excerpt = Parameters::default();
    for (name, value) in parameters.iter().take(MAX_PARAMETERS).map(cut) {
        excerpt.push(&name, &value);
    }
    excerpt
}

/// Cuts a text of more than `max` bytes, and appends its length.
pub(super) fn shorten(text: &mut String, max: usize) {
    let length = text.len();
    if length > max {
        let end = (0..=max).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or_default());
        text.push_str(&format!("… ({length} bytes)"));
        text.shrink_to_fit();
    }
}
