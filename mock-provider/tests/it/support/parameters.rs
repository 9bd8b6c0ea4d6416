//! Requests that are valid until a test changes them.

use url::form_urlencoded;

use super::CALLBACK;

/// A code verifier and its S256 challenge, from RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// See [`VERIFIER`].
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The parameters of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// No parameters.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// The authorization request of `shop`.
    pub(crate) fn authorization() -> Self {
        Self::none()
            .with("response_type", "code")
            .with("client_id", "shop")
            .with("redirect_uri", CALLBACK)
            .with("scope", "openid profile email groups")
            .with("state", "af0ifjsldkj")
            .with("nonce", "n-0S6_WzA2Mj")
            .with("code_challenge", CHALLENGE)
            .with("code_challenge_method", "S256")
    }

    /// The token request of `shop` for a code.
    pub(crate) fn code(code: &str) -> Self {
        Self::none()
            .with("grant_type", "authorization_code")
            .with("code", code)
            .with("redirect_uri", CALLBACK)
            .with("code_verifier", VERIFIER)
            .with("client_id", "shop")
            .with("client_secret", "s3cret")
    }

    /// The token request of `shop` for a refresh token.
    pub(crate) fn refresh(token: &str) -> Self {
        Self::none()
            .with("grant_type", "refresh_token")
            .with("refresh_token", token)
            .with("client_id", "shop")
            .with("client_secret", "s3cret")
    }

    /// Whether there is a parameter of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(own, _)| own == name)
    }

    /// Sets the value of a parameter.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        match self.0.iter_mut().find(|(own, _)| own == name) {
            Some((_, old)) => *old = value.to_owned(),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Adds a parameter, even if there is already one of that name.
    pub(crate) fn with_another(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds all parameters of another request.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Removes a parameter.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(own, _)| own != name);
        self
    }

    /// Makes this a request of the public client `spa`.
    pub(crate) fn of_spa(self) -> Self {
        self.with("client_id", "spa")
            .with("redirect_uri", "https://spa.example/callback")
            .without("client_secret")
    }

    /// Encodes the parameters as a query or a form.
    pub(crate) fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}
