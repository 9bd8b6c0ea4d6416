//! The user agent against a server.

mod navigation;
