//! What the app does in each case.

use mock_provider::failure::Failure;
use rp_audit::Outcome;

/// The outcome of a case; `None` for a mode that nobody has stated yet.
///
/// That it is right is judged elsewhere, by what the catalogue expects. Here stands which of the
/// right things the app does.
pub(super) fn stated(failure: &Failure) -> Option<Outcome> {
    use Outcome::{CleanError, NotApplicable, NotExercised, SessionExpected};
    let is = |name: &str, value: &str| failure.value(name) == value;
    let any = |name: &str, values: &[&str]| values.iter().any(|value| is(name, value));
    Some(match failure.mode().name {
        // The app asks for metadata once an hour, and the failure is over by then.
        "discovery-unavailable" if is("phase", "running") => NotExercised,
        "discovery-unavailable" => SessionExpected,
        // Sound JSON under any media type; a redirect is not followed.
        "discovery-bad-body" if !is("redirect", "none") => CleanError,
        "discovery-bad-body" if is("body", "sound") => SessionExpected,
        // What the app does not need.
        "discovery-missing-required"
            if any(
                "member",
                &[
                    "response_types_supported",
                    "subject_types_supported",
                    "id_token_signing_alg_values_supported",
                ],
            ) =>
        {
            SessionExpected
        }
        "discovery-issuer-mismatch"
        | "discovery-issuer-trailing-slash"
        | "discovery-bad-body"
        | "discovery-missing-required"
        | "discovery-endpoint-foreign"
        | "discovery-endpoint-unsafe-url"
        | "discovery-alg-downgrade" => CleanError,
        "discovery-sparse-or-extra" => SessionExpected,

        // A fitting key is used whatever certificate stands beside it.
        "jwks-weak-key" if is("key", "x5c-mismatch") => SessionExpected,
        "jwks-retired-key-used" | "jwks-unknown-kid-storm" | "jwks-weak-key" | "jwks-oct-key" => {
            CleanError
        }
        "jwks-rotate-new-kid"
        | "jwks-rotate-same-kid"
        | "jwks-unavailable"
        | "jwks-foreign-keys" => SessionExpected,

        // The session that there was goes on.
        "authorization-login-csrf" if is("victim", "logged-in") => SessionExpected,
        // The app never asks for form_post.
        "authorization-form-post" if is("requested", "true") => NotExercised,
        // Nobody but the app begins a login.
        "authorization-initiate-login-abuse" => NotApplicable,
        "authorization-state-mismatch"
        | "authorization-login-csrf"
        | "authorization-code-injection"
        | "authorization-iss-mismatch"
        | "authorization-mixup"
        | "authorization-error"
        | "authorization-error-markup"
        | "authorization-malformed"
        | "authorization-form-post" => CleanError,
        // The first login ends by its own issuer's metadata and keys.
        "authorization-session-overwriting"
        | "authorization-unsolicited-tokens"
        | "authorization-unusual-but-valid" => SessionExpected,

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

        // What the payload says is what counts, and of several keys one that fits.
        "id-token-claims-in-header"
        | "id-token-kid-absent-single"
        | "id-token-kid-absent-multiple" => SessionExpected,
        // The app registers for no encryption, so there is none to leave out.
        "id-token-jwe-mismatch" if is("variant", "missing-jwe") => NotExercised,
        // Of two numbers that are as good the app's library asks for neither.
        "id-token-sig-ecdsa-malformed" if is("form", "s-high") => SessionExpected,
        "id-token-alg-none"
        | "id-token-alg-hs256-public-key"
        | "id-token-alg-hs256-client-secret"
        | "id-token-alg-invalid"
        | "id-token-alg-unregistered"
        | "id-token-kid-unknown"
        | "id-token-kid-injection"
        | "id-token-embedded-key"
        | "id-token-remote-key"
        | "id-token-crit-unknown"
        | "id-token-cross-jwt"
        | "id-token-jwe-mismatch"
        | "id-token-sig-invalid"
        | "id-token-sig-wrong-key"
        | "id-token-sig-ecdsa-malformed"
        | "id-token-not-a-jwt" => CleanError,

        // Numbers only, though of any size and with fractions.
        "id-token-time-format" if is("form", "string") => CleanError,
        "id-token-time-format" => SessionExpected,
        // A minute counts as leeway, and no more; how long ago a token was issued does not matter.
        "id-token-iat-skewed" if any("offset", &["+10min", "+1d"]) => CleanError,
        "id-token-iat-skewed" => SessionExpected,
        "id-token-nbf-future" if is("offset", "+30s") => SessionExpected,
        // The app asks for no class of authentication.
        "id-token-auth-context-weaker" if is("claim", "acr") => NotExercised,
        // The app takes no token by way of the browser.
        "id-token-c-hash-invalid" => NotExercised,
        "id-token-at-hash-wrong" | "id-token-at-hash-missing"
            if any("flow", &["hybrid", "implicit"]) =>
        {
            NotExercised
        }
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

        // To end the session is the safe answer to whatever cannot be the same user's.
        "refresh-id-token-invalid" | "refresh-invalid-grant" => CleanError,
        "refresh-id-token-absent"
        | "refresh-rotated"
        | "refresh-reuse-revokes-family"
        | "refresh-transient-failure"
        | "refresh-expires-in-tiny" => SessionExpected,

        // The session is over in these, as it has to be.
        "logout-post-logout-state" | "logout-end-session-broken" => CleanError,
        "backchannel-logout-scope" if any("variant", &["sub-only", "already-logged-out"]) => {
            CleanError
        }
        // The app finds the session by issuer and `sid`, and needs no cookies for that.
        "frontchannel-logout-blocked" => CleanError,
        "backchannel-logout-signature"
        | "backchannel-logout-iss-aud"
        | "backchannel-logout-events"
        | "backchannel-logout-nonce"
        | "backchannel-logout-incomplete"
        | "backchannel-logout-replay"
        | "backchannel-logout-scope"
        | "backchannel-logout-cross-jwt"
        | "frontchannel-logout-params" => SessionExpected,
        // The app does not watch the provider's session.
        "logout-session-changed" => NotApplicable,

        // Signed out here first, whatever becomes of the provider.
        name if name.starts_with("network-") && is("endpoint", "end_session") => CleanError,
        "network-slow" => SessionExpected,
        "network-reset" if is("mode", "keepalive-stale") => SessionExpected,
        // The app asks for no compression, and undoes none.
        "network-compression" if is("unsolicited", "false") => NotExercised,
        "network-compression" if is("coding", "identity-mislabelled") => SessionExpected,
        // The app's HTTP client reads a hundred header fields, whatever their length, and no more.
        "network-oversized" if any("what", &["10000-keys", "headers-64kB"]) => SessionExpected,
        "network-http-variants" if is("variant", "204-for-200") => CleanError,
        "network-http-variants" => SessionExpected,
        "network-hang"
        | "network-reset"
        | "network-truncated"
        | "network-compression"
        | "network-oversized"
        | "network-tls-invalid" => CleanError,

        // Deeper than the app's parser goes.
        "claims-null-or-mistyped" if is("unknown", "deep-1000") => CleanError,
        // The issuer of the ID token is not the one that was asked; userinfo is about somebody else.
        "claims-foreign-identity" if is("claim", "sub+iss") || is("in", "userinfo") => CleanError,
        "claims-groups-string"
        | "claims-groups-overage"
        | "claims-groups-delimiter"
        | "claims-session-overflow"
        | "claims-null-or-mistyped"
        | "claims-email-unverified"
        | "claims-email-verified-string"
        | "claims-email-reassigned"
        | "claims-email-changed"
        | "claims-foreign-identity"
        | "claims-sub-edge"
        | "claims-name-unicode"
        | "claims-markup"
        | "claims-crlf"
        | "claims-distributed" => SessionExpected,

        // Whoever has no cookies of the app is told so; the code was used already.
        "sequence-callback-replayed" if is("how", "other-browser") || is("session", "gone") => {
            CleanError
        }
        "sequence-callback-replayed" | "sequence-multi-tab" => SessionExpected,
        "sequence-slow-user" => CleanError,
        "sequence-user-switch" if is("how", "relogin") => SessionExpected,
        // The app never renews silently, and asks for no stronger authentication.
        "sequence-user-switch" => NotExercised,
        // A minute of difference is tolerated, in either direction; and what is issued by a slow
        // clock is valid until it expires.
        "sequence-clock-skew" if any("offset", &["+5min", "+1h", "-1h"]) => CleanError,
        "sequence-clock-skew" | "sequence-concurrent-users" | "sequence-op-restart" => {
            SessionExpected
        }
        // Of these the app demands a group alone.
        "sequence-rejected-login-loop" if is("reason", "missing-group") => CleanError,
        "sequence-rejected-login-loop" => SessionExpected,
        "sequence-back-after-logout" => CleanError,
        _ => return None,
    })
}
