//! Failures on command: the catalogue of modes, and what arms them and lets them act.
//!
//! A mode is one entry in its class's file. It never touches a handler: answers are made honestly,
//! and a mode acts on the finished answer where it leaves, or on a request before any handler
//! sees it.

pub(crate) mod catalogue;
mod choice;
mod description;
mod guard;
mod parse;

pub(crate) mod acts;
pub(crate) mod engine;
pub(crate) mod modes;
pub(crate) mod spec;

pub use catalogue::modes;
pub(crate) use choice::Choice;
pub(crate) use description::Description;
pub use guard::ArmedFailure;
#[cfg(feature = "cli")]
pub(crate) use parse::split_list;
pub use spec::class::Class;
pub use spec::failure::{Failure, FailureError, Lifetime, Selector};
pub use spec::mode::{Expected, Mode, Severity};
pub use spec::parameter::{Kind, Parameter};
