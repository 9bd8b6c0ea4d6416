//! Failures on command: the catalogue of modes, and the engine that arms them and lets them act.
//!
//! A mode is one entry in the file of its class. It never touches a handler: handlers answer
//! honestly, and a mode acts on the finished answer when it leaves, or on a request before its
//! handler sees it.
//!
//! # How to add a mode
//!
//! 1. Add one `Entry` to the file of its class in `modes/`. Its `Mode` says what users read: name,
//!    effect, parameters, clauses, and what a correct relying party does. Start from
//!    `Mode::of(class)` and set what differs.
//! 2. Give it one or more `Act`s. The variant decides what the function gets: the claims, a `Token`
//!    in its parts, the metadata, the whole `RawResponse`, and so on. The function changes what it
//!    gets, and changes nothing if the exchange is not one that the mode is about. A `Fault` gives it
//!    the values of the parameters, the request and the issuer.
//! 3. If that takes more than a few lines, put the function into a file in `acts/`.
//! 4. Say in the audit's `Plan::of` what the user agent does. Generate `docs/failure-modes.md` again.
//!    The tests in `tests/it/failure/` run every case of the mode and compare it with a snapshot.
//!
//! Everything else follows from the entry. The engine parses the honest answer into a `Draft`, and a
//! `Turn` applies the acts of one armed failure to copies of its parts. The differences are the
//! alterations in the journal; where there are none, the failure has not fired. So a mode needs no
//! code for selectors, lifetimes or counting, nor for signing: a changed token is signed again. An
//! act that changes the state of the issuer, or answers in place of the handler, returns an `Effect`,
//! which the engine applies if it is the failure's turn.
//!
//! An act must not draw from the issuer's random source, or all later random values would change:
//! it derives values from honest ones (`derived`). Facts about earlier exchanges are in the
//! `Ledger`; an act never reads the journal.

pub(crate) mod catalogue;
mod choice;
#[cfg(any(feature = "cli", feature = "control"))]
mod description;
mod guard;
mod parse;

pub(crate) mod acts;
pub(crate) mod engine;
pub(crate) mod modes;
pub(crate) mod spec;

pub use catalogue::modes;
pub(crate) use choice::Choice;
#[cfg(any(feature = "cli", feature = "control"))]
pub(crate) use description::Description;
pub use guard::ArmedFailure;
#[cfg(feature = "cli")]
pub(crate) use parse::split_list;
pub use spec::class::Class;
pub use spec::failure::{Failure, FailureError, Lifetime, Selector};
pub use spec::mode::{Expected, Mode, Severity};
pub use spec::parameter::{Kind, Parameter};
