//! Logins that wait for the provider's answer.
//!
//! What must not leave the app (nonce, code verifier) stays here, found by the state. A browser
//! has one cookie however many tabs are signing in; each tab has its own state.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use subtle::ConstantTimeEq as _;

use super::pkce;
use crate::base::clock::Clock;
use crate::base::random;
use crate::config::Secret;

/// How long a user may take at the provider.
pub(crate) const LIFE: Duration = Duration::from_secs(10 * 60);

/// Tabs of one browser that can be signing in at once; the oldest gives way.
const MAX_PER_BROWSER: usize = 20;

/// Pending logins altogether, about 1 KiB each; the oldest gives way.
const MAX_TOTAL: usize = 20_000;

/// One login between the redirect to the provider and the way back.
#[derive(Clone, Debug)]
pub(crate) struct PendingLogin {
    /// The name of the provider that is asked, and that alone may answer.
    pub(crate) provider: String,
    /// The value of the login cookie of the browser that began it.
    browser: String,
    pub(crate) nonce: String,
    pub(crate) code_verifier: Secret,
    /// Where the user wanted to go.
    pub(crate) return_to: String,
    started: Timestamp,
    number: u64,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct PendingLogins {
    clock: Clock,
    max_total: usize,
    waiting: Mutex<Waiting>,
}

/// Those that wait, found by state, by browser and by age: anybody can begin one, so that nothing
/// may look at all of them.
#[derive(Debug, Default)]
struct Waiting {
    by_state: HashMap<String, PendingLogin>,
    /// The states of a browser, the oldest first.
    by_browser: HashMap<String, VecDeque<String>>,
    /// The states by the numbers of their logins, the oldest first.
    by_age: BTreeMap<u64, String>,
    /// How many have begun.
    begun: u64,
}

/// Why a state opens nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StateError {
    #[error("the state is unknown: forged, used before, or too old")]
    Unknown,
    #[error("the state belongs to another browser")]
    OtherBrowser,
}

impl PendingLogins {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, max_total: MAX_TOTAL, waiting: Mutex::default() }
    }

    /// Begins a login at `provider` for the browser with this login cookie, and returns it with
    /// its state.
    pub(crate) fn begin(
        &self,
        provider: &str,
        browser: &str,
        return_to: String,
    ) -> (String, PendingLogin) {
        let now = self.clock.now();
        let state = random::unguessable();
        let mut waiting = self.waiting();
        waiting.begun += 1;
        let login = PendingLogin {
            provider: provider.to_owned(),
            browser: browser.to_owned(),
            nonce: random::unguessable(),
            code_verifier: pkce::code_verifier(),
            return_to,
            started: now,
            number: waiting.begun,
        };
        while let Some(oldest) = waiting.oldest().filter(|oldest| !oldest.1.is_alive(now)) {
            let state = oldest.0.to_owned();
            waiting.remove(&state);
        }
        if waiting.by_state.len() >= self.max_total
            && let Some(state) = waiting.oldest().map(|(state, _)| state.to_owned())
        {
            waiting.remove(&state);
        }
        let of_browser = waiting.by_browser.get(browser);
        if let Some(states) = of_browser.filter(|states| states.len() >= MAX_PER_BROWSER)
            && let Some(state) = states.front().cloned()
        {
            waiting.remove(&state);
        }
        waiting.add(state.clone(), login.clone());
        (state, login)
    }

    /// Takes the login of `state`, for the browser that began it and for one time only
    /// ([RFC 6749, section 10.12](https://www.rfc-editor.org/rfc/rfc6749#section-10.12)).
    ///
    /// # Errors
    ///
    /// When there is none. Another browser does not use the state up: the right one may still
    /// come.
    pub(crate) fn take(
        &self,
        state: &str,
        browser: Option<&str>,
    ) -> Result<PendingLogin, StateError> {
        let mut waiting = self.waiting();
        let login = waiting.by_state.get(state).ok_or(StateError::Unknown)?;
        let same_browser = browser
            .is_some_and(|browser| browser.as_bytes().ct_eq(login.browser.as_bytes()).into());
        if !same_browser {
            return Err(StateError::OtherBrowser);
        }
        let login = waiting.remove(state).ok_or(StateError::Unknown)?;
        if login.is_alive(self.clock.now()) { Ok(login) } else { Err(StateError::Unknown) }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn oldest(&self) -> Option<(&str, &PendingLogin)> {
        let (_, state) = self.by_age.first_key_value()?;
        Some((state, self.by_state.get(state)?))
    }

    fn add(&mut self, state: String, login: PendingLogin) {
        self.by_age.insert(login.number, state.clone());
        self.by_browser.entry(login.browser.clone()).or_default().push_back(state.clone());
        self.by_state.insert(state, login);
    }

    fn remove(&mut self, state: &str) -> Option<PendingLogin> {
        let login = self.by_state.remove(state)?;
        self.by_age.remove(&login.number);
        if let Some(states) = self.by_browser.get_mut(&login.browser) {
            states.retain(|own| own != state);
            if states.is_empty() {
                self.by_browser.remove(&login.browser);
            }
        }
        Some(login)
    }
}

impl PendingLogin {
    fn is_alive(&self, now: Timestamp) -> bool {
        now.duration_since(self.started).unsigned_abs() < LIFE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending() -> (PendingLogins, Clock) {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        (PendingLogins::new(clock.clone()), clock)
    }

    #[test]
    fn state_opens_its_login_once() {
        let (logins, _) = pending();
        let (state, begun) = logins.begin("provider", "browser", "/claims".to_owned());
        let taken = logins.take(&state, Some("browser")).unwrap();
        assert_eq!(taken.nonce, begun.nonce);
        assert_eq!(taken.return_to, "/claims");
        let again = logins.take(&state, Some("browser"));
        assert_eq!(again.unwrap_err(), StateError::Unknown);
    }

    #[test]
    fn another_browser_neither_opens_it_nor_uses_it_up() {
        let (logins, _) = pending();
        let (state, _) = logins.begin("provider", "browser", String::new());
        for other in [None, Some(""), Some("Browser"), Some("other")] {
            let error = logins.take(&state, other).unwrap_err();
            assert_eq!(error, StateError::OtherBrowser);
        }
        logins.take(&state, Some("browser")).unwrap();
    }

    #[test]
    fn login_is_given_up_after_ten_minutes() {
        let (logins, clock) = pending();
        let (early, _) = logins.begin("provider", "browser", String::new());
        clock.advance(Duration::from_secs(1));
        let (late, _) = logins.begin("provider", "browser", String::new());
        clock.advance(LIFE - Duration::from_secs(1));
        assert!(logins.take(&early, Some("browser")).is_err());
        assert!(logins.take(&late, Some("browser")).is_ok());
    }

    #[test]
    fn tabs_of_a_browser_are_bounded_without_touching_another() {
        let (logins, clock) = pending();
        let (other, _) = logins.begin("provider", "other", String::new());
        let (first, _) = logins.begin("provider", "browser", String::new());
        for _ in 0..MAX_PER_BROWSER {
            clock.advance(Duration::from_millis(1));
            logins.begin("provider", "browser", String::new());
        }
        assert!(logins.take(&first, Some("browser")).is_err());
        assert!(logins.take(&other, Some("other")).is_ok());
    }

    #[test]
    fn count_is_bounded() {
        let (mut logins, clock) = pending();
        logins.max_total = 3;
        let (first, _) = logins.begin("provider", "0", String::new());
        for browser in ["1", "2", "3"] {
            clock.advance(Duration::from_secs(1));
            logins.begin("provider", browser, String::new());
        }
        assert_eq!(logins.waiting().by_state.len(), 3);
        assert!(logins.take(&first, Some("0")).is_err());
        clock.advance(LIFE);
        logins.begin("provider", "after the old ones", String::new());
        assert_eq!(logins.waiting().by_state.len(), 1);
        assert_eq!(logins.waiting().by_age.len(), 1);
        assert_eq!(logins.waiting().by_browser.len(), 1);
    }
}
