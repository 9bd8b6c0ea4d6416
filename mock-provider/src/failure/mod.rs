//! Failures on command: the catalogue of modes, and what arms them and lets them act.
//!
//! A mode is one entry in its class's file. It never touches a handler: answers are made honestly,
//! and a mode acts on the finished answer where it leaves, or on a request before any handler
//! sees it.

mod algorithm_confusion;
mod altered_metadata;
mod altered_response;
mod altered_tokens;
mod armed;
mod brought_key;
mod catalogue;
mod choice;
mod claim_shape;
mod class;
mod cross_jwt;
mod delivery;
mod description;
mod diff;
mod draft;
mod exit;
mod fault;
mod foreign_jwk;
mod foreign_key;
mod front_channel;
mod guard;
mod hash;
mod impostor;
mod key_name;
mod malformed;
mod markup;
mod mismatched_encryption;
mod mode;
mod near_miss;
mod offer;
mod oversize;
mod parameter;
mod payload;
mod replay;
mod rotation;
mod sourced_claims;
mod spec;
mod stolen_code;
mod token;
mod token_request;
mod weak_algorithm;
mod weak_key;
mod wrong_claim;

mod authorization;
mod discovery;
mod id_token_claims;
mod id_token_header;
mod id_token_signature;
mod jwks;
mod logout;
mod logout_page;
mod logout_token;
mod network;
mod refresh;
mod sequence;
mod token_response;
mod user_claims;
mod userinfo;

pub(crate) use armed::{Armed, Failures};
pub(crate) use brought_key::{certificates_in_pem, key_set};
pub use catalogue::modes;
pub(crate) use choice::Choice;
pub use class::Class;
pub(crate) use delivery::deliver;
pub(crate) use description::Description;
pub(crate) use exit::{Before, Entered, enter, leave};
pub use guard::ArmedFailure;
pub use mode::{Expected, Mode, Severity};
pub use parameter::{Kind, Parameter};
#[cfg(feature = "cli")]
pub(crate) use spec::split_list;
pub use spec::{Failure, FailureError, Lifetime, Selector};
