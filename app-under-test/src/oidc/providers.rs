//! All providers that users can choose from.

use std::sync::Arc;

use super::provider::Provider;
use crate::config::Config;

/// The providers in the order of their buttons. There is at least one, and the first is the default.
#[derive(Debug)]
pub(crate) struct Providers {
    first: Arc<Provider>,
    additional: Vec<Arc<Provider>>,
}

impl Providers {
    pub(crate) fn new(config: &Config) -> Self {
        let provider = |settings| Arc::new(Provider::new(settings, &config.http, &config.clock));
        Self {
            first: provider(&config.providers.first),
            additional: config.providers.additional.iter().map(provider).collect(),
        }
    }

    /// All providers in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Provider>> {
        std::iter::once(&self.first).chain(&self.additional)
    }

    /// The default provider.
    pub(crate) fn first(&self) -> &Arc<Provider> {
        &self.first
    }

    /// The provider with this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Arc<Provider>> {
        self.iter().find(|provider| provider.name == name)
    }

    /// The provider with this name, unless it is the first.
    pub(crate) fn find_additional(&self, name: &str) -> Option<&Arc<Provider>> {
        self.additional.iter().find(|provider| provider.name == name)
    }

    /// The providers that may be `issuer`. Trailing slashes are ignored here, because the
    /// configuration may have some that the metadata lacks.
    pub(crate) fn with_issuer(&self, issuer: &str) -> impl Iterator<Item = &Arc<Provider>> {
        self.iter().filter(move |provider| {
            provider.settings.authority.trim_end_matches('/') == issuer.trim_end_matches('/')
        })
    }

    /// The name of `provider` in links to its login; `None` when it is the first.
    pub(crate) fn name_in_links<'a>(&self, provider: &'a Provider) -> Option<&'a str> {
        (provider.name != self.first.name).then_some(&provider.name)
    }

    /// Whether users can choose.
    pub(crate) fn are_several(&self) -> bool {
        !self.additional.is_empty()
    }
}
