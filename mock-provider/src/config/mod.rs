//! Configuration: what a provider is told before it starts.

mod check;
mod defaults;
mod document;
mod draft;
mod error;
mod file;
mod key_path;
mod members;
mod settings;
mod suggestion;
mod text;
mod wording;

pub use error::{ConfigError, Fault};
pub(crate) use members::{check_client, check_user};
pub use settings::{ClaimsIn, Config, Group, Settings};
pub(crate) use suggestion::advice;
pub(crate) use text::{
    deserialize_optional_duration, deserialize_text, deserialize_time, duration,
};
pub(crate) use wording::read_members;
#[cfg(feature = "cli")]
pub(crate) use {draft::Draft, suggestion::nearest};
