//! What an issuer begins with, and goes back to when it is reset.

use std::sync::Arc;

use crate::base::clock::Clock;
use crate::directory::directory::Directory;
use crate::failure::engine::spec::Failure;
use crate::issuer::issuer::Issuer;
use crate::jose::key_set::KeySet;

/// The state of an issuer that nobody has asked yet.
#[derive(Debug)]
pub(crate) struct Initial {
    /// Users and clients; `None` where they are another issuer's.
    pub(crate) directory: Option<Arc<Directory>>,
    /// What is armed.
    pub(crate) failures: Vec<Failure>,
    pub(crate) clock: Clock,
    pub(crate) keys: Arc<KeySet>,
    pub(crate) seed: Option<u64>,
}

impl Issuer {
    /// Arms what is armed from the beginning.
    pub(crate) fn begin(self) -> Self {
        for failure in &self.initial.failures {
            match self.initial.directory {
                Some(_) => drop(self.failures.arm(failure.clone(), &self.clock)),
                // Always fails, from when somebody asks.
                None => self.failures.always(failure.clone()),
            }
        }
        self
    }

    /// Goes back to the beginning: users, clients, keys, clock and failures as configured, nobody
    /// signed in, no code or token valid, an empty journal whose numbers go on.
    pub(crate) fn reset(&self) {
        let Initial { directory, failures: _, clock, keys, seed } = &self.initial;
        self.failures.clear_all();
        if let Some(directory) = directory {
            self.directory.replace(Arc::clone(directory));
        }
        self.clock.become_like(clock);
        self.keys.restore(Arc::clone(keys));
        self.random.reseed(*seed);
        *self.sessions() = Default::default();
        *self.grants() = Default::default();
        self.journal.clear();
        self.clone().begin();
    }
}
