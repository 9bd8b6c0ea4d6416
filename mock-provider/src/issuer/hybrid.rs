//! Tokens that come with the authorization response: the hybrid and the implicit flow
//! ([OpenID Connect Core 1.0, sections 3.2 and 3.3](https://openid.net/specs/openid-connect-core-1_0.html#HybridFlowAuth)).

use std::sync::Arc;

use crate::issuer::grant::{AccessToken, Grant};
use crate::issuer::issuer::{Issuer, until};
use crate::issuer::tokens::HashInputs;
use crate::protocol::parameters::Parameters;
use crate::protocol::response_type::ResponseType;
use crate::protocol::token::TokenRequest;

impl Issuer {
    /// Adds the tokens of a response type to an answer, which already has the code.
    pub(crate) fn add_tokens(
        &self,
        parameters: &mut Parameters,
        response_type: ResponseType,
        grant: &Arc<Grant>,
        now: i64,
    ) {
        let access_token = response_type.has_token().then(|| self.random.token());
        let code = parameters.last("code").map(str::to_owned);
        if let Some(value) = &access_token {
            let (scope, lifetime) = (grant.scope.clone(), self.settings.access_token_lifetime);
            parameters.push("access_token", value);
            parameters.push("token_type", "Bearer");
            parameters.push("expires_in", &lifetime.as_secs().to_string());
            parameters.push("scope", &scope.to_string());
            let expires = until(now, lifetime);
            let token = AccessToken { grant: Arc::clone(grant), scope, expires };
            self.grants().add_access_token(value.clone(), token, now);
        }
        if response_type.has_id_token() {
            let (access_token, code) = (access_token.as_deref(), code.as_deref());
            let inputs = HashInputs { access_token, code };
            let id_token = self.id_token(grant, &grant.scope, grant.nonce.as_deref(), &inputs, now);
            parameters.push("id_token", &id_token);
        }
    }

    /// The grant types in use; `implicit` stands for tokens in the authorization response.
    pub(crate) fn grant_types(&self) -> Vec<&'static str> {
        let mut names = TokenRequest::GRANT_TYPES.to_vec();
        if self.response_types().len() > 1 {
            names.push("implicit");
        }
        names
    }

    /// The response types that at least one client is registered for, and `code`, the default.
    pub(crate) fn response_types(&self) -> Vec<&'static str> {
        let mut names = vec![ResponseType::Code.name()];
        for response_type in
            self.directory.now().clients.iter().flat_map(|client| &client.response_types)
        {
            if !names.contains(&response_type.name()) {
                names.push(response_type.name());
            }
        }
        names
    }
}
