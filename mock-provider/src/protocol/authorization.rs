//! The authorization request and its responses
//! ([OpenID Connect Core 1.0, section 3.1.2](https://openid.net/specs/openid-connect-core-1_0.html#AuthorizationEndpoint)).

use std::time::Duration;

use super::error_description::description_characters;
use super::parameters::{Parameters, Repeated};
use super::pkce::CodeChallenge;
use super::response_type::ResponseType;
use super::scope::Scope;

/// An authorization request whose client and redirect URI are validated.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizationRequest {
    pub(crate) response_type: ResponseType,
    pub(crate) scope: Scope,
    pub(crate) nonce: Option<String>,
    pub(crate) prompt: Prompt,
    pub(crate) max_age: Option<Duration>,
    /// The `acr_values`, in order of preference.
    pub(crate) acr_values: Option<String>,
    pub(crate) login_hint: Option<String>,
    /// The subject of a verified `id_token_hint`.
    pub(crate) hinted_subject: Option<String>,
    pub(crate) code_challenge: Option<CodeChallenge>,
}

/// A rejection that the client receives at its redirect URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuthorizationRejection {
    pub(crate) code: ErrorCode,
    /// Which check failed, with the expected and the actual value.
    pub(crate) description: String,
}

impl AuthorizationRejection {
    pub(crate) fn new(code: ErrorCode, description: impl Into<String>) -> Self {
        Self { code, description: description.into() }
    }
}

impl From<Repeated> for AuthorizationRejection {
    fn from(repeated: Repeated) -> Self {
        Self::new(ErrorCode::InvalidRequest, repeated.to_string())
    }
}

/// The error codes of RFC 6749, section 4.1.2.1, and OpenID Connect Core 1.0, section 3.1.2.6,
/// that this provider uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    AccessDenied,
    InvalidRequest,
    InvalidScope,
    LoginRequired,
    RegistrationNotSupported,
    RequestNotSupported,
    RequestUriNotSupported,
    UnauthorizedClient,
    UnsupportedResponseType,
}

impl ErrorCode {
    /// The code on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::LoginRequired => "login_required",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedResponseType => "unsupported_response_type",
        }
    }
}

/// The values of `prompt` (section 3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prompt {
    pub(crate) none: bool,
    pub(crate) login: bool,
    pub(crate) consent: bool,
    pub(crate) select_account: bool,
}

impl Prompt {
    /// Every value, for the metadata.
    pub(crate) const VALUES: [&str; 4] = ["none", "login", "consent", "select_account"];

    fn parse(value: &str) -> Result<Self, AuthorizationRejection> {
        let mut prompt = Self::default();
        for word in value.split(' ').filter(|word| !word.is_empty()) {
            match word {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                other => {
                    return Err(AuthorizationRejection::new(
                        ErrorCode::InvalidRequest,
                        format!("prompt must be one of {}, not `{other}`", Self::VALUES.join(", ")),
                    ));
                }
            }
        }
        if prompt.none && (prompt.login || prompt.consent || prompt.select_account) {
            return Err(AuthorizationRejection::new(
                ErrorCode::InvalidRequest,
                format!("prompt `none` must not be combined with other values, got `{value}`"),
            ));
        }
        Ok(prompt)
    }
}

/// How the response reaches the client (OAuth 2.0 Multiple Response Type Encoding Practices,
/// section 2.1; OAuth 2.0 Form Post Response Mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    /// In the query of the redirect URI: the default of the code flow.
    Query,
    /// In its fragment: the default when the response contains tokens.
    Fragment,
    /// In a form that the browser posts to the redirect URI.
    FormPost,
}

impl ResponseMode {
    /// Every mode, with its name on the wire.
    pub(crate) const ALL: [(Self, &str); 3] =
        [(Self::Query, "query"), (Self::Fragment, "fragment"), (Self::FormPost, "form_post")];

    /// The mode of a request without `response_mode`: tokens travel in the fragment, which no server
    /// logs.
    pub(crate) fn default_for(parameters: &Parameters) -> Self {
        let response_type = parameters.last("response_type").unwrap_or_default();
        let has_tokens = response_type.split(' ').any(|word| matches!(word, "id_token" | "token"));
        if has_tokens { Self::Fragment } else { Self::Query }
    }

    /// Reads `response_mode`.
    ///
    /// # Errors
    ///
    /// When the mode is unknown, or would put tokens into a query.
    pub(crate) fn parse(parameters: &Parameters) -> Result<Self, AuthorizationRejection> {
        let default = Self::default_for(parameters);
        let Some(name) = parameters.get("response_mode")? else {
            return Ok(default);
        };
        let known = Self::ALL.into_iter().find(|(_, known)| *known == name);
        let (mode, _) = known.ok_or_else(|| {
            let names = Self::ALL.map(|(_, name)| name).join(", ");
            AuthorizationRejection::new(
                ErrorCode::InvalidRequest,
                format!("response_mode must be one of {names}, not `{name}`"),
            )
        })?;
        match (mode, default) {
            (Self::Query, Self::Fragment) => Err(AuthorizationRejection::new(
                ErrorCode::InvalidRequest,
                "response_mode must not be `query` when the response contains tokens",
            )),
            _ => Ok(mode),
        }
    }
}

impl AuthorizationRequest {
    /// Reads everything but the client and the redirect URI, which are validated before.
    ///
    /// `allowed` are the response types that the client is registered for.
    ///
    /// # Errors
    ///
    /// When a parameter is missing, malformed, repeated or not supported.
    pub(crate) fn parse(
        parameters: &Parameters,
        allowed: &[ResponseType],
    ) -> Result<Self, AuthorizationRejection> {
        parameters.check_single()?;
        refuse_unsupported_parameters(parameters)?;
        let response_type = parse_response_type(
            parameters.get("response_type")?,
            parameters.get("client_id")?.unwrap_or_default(),
            allowed,
        )?;
        let scope = parameters.get("scope")?;
        let came = scope.map_or("missing".to_owned(), |scope| format!("`{scope}`"));
        let scope = Scope::parse(scope.unwrap_or_default());
        if !scope.contains("openid") {
            return Err(AuthorizationRejection::new(
                ErrorCode::InvalidScope,
                format!("scope must contain `openid`, but is {came}"),
            ));
        }
        let code_challenge = CodeChallenge::parse(
            parameters.get("code_challenge")?,
            parameters.get("code_challenge_method")?,
        )
        .map_err(|error| {
            AuthorizationRejection::new(ErrorCode::InvalidRequest, error.to_string())
        })?;

        let nonce = parameters.owned("nonce")?;
        // Sections 3.2.2.1 and 3.3.2.11.
        if response_type.has_id_token() && nonce.is_none() {
            return Err(AuthorizationRejection::new(
                ErrorCode::InvalidRequest,
                format!("nonce is missing, but response_type `{response_type}` requires one"),
            ));
        }
        Ok(Self {
            response_type,
            scope,
            nonce,
            prompt: Prompt::parse(parameters.get("prompt")?.unwrap_or_default())?,
            max_age: parameters.get("max_age")?.map(parse_max_age).transpose()?,
            acr_values: parameters.owned("acr_values")?,
            login_hint: parameters.owned("login_hint")?,
            hinted_subject: None,
            code_challenge,
        })
    }
}

fn refuse_unsupported_parameters(parameters: &Parameters) -> Result<(), AuthorizationRejection> {
    for (name, code) in [
        ("request", ErrorCode::RequestNotSupported),
        ("request_uri", ErrorCode::RequestUriNotSupported),
        ("registration", ErrorCode::RegistrationNotSupported),
    ] {
        if parameters.get(name)?.is_some() {
            return Err(AuthorizationRejection::new(
                code,
                format!("parameter `{name}` is not supported"),
            ));
        }
    }
    Ok(())
}

fn parse_response_type(
    response_type: Option<&str>,
    client_id: &str,
    allowed: &[ResponseType],
) -> Result<ResponseType, AuthorizationRejection> {
    let Some(name) = response_type else {
        return Err(AuthorizationRejection::new(
            ErrorCode::InvalidRequest,
            "response_type is missing",
        ));
    };
    let known = ResponseType::parse(name);
    if let Some(known) = known.filter(|known| allowed.contains(known)) {
        return Ok(known);
    }
    let names: Vec<_> = allowed.iter().map(|known| format!("`{known}`")).collect();
    let rule = format!("response_type must be {}", names.join(" or "));
    // The provider supports a known type, only not for this client (RFC 6749, section 4.1.2.1).
    Err(match known {
        Some(_) => AuthorizationRejection::new(
            ErrorCode::UnauthorizedClient,
            format!("{rule} for client `{client_id}`, got `{name}`"),
        ),
        None => AuthorizationRejection::new(
            ErrorCode::UnsupportedResponseType,
            format!("{rule}, got `{name}`"),
        ),
    })
}

fn parse_max_age(value: &str) -> Result<Duration, AuthorizationRejection> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|_| digits).map(Duration::from_secs).ok_or_else(|| {
        AuthorizationRejection::new(
            ErrorCode::InvalidRequest,
            format!("max_age must be a number of seconds, got `{value}`"),
        )
    })
}

/// The parameters of an error response, without `state` and `iss`.
pub(crate) fn rejection_parameters(refusal: &AuthorizationRejection) -> Parameters {
    let mut parameters = Parameters::default();
    parameters.push("error", refusal.code.as_str());
    parameters.push("error_description", &description_characters(&refusal.description));
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(query: &str) -> (&'static str, String) {
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        let refusal = AuthorizationRequest::parse(&parameters, &[ResponseType::Code]).unwrap_err();
        (refusal.code.as_str(), refusal.description)
    }

    #[test]
    fn each_fault_has_its_code_and_names_the_offending_value() {
        let cases = [
            ("scope=openid", "invalid_request", "response_type is missing"),
            (
                "client_id=shop&response_type=id_token&scope=openid",
                "unauthorized_client",
                "response_type must be `code` for client `shop`, got `id_token`",
            ),
            (
                "response_type=ticket&scope=openid",
                "unsupported_response_type",
                "response_type must be `code`, got `ticket`",
            ),
            (
                "response_type=code&scope=email",
                "invalid_scope",
                "scope must contain `openid`, but is `email`",
            ),
            (
                "response_type=code&scope=openid&prompt=none+login",
                "invalid_request",
                "prompt `none` must not be combined with other values, got `none login`",
            ),
            (
                "response_type=code&scope=openid&max_age=-1",
                "invalid_request",
                "max_age must be a number of seconds, got `-1`",
            ),
            (
                "response_type=code&scope=openid&request=x",
                "request_not_supported",
                "parameter `request` is not supported",
            ),
            (
                "response_type=code&scope=openid&nonce=a&nonce=b",
                "invalid_request",
                "parameter `nonce` must not be sent more than once",
            ),
        ];
        for (query, code, description) in cases {
            assert_eq!(refused(query), (code, description.to_owned()), "{query}");
        }
    }
}
