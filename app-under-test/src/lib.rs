//! A relying party of OpenID Connect: a small web application that signs its users in at a
//! provider, by the authorization code flow, with every check that the specifications ask for.
//!
//! The app greets whoever signed in, and shows the groups and claims that the provider sent.
//! It is configured by environment variables ([`Config::from_variables`]), served by
//! [`App::start`], and told the time by a [`Clock`], which a test may hold.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use app_under_test::{App, Config};
//!
//! // The address is known before the configuration that needs it.
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
//! One login, in the order of the code that it runs through:
//!
//! | step | module |
//! | --- | --- |
//! | the browser asks for `/auth/login` | `web::pages::login` |
//! | state, nonce and code verifier are made and kept | `oidc::pending_login`, `oidc::pkce` |
//! | the browser is sent to the provider | `oidc::authorization` |
//! | the provider sends it back to `/auth/callback` | `web::pages::callback`, `oidc::callback` |
//! | the code is redeemed | `oidc::token` |
//! | the ID token is checked, step by step | `oidc::id_token`, `oidc::jwks` |
//! | the user's other claims are asked for | `oidc::userinfo` |
//! | a policy service is asked, if there is one | `flows::policy` |
//! | a session begins | `session::sessions` |
//! | every later request is let in or refused | `web::access` |
//! | the tokens are about to expire, and are refreshed | `flows::refresh` |
//! | the provider says that a session is over | `flows::sign_out`, `oidc::logout_token` |

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
