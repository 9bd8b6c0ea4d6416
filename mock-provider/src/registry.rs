//! All issuers of a provider: the default one, the named ones, and those that always fail.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use percent_encoding::percent_decode_str;

use crate::failure::Failure;
use crate::issuer::Issuer;

/// More issuers than this that always fail are not kept: a name costs memory, and anybody can make
/// one up.
const MOST_FAILING: usize = 2_000;

/// The issuers of one process, by their paths. They share the configuration and nothing else.
#[derive(Debug)]
pub(crate) struct Registry {
    default: Issuer,
    /// By their paths below the default one's: `/issuers/acme`, `/failing/id-token-alg-none`.
    others: RwLock<HashMap<String, Issuer>>,
}

/// Where named issuers are.
const NAMED: &str = "/issuers/";

/// Where issuers are that always fail.
const FAILING: &str = "/failing/";

impl Registry {
    /// A registry of one issuer.
    pub(crate) fn new(default: Issuer) -> Self {
        Self { default, others: RwLock::default() }
    }

    /// The issuer that everything else derives from.
    pub(crate) fn default_issuer(&self) -> &Issuer {
        &self.default
    }

    /// The issuer that serves a path, and the rest of the path below it.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub(crate) fn find<'a>(&self, path: &'a str) -> Result<(Issuer, &'a str), String> {
        let Some(rest) = below(path, &self.default.path) else {
            let home = &self.default.url;
            return Err(format!("the issuer is {home}"));
        };
        let Some(own) = own_path(rest) else { return Ok((self.default.clone(), rest)) };
        let rest = &rest[own.len()..];
        let rest = if rest.is_empty() { "/" } else { rest };
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
    pub(crate) fn named(&self, name: &str) -> Result<Issuer, String> {
        let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if name.is_empty() || name.starts_with('.') || !name.bytes().all(sound) {
            return Err(format!(
                "an issuer's name has letters, digits, `-`, `.`, `_` and `~`, but it is `{name}`"
            ));
        }
        let own = format!("{NAMED}{name}");
        Ok(self.known(&own).unwrap_or_else(|| self.add(own, None)))
    }

    /// The issuer that always fails so.
    pub(crate) fn failing(&self, failure: &Failure) -> Issuer {
        let own = format!("{FAILING}{}", failure.in_path());
        self.known(&own).unwrap_or_else(|| self.add(own, Some(failure.clone())))
    }

    /// Forgets a named issuer. True when there was one.
    pub(crate) fn remove(&self, name: &str) -> bool {
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        others.remove(&format!("{NAMED}{name}")).is_some()
    }

    /// Every issuer but the default one.
    pub(crate) fn others(&self) -> Vec<Issuer> {
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        others.values().cloned().collect()
    }

    fn failing_at(&self, own: &str, spec: &str) -> Result<Issuer, String> {
        let spec = percent_decode_str(spec).decode_utf8().map_err(|error| error.to_string())?;
        let failure = Failure::parse(&spec).map_err(|error| error.to_string())?;
        Ok(self.add(own.to_owned(), Some(failure)))
    }

    fn known(&self, own: &str) -> Option<Issuer> {
        self.others.read().unwrap_or_else(PoisonError::into_inner).get(own).cloned()
    }

    /// Adds an issuer, unless somebody was faster.
    fn add(&self, own: String, failure: Option<Failure>) -> Issuer {
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        let failing = |path: &&String| path.starts_with(FAILING);
        if failure.is_some() && others.keys().filter(failing).count() >= MOST_FAILING {
            others.retain(|path, _| !path.starts_with(FAILING));
        }
        let number = others.len() + 1;
        let issuer = others.entry(own).or_insert_with_key(|own| {
            let issuer = self.default.sibling(own, number);
            if let Some(failure) = failure {
                issuer.failures.always(failure);
            }
            issuer
        });
        issuer.clone()
    }
}

/// The start of a path that leads to another issuer than the default one.
pub(crate) fn own_path(path: &str) -> Option<&str> {
    let prefix = [NAMED, FAILING].into_iter().find(|prefix| path.starts_with(prefix))?;
    let end = path[prefix.len()..].find('/').map_or(path.len(), |end| prefix.len() + end);
    Some(&path[..end])
}

/// The rest of a path below a base: `None` where it is elsewhere.
fn below<'a>(path: &'a str, base: &str) -> Option<&'a str> {
    match path.strip_prefix(base)? {
        "" => Some("/"),
        rest if rest.starts_with('/') => Some(rest),
        _ => None,
    }
}
