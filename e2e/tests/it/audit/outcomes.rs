//! The outcome of each case with the app.

use mock_provider::failure::Failure;
use rp_audit::Outcome;

/// The outcome of a case; `None` for a mode without an entry.
///
/// The audit judges whether an outcome is correct. This table fixes which of the correct outcomes the
/// app has.
pub(super) fn expected_outcome(failure: &Failure) -> Option<Outcome> {
    use Outcome::{CleanError, NotApplicable, NotExercised, SessionExpected};
    let is = |name: &str, value: &str| failure.value(name) == value;
    let any = |name: &str, values: &[&str]| values.iter().any(|value| is(name, value));
    Some(match failure.mode().name {
        // The app requests metadata once an hour, and the failure has ended by then.
        "discovery-unavailable" if is("phase", "running") => NotExercised,
        "discovery-unavailable" => SessionExpected,
        // The app accepts JSON with any media type, and follows no redirects.
        "discovery-bad-body" if !is("redirect", "none") => CleanError,
        "discovery-bad-body" if is("body", "sound") => SessionExpected,
        // The app does not need these members.
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

        // The app uses a matching key and ignores its certificate.
        "jwks-weak-key" if is("key", "x5c-mismatch") => SessionExpected,
        "jwks-retired-key-used" | "jwks-unknown-kid-storm" | "jwks-weak-key" | "jwks-oct-key" => {
            CleanError
        }
        "jwks-rotate-new-kid"
        | "jwks-rotate-same-kid"
        | "jwks-unavailable"
        | "jwks-foreign-keys" => SessionExpected,

        // The existing session continues.
        "authorization-login-csrf" if is("victim", "logged-in") => SessionExpected,
        // The app never requests form_post.
        "authorization-form-post" if is("requested", "true") => NotExercised,
        // Other parties cannot begin a login.
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
        // The app completes the first login with the metadata and keys of its own issuer.
        "authorization-session-overwriting"
        | "authorization-unsolicited-tokens"
        | "authorization-unusual-but-valid" => SessionExpected,

        // JSON with any media type, and invalid UTF-8 in members that the app does not read.
        "token-bad-body" if any("body", &["latin1", "sound"]) => SessionExpected,
        // The app posts its secret by default.
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

        // The app reads claims from the payload only, and tries each matching key.
        "id-token-claims-in-header"
        | "id-token-kid-absent-single"
        | "id-token-kid-absent-multiple" => SessionExpected,
        // The app does not register for encryption.
        "id-token-jwe-mismatch" if is("variant", "missing-jwe") => NotExercised,
        // The app's library accepts both forms of an ECDSA signature.
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

        // The app accepts numbers of any size, with or without a fraction, but no strings.
        "id-token-time-format" if is("form", "string") => CleanError,
        "id-token-time-format" => SessionExpected,
        // The app tolerates a minute of clock skew, and does not limit the age of a token.
        "id-token-iat-skewed" if any("offset", &["+10min", "+1d"]) => CleanError,
        "id-token-iat-skewed" => SessionExpected,
        "id-token-nbf-future" if is("offset", "+30s") => SessionExpected,
        // The app does not request an authentication context class.
        "id-token-auth-context-weaker" if is("claim", "acr") => NotExercised,
        // The app receives no tokens on the front channel.
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

        // The app accepts JSON with any media type.
        "userinfo-http-error" if is("mode", "wrong-content-type") => SessionExpected,
        "userinfo-sub-mismatch"
        | "userinfo-sub-ambiguous"
        | "userinfo-jwt-unexpected"
        | "userinfo-jwt-invalid"
        | "userinfo-http-error" => CleanError,

        // The app ends the session when the response may belong to another user.
        "refresh-id-token-invalid" | "refresh-invalid-grant" => CleanError,
        "refresh-id-token-absent"
        | "refresh-rotated"
        | "refresh-reuse-revokes-family"
        | "refresh-transient-failure"
        | "refresh-expires-in-tiny" => SessionExpected,

        // The session has ended, as it must.
        "logout-post-logout-state" | "logout-end-session-broken" => CleanError,
        "backchannel-logout-scope" if any("variant", &["sub-only", "already-logged-out"]) => {
            CleanError
        }
        // The app finds the session by issuer and `sid`, without cookies.
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
        // The app does not monitor the session at the provider.
        "logout-session-changed" => NotApplicable,

        // The app ends its own session before it contacts the provider.
        name if name.starts_with("network-") && is("endpoint", "end_session") => CleanError,
        "network-slow" => SessionExpected,
        "network-reset" if is("mode", "keepalive-stale") => SessionExpected,
        // The app neither requests nor decodes compression.
        "network-compression" if is("unsolicited", "false") => NotExercised,
        "network-compression" if is("coding", "identity-mislabelled") => SessionExpected,
        // The app's HTTP client accepts at most a hundred header fields, of any length.
        "network-oversized" if any("what", &["10000-keys", "headers-64kB"]) => SessionExpected,
        "network-http-variants" if is("variant", "204-for-200") => CleanError,
        "network-http-variants" => SessionExpected,
        "network-hang"
        | "network-reset"
        | "network-truncated"
        | "network-compression"
        | "network-oversized"
        | "network-tls-invalid" => CleanError,

        // Deeper than the app's JSON parser allows.
        "claims-null-or-mistyped" if is("unknown", "deep-1000") => CleanError,
        // The ID token has another issuer; the userinfo response has another subject.
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

        // The browser has no cookies of the app, or the code has been used already.
        "sequence-callback-replayed" if is("how", "other-browser") || is("session", "gone") => {
            CleanError
        }
        "sequence-callback-replayed" | "sequence-multi-tab" => SessionExpected,
        "sequence-slow-user" => CleanError,
        "sequence-user-switch" if is("how", "relogin") => SessionExpected,
        // The app neither renews silently nor requests stronger authentication.
        "sequence-user-switch" => NotExercised,
        // The app tolerates a minute of clock skew in either direction. Tokens from a slow clock are
        // valid until they expire.
        "sequence-clock-skew" if any("offset", &["+5min", "+1h", "-1h"]) => CleanError,
        "sequence-clock-skew" | "sequence-concurrent-users" | "sequence-op-restart" => {
            SessionExpected
        }
        // Of these requirements, the app only has the group.
        "sequence-rejected-login-loop" if is("reason", "missing-group") => CleanError,
        "sequence-rejected-login-loop" => SessionExpected,
        "sequence-back-after-logout" => CleanError,
        _ => return None,
    })
}
