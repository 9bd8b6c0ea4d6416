//! Claims about the user.

use super::mode::Mode;

pub(super) static MODES: &[Mode] = &[];
