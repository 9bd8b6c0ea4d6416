//! One issuer of a provider, as a test holds it.

use std::fmt;
use std::sync::Arc;

use crate::base::clock::Clock;
use crate::exchange::journal::Exchange;
use crate::failure::ArmedFailure;
use crate::failure::spec::failure::Failure;
use crate::handle::end_user;
use crate::handle::end_user::AuthorizeError;
use crate::host::registry::Registry;
use crate::host::tenant;
use crate::host::tenant::Tenant;
use crate::jose::keys::Keys;

/// An issuer of a running [`MockProvider`](crate::MockProvider): the default one, which the provider
/// stands for, a [named](crate::MockProvider::named) one, or one that [always
/// fails](crate::MockProvider::failing).
///
/// Issuers share their settings, and no state: each has its own users, clients, keys, clock,
/// sessions, codes and tokens, journal and failures. One that always fails has the users and
/// clients of the default one.
#[derive(Clone, Debug)]
pub struct IssuerHandle {
    registry: Arc<Registry>,
    tenant: Arc<Tenant>,
}

impl IssuerHandle {
    pub(crate) fn new(registry: Arc<Registry>, tenant: Arc<Tenant>) -> Self {
        Self { registry, tenant }
    }

    /// The issuer identifier, such as `http://127.0.0.1:41234`: what an application is configured
    /// with.
    pub fn issuer(&self) -> &str {
        &self.tenant.issuer.url
    }

    /// The issuer's clock: [advance](Clock::advance) it, and tokens expire.
    pub fn clock(&self) -> &Clock {
        &self.tenant.issuer.clock
    }

    /// The issuer's keys: [rotate](Keys::rotate) them, and relying parties must fetch them anew.
    pub fn keys(&self) -> &Keys {
        &self.tenant.issuer.keys
    }

    /// What was asked and answered so far, oldest first.
    pub fn journal(&self) -> Vec<Exchange> {
        self.tenant.journal.exchanges()
    }

    /// Forgets what was asked and answered so far.
    pub fn clear_journal(&self) {
        self.tenant.journal.clear();
    }

    /// Arms a failure, until the guard is dropped. A failure that never fires fails the test.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use mock_provider::MockProvider;
    /// use mock_provider::failure::Failure;
    ///
    /// let provider = MockProvider::start().await;
    /// let expired = provider.fail("id-token-exp-invalid:value=-10min").may_not_fire();
    /// let later = Failure::parse("id-token-exp-invalid").expect("is known").client("demo-app").nth(3);
    /// let third = provider.fail(later).may_not_fire();
    /// assert_eq!((expired.fired(), third.fired()), (0, 0));
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When the failure is written wrongly, or is for an issuer or client that nobody knows; the message
    /// offers the nearest right one.
    #[track_caller]
    pub fn fail<F>(&self, failure: F) -> ArmedFailure
    where
        F: TryInto<Failure>,
        F::Error: fmt::Display,
    {
        match failure.try_into() {
            Ok(failure) => match self.registry.arm(&self.tenant, failure) {
                Ok((tenant, armed)) => ArmedFailure::new(Arc::clone(&tenant.failures), armed),
                Err(error) => panic!("{error}"),
            },
            Err(error) => panic!("{error}"),
        }
    }

    /// Clears every failure of this issuer, however it was armed.
    pub fn clear_failures(&self) {
        self.tenant.failures.clear_all();
    }

    /// Goes back to the beginning: users, clients, keys, clock and failures as configured, nobody
    /// signed in, no code or token valid, an empty journal whose numbers go on. With a seed, codes
    /// and tokens repeat from the first.
    pub fn reset(&self) {
        self.tenant.reset();
    }

    /// Ends every session of a user, as an administrator or another application would, and delivers
    /// logout tokens to the clients that want them. Returns how many sessions ended.
    ///
    /// Each delivery stands in the [journal](Self::journal) when this returns.
    pub async fn log_out(&self, subject: &str) -> usize {
        tenant::log_out(&self.tenant, subject).await
    }

    /// Walks an authorization request as an end user would: opens `authorization_url`, signs in on
    /// the page as `subject`, and returns the address that the browser is sent back to.
    ///
    /// A configured password is entered. The browser is a fresh one: nobody is signed in before.
    /// Where no page is shown, `subject` is not asked for:
    /// [`Settings::auto_login`](crate::Settings::auto_login) and
    /// [`Settings::login_hint_signs_in`](crate::Settings::login_hint_signs_in) sign in whom they
    /// name.
    ///
    /// # Errors
    ///
    /// When the address is not that of this issuer's authorization endpoint, when the provider
    /// shows an error page, or when the answer would come by `form_post`, which needs a browser. A
    /// refusal that the provider tells the client is no error: it stands in the address.
    pub async fn authorize_as(
        &self,
        subject: &str,
        authorization_url: &str,
    ) -> Result<String, AuthorizeError> {
        end_user::authorize(&self.registry, &self.tenant.issuer, subject, authorization_url).await
    }
}
