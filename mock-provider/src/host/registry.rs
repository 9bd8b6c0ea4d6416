//! All issuers of a provider: the default one, the named ones, and those that always fail.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use percent_encoding::percent_decode_str;

use crate::base::issuer_path::{
    DEFAULT, FAILING, NAMED, below, check_name, name, normalized, own_path,
};
use crate::base::suggestion::advice;
use crate::failure::engine::armed::Armed;
use crate::failure::spec::failure::Failure;
use crate::host::tenant::Tenant;

/// More issuers than this that always fail are not kept: a name costs memory, and anybody can make
/// one up.
const MAX_FAILING: usize = 2_000;

/// The issuers of one process, by their paths. They share the configuration and nothing else.
#[derive(Debug)]
pub(crate) struct Registry {
    default: Arc<Tenant>,
    /// By their paths below the default one's: `/issuers/acme`, `/failing/id-token-alg-none`.
    others: RwLock<HashMap<String, Arc<Tenant>>>,
    /// How many others were made since the beginning.
    made: AtomicUsize,
}

impl Registry {
    /// A registry of an issuer and of those that its configuration names.
    pub(crate) fn new(default: Arc<Tenant>) -> Self {
        let registry = Self { default, others: RwLock::default(), made: AtomicUsize::new(0) };
        registry.begin();
        registry
    }

    /// Makes the named issuers that the configuration has.
    fn begin(&self) {
        for name in &self.default.issuer.settings.issuers {
            // The names are checked with the configuration.
            let _ = self.named(name);
        }
    }

    /// Arms a failure at an issuer, or at the one that the failure names.
    ///
    /// # Errors
    ///
    /// When there is none of that name.
    pub(crate) fn arm(
        &self,
        at: &Arc<Tenant>,
        failure: Failure,
    ) -> Result<(Arc<Tenant>, Arc<Armed>), ArmError> {
        let tenant = match &failure.selector.issuer {
            Some(name) => self.issuer(name).map_err(ArmError::Issuer)?,
            None => Arc::clone(at),
        };
        let issuer = &tenant.issuer;
        if let Some(id) = &failure.selector.client
            && issuer.client(id).is_none()
        {
            let directory = issuer.directory.now();
            let known: Vec<_> = directory.clients.iter().map(|client| &*client.id).collect();
            let advice = advice(id, &known);
            let reason = format!("there is no client `{}`: {advice}", id.escape_debug());
            return Err(ArmError::Client(reason));
        }
        let armed = tenant.failures.arm(failure, &issuer.clock);
        Ok((tenant, armed))
    }

    /// The issuer that everything else derives from.
    pub(crate) fn default_tenant(&self) -> &Arc<Tenant> {
        &self.default
    }

    /// The issuer that serves a path, and the rest of the path below it.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub(crate) fn find<'a>(&self, path: &'a str) -> Result<(Arc<Tenant>, &'a str), String> {
        let Some(rest) = below(path, &self.default.issuer.path) else {
            let home = &self.default.issuer.url;
            return Err(format!("the issuer is {home}"));
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
            None => Err(format!("there is no issuer `{}`", &own[NAMED.len()..])),
        }
    }

    /// The issuer of that name, made when there is none yet.
    ///
    /// # Errors
    ///
    /// When the name cannot be part of a path.
    pub(crate) fn named(&self, name: &str) -> Result<Arc<Tenant>, String> {
        check_name(name)?;
        let own = format!("{NAMED}{name}");
        Ok(self.known(&own).unwrap_or_else(|| self.add(own, None)))
    }

    /// The issuer that always fails so.
    pub(crate) fn failing(&self, failure: &Failure) -> Arc<Tenant> {
        let own = format!("{FAILING}{}", failure.in_path());
        self.known(&own).unwrap_or_else(|| self.add(own, Some(failure.clone())))
    }

    /// The issuer of a name as [`name_of`](Self::name_of) gives it. One that always fails is made
    /// when there is none yet.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub(crate) fn issuer(&self, name: &str) -> Result<Arc<Tenant>, String> {
        if name == DEFAULT {
            return Ok(self.default.clone());
        }
        // Under the name that it is listed by, however its address is written.
        let listed = self.named_others().into_iter().find(|(known, _)| known == name);
        if let Some((_, issuer)) = listed {
            return Ok(issuer);
        }
        if let Some(failure) = name.strip_prefix(&FAILING[1..]) {
            let failure = Failure::parse(failure).map_err(|error| error.to_string())?;
            return Ok(self.spelt(name).unwrap_or_else(|| self.failing(&failure)));
        }
        Err(format!("there is no issuer `{name}`: make one, or take `{DEFAULT}` for the first"))
    }

    /// What an issuer is called: `default`, a name, or `failing/` and a failure.
    #[cfg(feature = "control")]
    pub(crate) fn name_of(&self, tenant: &Tenant) -> String {
        let own = tenant.issuer.path.strip_prefix(&*self.default.issuer.path).unwrap_or_default();
        if own.is_empty() { DEFAULT.to_owned() } else { name(own) }
    }

    /// Forgets an issuer by its name. True when there was one.
    #[cfg(feature = "control")]
    pub(crate) fn remove(&self, wanted: &str) -> bool {
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        let before = others.len();
        others.retain(|own, _| name(own) != wanted);
        others.len() < before
    }

    /// Every issuer but the default one, by name.
    pub(crate) fn named_others(&self) -> Vec<(String, Arc<Tenant>)> {
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        let mut others: Vec<_> =
            others.iter().map(|(own, issuer)| (name(own), issuer.clone())).collect();
        others.sort_by(|(one, _), (other, _)| one.cmp(other));
        others
    }

    /// Resets the default issuer, forgets all others, and begins with those that are configured.
    #[cfg(feature = "control")]
    pub(crate) fn reset(&self) {
        self.others.write().unwrap_or_else(PoisonError::into_inner).clear();
        // With a seed, those that come next are like those that came first.
        self.made.store(0, Ordering::Relaxed);
        self.default.reset();
        self.begin();
    }

    fn failing_at(&self, own: &str, spec: &str) -> Result<Arc<Tenant>, String> {
        let spec = percent_decode_str(spec).decode_utf8().map_err(|error| error.to_string())?;
        let failure = Failure::parse(&spec).map_err(|error| error.to_string())?;
        if failure.selector.issuer.is_some() {
            return Err("this is an issuer of its own: leave `issuer` out".to_owned());
        }
        Ok(self.add(own.to_owned(), Some(failure)))
    }

    /// The issuer that somebody asked by a path of that name. A path can be spelt in many ways, such
    /// as `%3A` for a colon, and the issuer's URL is spelt as the relying party has it. Of several,
    /// the first by its path.
    fn spelt(&self, wanted: &str) -> Option<Arc<Tenant>> {
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        let spelt = others.iter().filter(|(own, _)| name(own) == wanted);
        spelt.min_by_key(|(own, _)| own.as_str()).map(|(_, issuer)| issuer.clone())
    }

    fn known(&self, own: &str) -> Option<Arc<Tenant>> {
        self.others.read().unwrap_or_else(PoisonError::into_inner).get(own).cloned()
    }

    /// Adds an issuer, unless somebody was faster.
    fn add(&self, own: String, failure: Option<Failure>) -> Arc<Tenant> {
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        let failing = others.iter().filter(|(path, _)| path.starts_with(FAILING));
        if failure.is_some() && failing.clone().count() >= MAX_FAILING {
            // The oldest leaves, lest all that are in use begin anew.
            let oldest = failing.min_by_key(|(_, issuer)| issuer.number);
            if let Some(path) = oldest.map(|(path, _)| path.clone()) {
                others.remove(&path);
            }
        }
        // Never one that was given since the beginning: cookies and seeds are told apart by it.
        let number = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        let make = |own: &String| Arc::new(self.default.sibling(own, number, failure));
        let issuer = others.entry(own).or_insert_with_key(make);
        issuer.clone()
    }
}

/// Why a failure is not armed: nobody would ever meet it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArmError {
    #[error("{0}")]
    Issuer(String),
    #[error("{0}")]
    Client(String),
}
