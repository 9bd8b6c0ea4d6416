//! Logs on standard error, one line per event: `12:00:01 MESSAGE FIELDS`.

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

/// Starts logging the events that `filter` accepts. Default: level info and above.
pub(crate) fn start(filter: Option<Targets>) {
    let lines = tracing_subscriber::fmt::layer()
        .event_format(Line { zone: TimeZone::system() })
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_writer(std::io::stderr);
    let filter = filter.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    // An embedding program may have its own logging: keep it.
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}

/// The names of the levels.
const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// Parses the filter. A single word must be a level; otherwise a misspelt level would count as a
/// module that logs nothing.
pub(crate) fn filter(text: &str) -> Result<Targets, String> {
    for directive in text.split(',').map(str::trim) {
        let level = directive.rsplit('=').next().unwrap_or_default();
        if !LEVELS.contains(&level.to_ascii_lowercase().as_str()) {
            return Err(format!("`{level}` is not a level: {}", advice(level, &LEVELS)));
        }
    }
    text.parse().map_err(|error| format!("{error}"))
}

/// The format of a line. The time is that of the system in its time zone, not that of the provider's
/// clock.
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
