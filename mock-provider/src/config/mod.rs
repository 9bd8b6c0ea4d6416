//! Configuration: a file, the environment and options become a valid [`Config`](config::Config).

pub(crate) mod defaults;
pub(crate) mod draft;
pub(crate) mod file;
