//! The control API: what it changes and tells, and whom it refuses.

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
