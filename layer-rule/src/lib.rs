//! Checks that the modules of a crate import in one direction only.
//!
//! The source is divided into *rooms*: folders such as `net` and `net/wire`, or single files such as
//! `app` for `app.rs`. They are listed in order, and a room may import only from rooms listed above
//! it. Because the list is a total order, following it also rules out cycles between rooms.
//!
//! - A file belongs to the longest listed room that is a prefix of its module path. `lib.rs`,
//!   `main.rs` and the programs in `bin/` belong to none and may import anything.
//! - A path leads to the longest listed room that is a prefix of it. What `mod.rs` re-exports
//!   therefore belongs to the room of that `mod.rs`.
//! - A room and the rooms nested in it are separate: where `failure/engine` is listed above
//!   `failure`, the latter may import the former, and not the reverse.

mod architecture;
mod layers;
mod paths;
mod rules;

pub use crate::layers::assert_layers;
