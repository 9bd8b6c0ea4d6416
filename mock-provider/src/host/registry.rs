//! All issuers of a provider: the default one, the named ones, and those that always fail.

use std::collections::HashMap;
use std::str::Utf8Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use percent_encoding::percent_decode_str;

use crate::base::issuer_path::{
    DEFAULT, FAILING, NAMED, below, check_name, name, normalized, own_path,
};
use crate::base::suggestion::advice;
use crate::failure::engine::armed::Armed;
use crate::failure::spec::failure::{Failure, FailureError};
use crate::host::tenant::Tenant;

/// How many failing issuers are kept: any path below `/failing/` creates one, and each costs memory.
const MAX_FAILING: usize = 2_000;

/// The issuers of one provider. They share the configuration and nothing else.
#[derive(Debug)]
pub(crate) struct Registry {
    default: Arc<Tenant>,
    /// By path below the default issuer: `/issuers/acme`, `/failing/id-token-alg-none`.
    others: RwLock<HashMap<String, Arc<Tenant>>>,
    /// How many of these were created since the start or the last reset.
    created: AtomicUsize,
}

impl Registry {
    /// The default issuer, and those that its configuration names.
    pub(crate) fn new(default: Arc<Tenant>) -> Self {
        let registry = Self { default, others: RwLock::default(), created: AtomicUsize::new(0) };
        registry.create_configured();
        registry
    }

    /// Creates the issuers that the configuration names.
    fn create_configured(&self) {
        for name in &self.default.issuer.settings.issuers {
            // The names are checked with the configuration.
            let _ = self.named(name);
        }
    }

    /// Arms a failure at an issuer, or at the one that the failure names.
    ///
    /// # Errors
    ///
    /// When there is no such issuer or client.
    pub(crate) fn arm(
        &self,
        at: &Arc<Tenant>,
        failure: Failure,
    ) -> Result<(Arc<Tenant>, Arc<Armed>), ArmError> {
        let tenant = match &failure.selector.issuer {
            Some(name) => self.issuer(name)?,
            None => Arc::clone(at),
        };
        let issuer = &tenant.issuer;
        if let Some(id) = &failure.selector.client
            && issuer.client(id).is_none()
        {
            let directory = issuer.directory.now();
            let known: Vec<_> = directory.clients.iter().map(|client| &*client.id).collect();
            let advice = advice(id, &known);
            return Err(ArmError::UnknownClient { id: id.clone(), advice });
        }
        let armed = tenant.failures.arm(failure, &issuer.clock);
        Ok((tenant, armed))
    }

    /// The default issuer.
    pub(crate) fn default_tenant(&self) -> &Arc<Tenant> {
        &self.default
    }

    /// The issuer that serves a path, and the rest of the path below it.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(crate) fn find<'a>(&self, path: &'a str) -> Result<(Arc<Tenant>, &'a str), IssuerError> {
        let Some(rest) = below(path, &self.default.issuer.path) else {
            return Err(IssuerError::Elsewhere(self.default.issuer.url.clone()));
        };
        let Some(own) = own_path(rest) else { return Ok((self.default.clone(), rest)) };
        let rest = &rest[own.len()..];
        let rest = if rest.is_empty() { "/" } else { rest };
        // A browser and an application may write the same address differently.
        let own = &*normalized(own);
        if let Some(issuer) = self.known(own) {
            return Ok((issuer, rest));
        }
        match own.strip_prefix(FAILING) {
            Some(spec) => Ok((self.failing_at(own, spec)?, rest)),
            None => Err(IssuerError::UnknownPath(own[NAMED.len()..].to_owned())),
        }
    }

    /// The issuer with that name, which is created if it does not exist yet.
    ///
    /// # Errors
    ///
    /// When the name cannot be part of a path.
    pub(crate) fn named(&self, name: &str) -> Result<Arc<Tenant>, IssuerError> {
        check_name(name).map_err(IssuerError::Name)?;
        let own = format!("{NAMED}{name}");
        Ok(self.known(&own).unwrap_or_else(|| self.add(own, None)))
    }

    /// The issuer that always fails with this failure.
    pub(crate) fn failing(&self, failure: &Failure) -> Arc<Tenant> {
        let own = format!("{FAILING}{}", failure.in_path());
        self.known(&own).unwrap_or_else(|| self.add(own, Some(failure.clone())))
    }

    /// The issuer with a name that [`name_of`](Self::name_of) returned. An issuer that always fails
    /// is created if it does not exist yet.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(crate) fn issuer(&self, name: &str) -> Result<Arc<Tenant>, IssuerError> {
        if name == DEFAULT {
            return Ok(self.default.clone());
        }
        if let Some(tenant) = self.listed(name) {
            return Ok(tenant);
        }
        match name.strip_prefix(&FAILING[1..]) {
            Some(failure) => Ok(self.failing(&Failure::parse(failure)?)),
            None => Err(IssuerError::UnknownName(name.to_owned())),
        }
    }

    /// The name of an issuer: `default`, a name, or `failing/` and a failure.
    #[cfg(feature = "control")]
    pub(crate) fn name_of(&self, tenant: &Tenant) -> String {
        let own = tenant.issuer.path.strip_prefix(&*self.default.issuer.path).unwrap_or_default();
        if own.is_empty() { DEFAULT.to_owned() } else { name(own) }
    }

    /// Removes an issuer by its name. Returns whether there was one.
    #[cfg(feature = "control")]
    pub(crate) fn remove(&self, wanted: &str) -> bool {
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        let before = others.len();
        others.retain(|own, _| name(own) != wanted);
        others.len() < before
    }

    /// Every issuer except the default one, sorted by name.
    #[cfg(feature = "control")]
    pub(crate) fn named_others(&self) -> Vec<(String, Arc<Tenant>)> {
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        let mut others: Vec<_> =
            others.iter().map(|(own, issuer)| (name(own), issuer.clone())).collect();
        others.sort_by(|(one, _), (other, _)| one.cmp(other));
        others
    }

    /// Resets the default issuer, and replaces all others with those that the configuration names.
    #[cfg(feature = "control")]
    pub(crate) fn reset(&self) {
        self.others.write().unwrap_or_else(PoisonError::into_inner).clear();
        // Restarts the numbers, so that with a seed the next issuers equal the first ones.
        self.created.store(0, Ordering::Relaxed);
        self.default.reset();
        self.create_configured();
    }

    fn failing_at(&self, own: &str, spec: &str) -> Result<Arc<Tenant>, IssuerError> {
        let spec = percent_decode_str(spec).decode_utf8()?;
        let failure = Failure::parse(&spec)?;
        if failure.selector.issuer.is_some() {
            return Err(IssuerError::NamesAnother);
        }
        Ok(self.add(own.to_owned(), Some(failure)))
    }

    /// The existing issuer with a name. Paths that differ only in their spelling, such as `%3A` for
    /// a colon, have the same name; of several issuers, this is the first by path.
    fn listed(&self, wanted: &str) -> Option<Arc<Tenant>> {
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        let named = others.iter().filter(|(own, _)| name(own) == wanted);
        named.min_by_key(|(own, _)| own.as_str()).map(|(_, issuer)| issuer.clone())
    }

    fn known(&self, own: &str) -> Option<Arc<Tenant>> {
        self.others.read().unwrap_or_else(PoisonError::into_inner).get(own).cloned()
    }

    /// Adds an issuer, unless another thread was faster.
    fn add(&self, own: String, failure: Option<Failure>) -> Arc<Tenant> {
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        let failing = others.iter().filter(|(path, _)| path.starts_with(FAILING));
        if failure.is_some() && failing.clone().count() >= MAX_FAILING {
            // Only the oldest is dropped, so that those in use keep their state.
            let oldest = failing.min_by_key(|(_, issuer)| issuer.number);
            if let Some(path) = oldest.map(|(path, _)| path.clone()) {
                others.remove(&path);
            }
        }
        // Numbered by age, so that the oldest can be found.
        let number = self.created.fetch_add(1, Ordering::Relaxed) + 1;
        let make = |own: &String| Arc::new(self.default.sibling(own, number, failure));
        let issuer = others.entry(own).or_insert_with_key(make);
        issuer.clone()
    }
}

/// Why a path or a name has no issuer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IssuerError {
    /// The path is not below the default issuer's.
    #[error("the issuer is {0}")]
    Elsewhere(String),
    #[error("there is no issuer `{0}`")]
    UnknownPath(String),
    #[error("there is no issuer `{0}`: create it, or use `{DEFAULT}`")]
    UnknownName(String),
    /// The name cannot be part of a path.
    #[error("{0}")]
    Name(String),
    #[error(transparent)]
    NotText(#[from] Utf8Error),
    #[error(transparent)]
    Failure(#[from] FailureError),
    #[error("a failing issuer must not name another `issuer`")]
    NamesAnother,
}

/// Why a failure is not armed: it could never fire.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArmError {
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    #[error("there is no client `{}`: {advice}", .id.escape_debug())]
    UnknownClient { id: String, advice: String },
}
