//! The control API: what the Rust handles do, over HTTP and JSON.

mod access;
mod api;
mod body;
mod catalogue;
mod clients;
mod clock;
mod entrance;
mod error;
mod failures;
mod guard;
mod issuers;
mod journal;
mod keys;
mod sessions;
mod target;
mod tokens;
mod users;

pub(crate) use entrance::add_to;
