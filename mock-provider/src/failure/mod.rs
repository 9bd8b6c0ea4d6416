//! Failures on command: the catalogue of modes, and what arms them and lets them act.
//!
//! A mode is one entry in its class's file. It never touches a handler: answers are made honestly,
//! and a mode acts on the finished answer where it leaves, or on a request before any handler
//! sees it.

mod catalogue;
mod choice;
mod description;
mod guard;

pub(crate) mod acts;
pub(crate) mod engine;
pub(crate) mod modes;

pub use catalogue::modes;
pub(crate) use choice::Choice;
pub(crate) use description::Description;
pub use engine::class::Class;
pub use engine::mode::{Expected, Mode, Severity};
pub use engine::parameter::{Kind, Parameter};
pub use engine::spec::{Failure, FailureError, Lifetime, Selector};
pub use guard::ArmedFailure;
