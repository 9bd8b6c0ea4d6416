//! The control API: what a test in Rust does to an issuer by its handle, by HTTP and JSON.

mod access;
mod api;
mod body;
mod catalogue;
mod clients;
mod clock;
mod entrance;
mod failures;
mod guard;
mod issuers;
mod journal;
mod keys;
mod refused;
mod sessions;
mod target;
mod tokens;
mod users;

pub(crate) use entrance::beside;
