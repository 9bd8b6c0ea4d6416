//! The web server: routes, middleware and pages.

pub(crate) mod access;
pub(crate) mod pages;
pub(crate) mod request_id;
pub(crate) mod router;
pub(crate) mod server;
