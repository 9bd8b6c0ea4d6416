//! The providers that users can choose from: one, or several with names.
//!
//! The plain variables describe the first. An additional one, such as `evil`, is described by the
//! same variables with its name in theirs: `OIDC_PROVIDER_EVIL_AUTHORITY` and so on. It inherits
//! nothing from the first, and has its own redirect URI, which keeps the responses apart
//! ([RFC 9700, section 4.4](https://www.rfc-editor.org/rfc/rfc9700#section-4.4)).

use url::Url;

use super::base_path::BasePath;
use super::client::{Client, Identity};
use super::provider::ProviderSettings;
use super::variables::{self, Variables};

/// The maximum length of a name, which appears in paths and on buttons.
const MAX_NAME: usize = 32;

/// One provider, and the app as its client.
#[derive(Clone, Debug)]
pub(crate) struct ProviderConfig {
    /// Its name in this app: lower-case letters, digits and `-`.
    pub(crate) name: String,
    pub(crate) settings: ProviderSettings,
    pub(crate) client: Client,
}

/// All providers; there is at least one.
#[derive(Clone, Debug)]
pub(crate) struct ProviderConfigs {
    pub(crate) first: ProviderConfig,
    pub(crate) additional: Vec<ProviderConfig>,
}

impl ProviderConfigs {
    /// All providers, in the order of `OIDC_PROVIDERS`.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &ProviderConfig> {
        std::iter::once(&self.first).chain(&self.additional)
    }

    /// The same, mutable.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut ProviderConfig> {
        std::iter::once(&mut self.first).chain(&mut self.additional)
    }

    pub(super) fn read(variables: &mut Variables, base_path: Option<&BasePath>) -> Option<Self> {
        let names = variables.or_default(&variables::OIDC_PROVIDERS, Vec::new(), names);
        let mut names = names.map(Vec::into_iter);
        let first = names.as_mut().and_then(Iterator::next).unwrap_or_else(|| "default".to_owned());
        let first = ProviderConfig::read(variables, base_path, first, None);
        let names: Vec<String> = names?.collect();
        let additional: Vec<Option<ProviderConfig>> = names
            .iter()
            .map(|name| {
                // An error in the first provider must not be reported for this one as well.
                let redirect_uri = match &first {
                    Some(first) => first.client.redirect_uri_of(name),
                    None => format!("http://localhost/{name}"),
                };
                variables.of_provider(name, |variables| {
                    ProviderConfig::read(variables, base_path, name.clone(), Some(redirect_uri))
                })
            })
            .collect();
        let all_are_known = variables.refuse_unknown_providers(&names);
        let mut configs = Self { first: first?, additional: Vec::new() };
        for config in additional {
            let config = config?;
            if let Err(reason) = configs.check_redirect_uri(&config.client) {
                variables.of_provider(&config.name, |variables| {
                    variables.refuse(&variables::OIDC_REDIRECT_URI, reason);
                });
                return None;
            }
            configs.additional.push(config);
        }
        all_are_known.then_some(configs)
    }

    /// The redirect URI of an additional provider must lead to this app and be unique.
    fn check_redirect_uri(&self, client: &Client) -> Result<(), &'static str> {
        if self.iter().any(|other| other.client.redirect_uri == client.redirect_uri) {
            return Err(
                "must differ from those of the other providers; unset, it gets the default",
            );
        }
        let origin = |client: &Client| Url::parse(&client.redirect_uri).map(|url| url.origin());
        if origin(client) != origin(&self.first.client) {
            return Err("must have the same host as OIDC_REDIRECT_URI, because the app's cookies \
                        belong to that host");
        }
        Ok(())
    }
}

impl ProviderConfig {
    fn read(
        variables: &mut Variables,
        base_path: Option<&BasePath>,
        name: String,
        redirect_uri: Option<String>,
    ) -> Option<Self> {
        let settings = ProviderSettings::read(variables);
        let client = Client::read(variables, base_path, redirect_uri);
        let (settings, client) = (settings?, client?);
        if let (Some(_), Identity::RegistersItself(_)) = (&settings.endpoints, &client.identity) {
            let reason = "must be false with OIDC_SKIP_DISCOVERY=true: discovery \
                          provides the registration endpoint";
            variables.refuse(&variables::OIDC_REGISTER, reason);
            return None;
        }
        Some(Self { name, settings, client })
    }

    /// The path below the base at which the provider's responses arrive.
    pub(crate) fn callback_path(&self, is_first: bool) -> String {
        if is_first { "auth/callback".to_owned() } else { format!("auth/callback/{}", self.name) }
    }
}

/// Names, separated by commas or spaces.
fn names(text: &str) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::new();
    for name in text.split([',', ' ']).filter(|name| !name.is_empty()) {
        let is_name_char = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.len() > MAX_NAME || !name.chars().all(is_name_char) {
            return Err(format!(
                "must be names of up to {MAX_NAME} lower-case letters, digits and `-`, got {name:?}"
            ));
        }
        if names.iter().any(|other| other == name) {
            return Err(format!("must not repeat a name, got {name} twice"));
        }
        names.push(name.to_owned());
    }
    if names.is_empty() {
        return Err("must name a provider, or be unset if there is only one".to_owned());
    }
    Ok(names)
}
