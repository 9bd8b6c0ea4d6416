//! The error codes of the specifications, each with the app's own sentence.
//!
//! The values of `error` and `error_description`, which anyone can put into a link, are never
//! displayed: a code that is not in these tables becomes an unknown error.

use axum::http::StatusCode;

/// An error code and the app's explanation of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ErrorCode {
    pub(crate) name: &'static str,
    pub(crate) sentence: &'static str,
    pub(crate) status: StatusCode,
}

const fn code(status: StatusCode, name: &'static str, sentence: &'static str) -> ErrorCode {
    ErrorCode { name, sentence, status }
}

/// The user may be able to help, for example by trying again.
const USER: StatusCode = StatusCode::BAD_REQUEST;
/// The fault is the provider's, or in the app's registration there.
const PROVIDER: StatusCode = StatusCode::BAD_GATEWAY;

/// An unknown code in an authorization response.
static UNKNOWN: ErrorCode = unknown(USER);

/// An unknown code in a token response.
static UNKNOWN_FROM_PROVIDER: ErrorCode = unknown(PROVIDER);

const fn unknown(status: StatusCode) -> ErrorCode {
    let sentence = "The sign-in service reported an error that this application does not know.";
    code(status, "unknown error", sentence)
}

/// Codes of authorization responses:
/// [RFC 6749, section 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1),
/// [OpenID Connect Core 1.0, section 3.1.2.6](https://openid.net/specs/openid-connect-core-1_0.html#AuthError),
/// and [OpenID Connect Core Unmet Authentication Requirements 1.0](https://openid.net/specs/openid-connect-unmet-authentication-requirements-1_0.html).
static AUTHORIZATION: &[ErrorCode] = &[
    code(
        StatusCode::FORBIDDEN,
        "access_denied",
        "Access to this application was refused, by you or by the sign-in service.",
    ),
    code(USER, "invalid_request", "The sign-in service did not understand this application."),
    code(
        USER,
        "unauthorized_client",
        "The sign-in service does not allow this application to sign users in this way.",
    ),
    code(
        USER,
        "unsupported_response_type",
        "The sign-in service does not offer the kind of sign-in that this application uses.",
    ),
    code(
        USER,
        "invalid_scope",
        "This application requested more from the sign-in service than it is allowed to have.",
    ),
    code(PROVIDER, "server_error", "The sign-in service reported an internal error."),
    code(
        PROVIDER,
        "temporarily_unavailable",
        "The sign-in service is overloaded or under maintenance.",
    ),
    code(
        USER,
        "interaction_required",
        "The sign-in service needs to ask you something before it can sign you in.",
    ),
    code(USER, "login_required", "The sign-in service needs you to sign in there first."),
    code(USER, "account_selection_required", "The sign-in service needs you to choose an account."),
    code(
        USER,
        "consent_required",
        "The sign-in service needs your consent to tell this application who you are.",
    ),
    code(
        USER,
        "invalid_request_uri",
        "The sign-in service could not read this application's request.",
    ),
    code(
        USER,
        "invalid_request_object",
        "The sign-in service rejected this application's request as invalid.",
    ),
    code(
        USER,
        "request_not_supported",
        "The sign-in service does not support the kind of request that this application sent.",
    ),
    code(
        USER,
        "request_uri_not_supported",
        "The sign-in service does not accept requests by reference.",
    ),
    code(
        USER,
        "registration_not_supported",
        "The sign-in service does not accept applications that register themselves.",
    ),
    code(
        USER,
        "unmet_authentication_requirements",
        "The sign-in service could not identify you as strongly as this application needs.",
    ),
];

/// Codes of token responses:
/// [RFC 6749, section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2).
static TOKEN: &[ErrorCode] = &[
    code(USER, "invalid_grant", "This sign-in took too long, or was already completed."),
    code(PROVIDER, "invalid_request", "The sign-in service did not understand this application."),
    code(PROVIDER, "invalid_client", "The sign-in service does not recognise this application."),
    code(
        PROVIDER,
        "unauthorized_client",
        "The sign-in service does not allow this application to sign users in this way.",
    ),
    code(
        PROVIDER,
        "unsupported_grant_type",
        "The sign-in service does not offer the kind of sign-in that this application uses.",
    ),
    code(
        PROVIDER,
        "invalid_scope",
        "This application requested more from the sign-in service than it is allowed to have.",
    ),
];

/// The entry for an error of an authorization response.
pub(crate) fn authorization(name: &str) -> &'static ErrorCode {
    find(AUTHORIZATION, name).unwrap_or(&UNKNOWN)
}

/// The entry for an error of a token response.
pub(crate) fn token(name: &str) -> &'static ErrorCode {
    find(TOKEN, name).unwrap_or(&UNKNOWN_FROM_PROVIDER)
}

fn find(table: &'static [ErrorCode], name: &str) -> Option<&'static ErrorCode> {
    table.iter().find(|code| code.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for table in [AUTHORIZATION, TOKEN] {
            for code in table {
                assert!(find(table, code.name).is_some_and(|found| std::ptr::eq(found, code)));
            }
        }
    }

    #[test]
    fn other_codes_are_unknown() {
        for name in ["", "ACCESS_DENIED", "<script>alert(1)</script>", "access_denied\0"] {
            assert_eq!(authorization(name).name, "unknown error");
            assert_eq!(token(name).status, PROVIDER);
        }
    }
}
