//! Sequence and time.

use super::mode::Mode;

pub(super) static MODES: &[Mode] = &[];
