//! Logs: one line an event, `12:00:01 MESSAGE FIELDS`, on standard error.

use std::fmt;
use std::io::IsTerminal;

use jiff::tz::TimeZone;
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::base::clock::Clock;
use crate::base::suggestion::advice;

/// Starts logging what `filter` lets through: by default from level info on.
pub(crate) fn start(filter: Option<Targets>) {
    let lines = tracing_subscriber::fmt::layer()
        .event_format(Line { zone: TimeZone::system() })
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_writer(std::io::stderr);
    let filter = filter.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    // Whoever logs already goes on doing so.
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}

/// The levels, as they are written.
const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// Reads what to log. A word alone is a level, or else a slip in one would be the name of a module
/// that logs nothing.
pub(crate) fn filter(text: &str) -> Result<Targets, String> {
    for directive in text.split(',').map(str::trim) {
        let level = directive.rsplit('=').next().unwrap_or_default();
        if !LEVELS.contains(&level.to_ascii_lowercase().as_str()) {
            return Err(format!("`{level}` is no level: {}", advice(level, &LEVELS)));
        }
    }
    text.parse().map_err(|error| format!("{error}"))
}

/// The form of a line. The time is the system's in the system's time zone, whatever time the
/// provider's clock tells.
struct Line {
    zone: TimeZone,
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let now = Clock::system().now().to_zoned_datetime(self.zone.clone());
        let (faint, colour, plain) = match (writer.has_ansi_escapes(), *event.metadata().level()) {
            (false, _) => ("", "", ""),
            (true, Level::ERROR) => ("\x1b[2m", "\x1b[31m", "\x1b[0m"),
            (true, Level::WARN) => ("\x1b[2m", "\x1b[33m", "\x1b[0m"),
            (true, _) => ("\x1b[2m", "", "\x1b[0m"),
        };
        write!(writer, "{faint}{}{plain} {colour}", now.strftime("%H:%M:%S"))?;
        match *event.metadata().level() {
            Level::ERROR => writer.write_str("error: ")?,
            Level::WARN => writer.write_str("warning: ")?,
            _ => {}
        }
        writer.write_str(plain)?;
        context.field_format().format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}
