//! Authorization response.

use super::mode::Mode;

pub(super) static MODES: &[Mode] = &[];
