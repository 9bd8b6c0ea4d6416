//! The pages that an end user meets, one file each: nobody else knows where on a page what is.
//!
//! `X::seen(&browser)` waits until the browser shows the page X. What follows a click is for the
//! story to say, since it depends on more than the page: hence a click returns nothing.

mod claims;
mod confirm_logout;
mod denied;
mod home;
mod logged_out;
mod provider_logout;
mod sign_in;
mod sign_in_failed;
mod welcome;

pub use claims::Claims;
pub use confirm_logout::ConfirmLogout;
pub use denied::Denied;
pub use home::Home;
pub use logged_out::LoggedOut;
pub use provider_logout::ProviderLogout;
pub use sign_in::SignIn;
pub use sign_in_failed::SignInFailed;
pub use welcome::Welcome;
