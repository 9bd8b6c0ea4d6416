//! .
#[cfg_attr(
    not(test),
    expect(dead_code, unused_imports, reason = "the endpoints use the pages")
)]
mod ui;
