//! The providers that users choose from: one, or several with a name each.
//!
//! The plain variables describe the first. Another one, `evil`, is described by the same
//! variables with its name in theirs: `OIDC_PROVIDER_EVIL_AUTHORITY` and so on. Nothing is
//! inherited from the first, and a redirect URI of its own keeps each provider's answers apart
//! ([RFC 9700, section 4.4](https://www.rfc-editor.org/rfc/rfc9700#section-4.4)).

use url::Url;

use super::base_path::BasePath;
use super::client::{Client, Identity};
use super::provider::ProviderSettings;
use super::variables::{self, Variables};

/// The longest name; it stands in paths and on buttons.
const MAX_NAME: usize = 32;

/// One provider, and the app's registration there.
#[derive(Clone, Debug)]
pub(crate) struct ProviderConfig {
    /// What the app calls it: lower-case letters, digits and `-`.
    pub(crate) name: String,
    pub(crate) settings: ProviderSettings,
    pub(crate) client: Client,
}

/// All of them; there is always one.
#[derive(Clone, Debug)]
pub(crate) struct ProviderConfigs {
    pub(crate) first: ProviderConfig,
    pub(crate) further: Vec<ProviderConfig>,
}

impl ProviderConfigs {
    /// All of them, in the order of `OIDC_PROVIDERS`.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &ProviderConfig> {
        std::iter::once(&self.first).chain(&self.further)
    }

    /// All of them, to be changed.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut ProviderConfig> {
        std::iter::once(&mut self.first).chain(&mut self.further)
    }

    pub(super) fn read(variables: &mut Variables, base_path: Option<&BasePath>) -> Option<Self> {
        let names = variables.or_default(&variables::OIDC_PROVIDERS, Vec::new(), names);
        let mut names = names.map(Vec::into_iter);
        let first = names.as_mut().and_then(Iterator::next).unwrap_or_else(|| "default".to_owned());
        let first = ProviderConfig::read(variables, base_path, first, None);
        let names: Vec<String> = names?.collect();
        let further: Vec<Option<ProviderConfig>> = names
            .iter()
            .map(|name| {
                // Whatever is wrong with the first one, this one is not to blame for it.
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
        let mut configs = Self { first: first?, further: Vec::new() };
        for config in further {
            let config = config?;
            if let Err(reason) = configs.check_redirect_uri(&config.client) {
                variables.of_provider(&config.name, |variables| {
                    variables.refuse(&variables::OIDC_REDIRECT_URI, reason);
                });
                return None;
            }
            configs.further.push(config);
        }
        all_are_known.then_some(configs)
    }

    /// A further provider's redirect URI leads to this app, and is no other one's.
    fn check_redirect_uri(&self, client: &Client) -> Result<(), &'static str> {
        if self.iter().any(|other| other.client.redirect_uri == client.redirect_uri) {
            return Err("another provider has the same: unset it for one of its own");
        }
        let origin = |client: &Client| Url::parse(&client.redirect_uri).map(|url| url.origin());
        if origin(client) != origin(&self.first.client) {
            return Err("another host than that of OIDC_REDIRECT_URI, where no cookie of the app \
                        would come along: unset it for one of this host");
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
            let reason = "without discovery the app does not know where: unset this, or \
                          OIDC_SKIP_DISCOVERY";
            variables.refuse(&variables::OIDC_REGISTER, reason);
            return None;
        }
        Some(Self { name, settings, client })
    }

    /// Where below the base the provider's answers arrive, by its place among all.
    pub(crate) fn callback_path(&self, is_first: bool) -> String {
        if is_first { "auth/callback".to_owned() } else { format!("auth/callback/{}", self.name) }
    }
}

/// Names, separated by commas or blanks.
fn names(text: &str) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::new();
    for name in text.split([',', ' ']).filter(|name| !name.is_empty()) {
        let is_name_char = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.len() > MAX_NAME || !name.chars().all(is_name_char) {
            return Err(format!(
                "{name:?} is no name: write up to {MAX_NAME} lower-case letters, digits and `-`"
            ));
        }
        if names.iter().any(|other| other == name) {
            return Err(format!("{name} stands there twice"));
        }
        names.push(name.to_owned());
    }
    if names.is_empty() {
        return Err("names no provider: unset it when there is only one".to_owned());
    }
    Ok(names)
}
