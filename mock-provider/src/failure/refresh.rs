//! Refresh.

use super::mode::Mode;

pub(super) static MODES: &[Mode] = &[];
