//! Runs one browser test: in its turn, within a limit, closed and traced whatever happens.

use std::any::{Any, type_name_of_val};
use std::cell::RefCell;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::{Result, anyhow};
use browser::{Browser, Engine, Installed, Settings, process_group};
use futures_util::FutureExt;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::log::Log;
use crate::stack::{Stack, StackBuilder};
use crate::trace::Trace;

/// How long the body of a test may take, slow motion apart. Most take a second.
const LIMIT: Duration = Duration::from_secs(60);

/// How many browsers may work at once: as many as there are cores. More only makes each slower.
static CORES: LazyLock<usize> = LazyLock::new(|| available_parallelism().map_or(1, usize::from));
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(*CORES));

/// What a test's body works with.
pub struct Test {
    settings: Settings,
    installed: Installed,
    browsers: RefCell<Vec<Browser>>,
    attachments: RefCell<Vec<Attachment>>,
}

struct Attachment {
    file: &'static str,
    content: Box<dyn Fn() -> String>,
}

type Outcome = Result<Result<()>, Box<dyn Any + Send>>;

impl Test {
    /// Opens a browser with a profile of its own: a second one is another end user's.
    ///
    /// # Errors
    ///
    /// See [`Browser::start`].
    pub async fn browser(&self) -> Result<Browser> {
        let browser = Browser::start(&self.settings, &self.installed).await?;
        self.browsers.borrow_mut().push(browser.clone());
        Ok(browser)
    }

    /// Starts a provider and an app. The trace gets what the provider was asked.
    ///
    /// # Errors
    ///
    /// See [`StackBuilder::start`].
    pub async fn stack(&self, stack: StackBuilder) -> Result<Stack> {
        let stack = stack.start().await?;
        let journal = stack.journal();
        self.attach("provider.json", move || {
            serde_json::to_string_pretty(&journal()).unwrap_or_else(|error| error.to_string())
        });
        Ok(stack)
    }

    /// Adds a file to the trace. `content` is asked for when the test has failed.
    pub fn attach(&self, file: &'static str, content: impl Fn() -> String + 'static) {
        self.attachments.borrow_mut().push(Attachment { file, content: Box::new(content) });
    }

    async fn keep_trace(&self, trace: &Trace, failure: &str, log: &Log) -> io::Result<()> {
        trace.keep("error.txt", failure)?;
        trace.keep("servers.log", log.text())?;
        for attachment in self.attachments.borrow().iter() {
            trace.keep(attachment.file, (attachment.content)())?;
        }
        let browsers = self.browsers.borrow().clone();
        for (index, browser) in browsers.iter().enumerate() {
            trace.keep_browser(index + 1, browser).await?;
        }
        eprintln!("what happened: {}", trace.folder().display());
        Ok(())
    }

    /// Closes every browser.
    ///
    /// # Errors
    ///
    /// When a process of theirs is left.
    async fn close(&self) -> Result<()> {
        for browser in self.browsers.take() {
            let group = browser.process_group();
            browser.close().await;
            if let Some(group) = group {
                process_group::wait_until_gone(group).await?;
            }
        }
        Ok(())
    }
}

/// Runs a browser test in the browser of the settings, see [`settings`](crate::settings).
///
/// # Errors
///
/// Those of the body, which also may panic as tests do; a body that takes longer than a minute; a
/// browser that left a process behind. Whichever it is, the browser is closed, and the trace says
/// more: its folder is printed.
pub async fn browser_test(body: impl AsyncFnOnce(&Test) -> Result<()>) -> Result<()> {
    let settings = Settings::from_environment()?;
    let installed = settings.default_browser()?;
    browser_test_with(settings, installed, body).await
}

/// Runs a browser test in a certain browser, beside the run in the [usual](browser_test) one.
///
/// It is left out, and the first such test says so, where `E2E_BROWSER` chooses one browser for
/// all tests, and, for Firefox, where that or geckodriver is not installed: its driver comes with
/// few systems. Chrome is as good as Chromium.
///
/// # Errors
///
/// See [`browser_test`].
pub async fn browser_test_in(
    engine: Engine,
    body: impl AsyncFnOnce(&Test) -> Result<()>,
) -> Result<()> {
    let settings = Settings::from_environment()?;
    if let Some(chosen) = settings.engine {
        if chosen != engine {
            leave_out(engine, &format!("E2E_BROWSER chooses {chosen}"));
        }
        return Ok(());
    }
    let found = match engine {
        Engine::Chromium => settings
            .browser(Engine::Chromium)
            .or_else(|missing| settings.browser(Engine::Chrome).map_err(|_| missing)),
        _ => settings.browser(engine),
    };
    let usable = found.and_then(|found| settings.driver(engine).map(|_| found));
    match usable {
        Ok(installed) => browser_test_with(settings, installed, body).await,
        Err(_) if engine == Engine::Firefox => {
            let why = "it or geckodriver is not installed; \
                       ./scripts/install-browsers.sh --firefox does that";
            leave_out(engine, why);
            Ok(())
        }
        Err(missing) => Err(missing),
    }
}

/// Says, once a browser, that the tests in it are left out.
fn leave_out(engine: Engine, why: &str) {
    static SAID: Mutex<Vec<Engine>> = Mutex::new(vec![]);
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if !said.contains(&engine) {
        said.push(engine);
        // Not `eprintln`, whose output is kept from sight for tests that pass.
        let _ = writeln!(io::stderr(), "\nleft out: the browser tests in {engine}: {why}");
    }
}

/// Runs a browser test with settings other than the environment's.
///
/// # Errors
///
/// See [`browser_test`].
pub async fn browser_test_with<Body>(
    settings: Settings,
    installed: Installed,
    body: Body,
) -> Result<()>
where
    Body: AsyncFnOnce(&Test) -> Result<()>,
{
    let name = name_of(&body);
    let _turn = TURNS.acquire_many(weight(installed.engine)).await?;
    let trace = Trace::begin(&name)?;
    let log = Log::begin();
    let test =
        Test { settings, installed, browsers: RefCell::default(), attachments: RefCell::default() };
    let outcome = outcome_of(&test, body).await;
    let failure = failure_of(&outcome);
    if failure.is_some() || test.settings.keep {
        let failure = failure.unwrap_or_default();
        if let Err(error) = test.keep_trace(&trace, &failure, &log).await {
            // The test's own error is what matters.
            eprintln!("cannot keep the trace of {name}: {error}");
        }
    }
    let closed = test.close().await;
    match outcome {
        Ok(result) => result.and(closed),
        Err(panic) => resume_unwind(panic),
    }
}

async fn outcome_of(test: &Test, body: impl AsyncFnOnce(&Test) -> Result<()>) -> Outcome {
    // Whoever slows a test down wants to watch it.
    let limit = if test.settings.slow_motion.is_zero() { LIMIT } else { Duration::MAX };
    let body = AssertUnwindSafe(body(test)).catch_unwind();
    timeout(limit, body)
        .await
        .unwrap_or_else(|_| Ok(Err(anyhow!("the test took longer than {LIMIT:?}"))))
}

fn failure_of(outcome: &Outcome) -> Option<String> {
    match outcome {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(format!("{error:?}")),
        Err(panic) => Some(
            panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref().copied())
                .unwrap_or("the test panicked")
                .to_owned(),
        ),
    }
}

/// Firefox takes the work of two cores to start, where there are two.
fn weight(engine: Engine) -> u32 {
    match engine {
        Engine::Firefox if *CORES > 1 => 2,
        _ => 1,
    }
}

/// The path of the function that a closure stands in: the test's name, as `cargo test` prints it.
///
/// The thread's name would do no better: it is `main` when tests run one at a time.
fn name_of<Body>(body: &Body) -> String {
    let path = type_name_of_val(body);
    let path = path.split("::{{closure}}").next().unwrap_or(path);
    path.split_once("::").map_or(path, |(_, rest)| rest).to_owned()
}
