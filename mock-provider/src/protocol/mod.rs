//! The wire formats: parameters, requests, responses and error codes as the specifications define
//! them.
//!
//! Pure types, independent of HTTP frameworks, configuration, time and state.

pub(crate) mod authorization;
pub(crate) mod error_description;
pub(crate) mod id_token;
pub(crate) mod logout_token;
pub(crate) mod metadata;
pub(crate) mod parameters;
pub(crate) mod pkce;
pub(crate) mod registration;
pub(crate) mod response_type;
pub(crate) mod scope;
pub(crate) mod session_state;
pub(crate) mod token;
