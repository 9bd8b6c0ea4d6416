//! What the app does in each case.

use e2e::audit::Outcome;
use mock_provider::failure::Failure;

/// The outcome of a case; `None` for a mode that nobody has stated yet.
///
/// That it is right is judged elsewhere, by what the catalogue expects. Here stands which of the
/// right things the app does.
pub(super) fn stated(failure: &Failure) -> Option<Outcome> {
    use Outcome::{CleanError, NotExercised, SessionExpected};
    let is = |name: &str, value: &str| failure.value(name) == value;
    let any = |name: &str, values: &[&str]| values.iter().any(|value| is(name, value));
    Some(match failure.mode().name {
        // Sound JSON under any media type, and bytes beyond UTF-8 where nobody looks.
        "token-bad-body" if any("body", &["latin1", "sound"]) => SessionExpected,
        // The app posts its secret unless it is told otherwise.
        "token-client-auth" if is("accept", "client_secret_post") => SessionExpected,
        "token-client-auth" if is("secret", "special-chars") => SessionExpected,
        "token-http-error"
        | "token-redirect"
        | "token-bad-body"
        | "token-oauth-error"
        | "token-id-token-missing"
        | "token-member-missing"
        | "token-token-type-unknown"
        | "token-client-auth" => CleanError,
        "token-expires-in"
        | "token-token-type-case"
        | "token-optional-members"
        | "token-pkce-enforced" => SessionExpected,

        // Numbers only, though of any size and with fractions.
        "id-token-time-format" if is("form", "string") => CleanError,
        "id-token-time-format" => SessionExpected,
        // A minute counts as leeway, and no more; how long ago a token was issued does not matter.
        "id-token-iat-skewed" if any("offset", &["+10min", "+1d"]) => CleanError,
        "id-token-iat-skewed" => SessionExpected,
        "id-token-nbf-future" if is("offset", "+30s") => SessionExpected,
        // The app asks for no class of authentication.
        "id-token-auth-context-weaker" if is("claim", "acr") => NotExercised,
        "id-token-iss-mismatch"
        | "id-token-sub-invalid"
        | "id-token-aud-mismatch"
        | "id-token-aud-extra"
        | "id-token-exp-invalid"
        | "id-token-iat-missing"
        | "id-token-nbf-future"
        | "id-token-nonce-mismatch"
        | "id-token-nonce-replayed"
        | "id-token-at-hash-wrong"
        | "id-token-auth-context-weaker"
        | "id-token-duplicate-members" => CleanError,
        "id-token-aud-array-single" | "id-token-at-hash-missing" => SessionExpected,

        // It is JSON, whatever it is called.
        "userinfo-http-error" if is("mode", "wrong-content-type") => SessionExpected,
        "userinfo-sub-mismatch"
        | "userinfo-sub-ambiguous"
        | "userinfo-jwt-unexpected"
        | "userinfo-jwt-invalid"
        | "userinfo-http-error" => CleanError,
        _ => return None,
    })
}
