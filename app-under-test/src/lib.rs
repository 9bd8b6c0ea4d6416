//! An OpenID Connect relying party: a small web application that signs its users in at a provider
//! by the authorization code flow, with all checks that the specifications require.
//!
//! The app shows the signed-in user's name, groups and claims. It is configured by environment
//! variables ([`Config::from_variables`]), served by [`App::start`], and reads the time from a
//! [`Clock`], which a test may move.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use app_under_test::{App, Config};
//!
//! // Bound first, because the configuration contains the address.
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let address = listener.local_addr()?;
//! let config = Config::from_variables([
//!     ("OIDC_AUTHORITY".into(), "http://localhost:9400".into()),
//!     ("OIDC_CLIENT_ID".into(), "app".into()),
//!     ("OIDC_CLIENT_SECRET".into(), "s3cret".into()),
//!     ("OIDC_REDIRECT_URI".into(), format!("http://{address}/auth/callback")),
//! ])?;
//! let app = App::start(listener, config);
//! println!("{}", app.base_url());
//! # Ok(())
//! # }
//! ```
//!
//! The steps of a login, and the modules that perform them:
//!
//! | step | module |
//! | --- | --- |
//! | the browser requests `/auth/login` | `web::pages::login` |
//! | state, nonce and code verifier are generated and stored | `oidc::pending_login`, `oidc::pkce` |
//! | the browser is redirected to the provider | `oidc::authorization` |
//! | the provider redirects it to `/auth/callback` | `web::pages::callback`, `oidc::callback` |
//! | the code is redeemed | `oidc::token` |
//! | the ID token is checked | `oidc::id_token`, `oidc::jwks` |
//! | the user's other claims are requested | `oidc::userinfo` |
//! | the policy service, if there is one, is queried | `flows::policy` |
//! | a session begins | `session::sessions` |
//! | access is checked at each later request | `web::access` |
//! | tokens that are about to expire are refreshed | `flows::refresh` |
//! | the provider ends a session | `flows::sign_out`, `oidc::logout_token` |

mod app;
mod base;
pub mod cli;
pub mod config;
mod flows;
mod oidc;
mod session;
mod web;

pub use crate::app::App;
pub use crate::base::clock::Clock;
pub use crate::config::{Config, ConfigError, ConfigErrors};
pub use crate::web::server::RunningApp;
