//! The control API: what it changes and reports, and which callers it refuses.

mod access;
mod client;
mod clock;
mod description;
mod failures;
mod issuers;
mod journal;
mod keys;
mod sessions;
mod users;
