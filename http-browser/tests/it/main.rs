//! The user agent against a server.

mod layers;
mod navigation;
