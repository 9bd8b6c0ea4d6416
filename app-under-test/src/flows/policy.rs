//! The platform's policy service, where there is one: a second opinion on who may enter.
//!
//! It is asked once a login, after the user is known, and can only say no: whoever is in none
//! of the required groups stays out whatever it says. Everything but a clear yes is a no.

use serde::Deserialize;
use serde_json::json;

use crate::base::fetch::fetch;
use crate::base::random;
use crate::config::{BasePath, Config, Secret};

/// The service's decision; whatever else it sends is not needed.
#[derive(Deserialize)]
struct Decision {
    allow: bool,
    /// Whether it found the token good; not every version says.
    valid: Option<bool>,
}

/// Whether the service lets the bearer of `access_token` see the app's pages. Everybody may
/// where there is no service.
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
            tracing::info!(correlation_id, "the policy service says no");
            false
        }
        Err(error) => {
            tracing::error!(correlation_id, %error, "no answer from the policy service is a no");
            false
        }
    }
}

/// May the bearer read everything below the base?
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
