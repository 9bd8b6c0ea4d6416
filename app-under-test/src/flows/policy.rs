//! The platform's policy service, an optional additional access check.
//!
//! It is queried once per login, after the user has been identified. It can only deny access: users
//! in none of the required groups are denied in any case. It fails closed: everything except an
//! explicit permission counts as a denial.

use serde::Deserialize;
use serde_json::json;

use crate::base::fetch::fetch;
use crate::base::random;
use crate::config::{BasePath, Config, Secret};

/// The members of the decision that the app uses.
#[derive(Deserialize)]
struct Decision {
    allow: bool,
    /// Whether the token is valid; not all versions send it.
    valid: Option<bool>,
}

/// Whether the service allows the bearer of `access_token` to see the app's pages. Without a
/// service, every user is allowed.
pub(crate) async fn allows(config: &Config, access_token: &Secret) -> bool {
    let Some(endpoint) = &config.policy_endpoint else {
        return true;
    };
    let correlation_id = random::uuid();
    let request = config
        .http
        .post(endpoint.clone())
        .header("dataos-correlation-id", &correlation_id)
        .json(&question(&config.base_path, access_token));
    let decision = match fetch(request, config.providers.first.settings.timeout).await {
        Ok(answer) => answer.document::<Decision>(),
        Err(error) => Err(error),
    };
    match decision {
        Ok(Decision { allow: true, valid: None | Some(true) }) => true,
        Ok(_) => {
            tracing::info!(correlation_id, "the policy service denied access");
            false
        }
        Err(error) => {
            tracing::error!(correlation_id, %error, "the policy service failed, access is denied");
            false
        }
    }
}

/// The request: may the bearer read everything below the base?
fn question(base: &BasePath, access_token: &Secret) -> serde_json::Value {
    json!({
        "token": access_token.reveal(),
        "context": {
            "predicate": "get",
            "object": { "tags": null, "paths": [base.join("**")] },
            "metadata": null,
        },
        "pep_context": null,
    })
}
