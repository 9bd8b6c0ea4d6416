//! The pages that an end user sees, one file each. Only these files contain selectors.
//!
//! `X::seen(&browser)` waits until the browser shows the page X. The page that follows a click depends
//! on the story, so methods that click return nothing.

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
