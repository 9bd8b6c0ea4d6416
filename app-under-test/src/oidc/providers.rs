//! All providers that users can choose from.

use std::sync::Arc;

use super::provider::Provider;
use crate::config::Config;

/// The providers in the order of their buttons. There is always one, and the first is meant
/// where none is named.
#[derive(Debug)]
pub(crate) struct Providers {
    first: Arc<Provider>,
    further: Vec<Arc<Provider>>,
}

impl Providers {
    pub(crate) fn new(config: &Config) -> Self {
        let provider = |settings| Arc::new(Provider::new(settings, &config.http, &config.clock));
        Self {
            first: provider(&config.providers.first),
            further: config.providers.further.iter().map(provider).collect(),
        }
    }

    /// All of them, the first one first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Provider>> {
        std::iter::once(&self.first).chain(&self.further)
    }

    /// The one that is meant where none is named.
    pub(crate) fn first(&self) -> &Arc<Provider> {
        &self.first
    }

    /// The one with this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Arc<Provider>> {
        self.iter().find(|provider| provider.name == name)
    }

    /// The one with this name, if it is not the first.
    pub(crate) fn find_further(&self, name: &str) -> Option<&Arc<Provider>> {
        self.further.iter().find(|provider| provider.name == name)
    }

    /// Those that may be the issuer `issuer`: slashes at the end decide nothing here, since the
    /// configuration may have some that the metadata lacks.
    pub(crate) fn issuing(&self, issuer: &str) -> impl Iterator<Item = &Arc<Provider>> {
        self.iter().filter(move |provider| {
            provider.settings.authority.trim_end_matches('/') == issuer.trim_end_matches('/')
        })
    }

    /// What a link to a login at `provider` calls it; nothing when it is the first.
    pub(crate) fn name_in_links<'a>(&self, provider: &'a Provider) -> Option<&'a str> {
        (provider.name != self.first.name).then_some(&provider.name)
    }

    /// Whether there is a choice.
    pub(crate) fn are_several(&self) -> bool {
        !self.further.is_empty()
    }
}
