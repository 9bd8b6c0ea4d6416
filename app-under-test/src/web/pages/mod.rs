//! The pages that browsers load and the endpoints that providers call: one file per URL.

pub(crate) mod assets;
pub(crate) mod backchannel_logout;
pub(crate) mod base;
pub(crate) mod callback;
pub(crate) mod claims;
pub(crate) mod frontchannel_logout;
pub(crate) mod health;
pub(crate) mod home;
pub(crate) mod logged_out;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod method_not_allowed;
pub(crate) mod not_found;

mod claims_table;
mod denied;
mod error;
mod page;
mod redirect;
mod signed_out;
