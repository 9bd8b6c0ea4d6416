//! Runs a browser test: when a slot is free, with a time limit, with cleanup and a trace.

use std::any::{Any, type_name_of_val};
use std::cell::RefCell;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::{Result, anyhow};
use browser::{Browser, Engine, Installed, LookupError, Settings, process_group};
use futures_util::FutureExt;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::log::Log;
use crate::stack::{Stack, StackBuilder};
use crate::trace::{self, Trace};

/// How long the body of a test may take without slow motion. Most take a second.
const MAX_TEST_TIME: Duration = Duration::from_secs(60);

/// As many browsers run at once as there are cores: more would only slow each other down.
static CORES: LazyLock<usize> = LazyLock::new(|| available_parallelism().map_or(1, usize::from));
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(*CORES));

/// The environment of a test.
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
    /// Opens a browser with a new profile, as if it belonged to another end user.
    ///
    /// # Errors
    ///
    /// See [`Browser::start`].
    pub async fn browser(&self) -> Result<Browser> {
        let browser = Browser::start(&self.settings, &self.installed).await?;
        self.browsers.borrow_mut().push(browser.clone());
        Ok(browser)
    }

    /// Starts a provider and an app. The trace will contain the journal of the provider.
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

    /// Adds a file to the trace. `content` is called when the test has failed.
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
        eprintln!("trace: {}", trace.folder().display());
        Ok(())
    }

    /// Closes every browser.
    ///
    /// # Errors
    ///
    /// When a browser left a process behind.
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

/// Runs a browser test in the [configured](browser::settings) browser.
///
/// # Errors
///
/// When the body fails or takes longer than a minute, or a browser leaves a process behind. The body
/// may also panic. In each case the browsers are closed, and a trace is written whose path is printed.
pub async fn browser_test(body: impl AsyncFnOnce(&Test) -> Result<()>) -> Result<()> {
    let settings = Settings::from_environment()?;
    let installed = settings.default_browser().map_err(unavailable)?;
    browser_test_with(settings, installed, body).await
}

/// Runs a browser test in a particular browser, in addition to the run in the
/// [configured](browser_test) one. Chrome may replace Chromium.
///
/// The test is skipped if `E2E_BROWSER` chooses one browser for all tests, or if Firefox or
/// geckodriver, which few systems have, is not installed. The first skipped test prints why.
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
            skip(engine, &format!("E2E_BROWSER is {chosen}"));
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
        Err(LookupError::NotInstalled { engine: Engine::Firefox, program, .. }) => {
            let hint = "./scripts/install-browsers.sh --firefox installs it";
            skip(engine, &format!("{program} is not installed; {hint}"));
            Ok(())
        }
        Err(error) => Err(unavailable(error)),
    }
}

/// Prints, once for each browser, that its tests are skipped.
fn skip(engine: Engine, why: &str) {
    static SKIPPED: Mutex<Vec<Engine>> = Mutex::new(vec![]);
    let mut skipped = SKIPPED.lock().unwrap_or_else(PoisonError::into_inner);
    if !skipped.contains(&engine) {
        skipped.push(engine);
        // Not `eprintln`, because the output of tests that pass is captured.
        let _ = writeln!(io::stderr(), "\nskipped browser tests in {engine}: {why}");
    }
}

/// The error of a test without a browser.
fn unavailable(error: LookupError) -> anyhow::Error {
    anyhow!("{error}\n- or leave browser tests out: cargo test --workspace --exclude e2e")
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
    let keeps_all = trace::keeps_all()?;
    let trace = Trace::begin(&name)?;
    let log = Log::begin();
    let test =
        Test { settings, installed, browsers: RefCell::default(), attachments: RefCell::default() };
    let outcome = outcome_of(&test, body).await;
    let failure = failure_of(&outcome);
    if failure.is_some() || keeps_all {
        let failure = failure.unwrap_or_default();
        if let Err(error) = test.keep_trace(&trace, &failure, &log).await {
            // The error of the test itself is returned.
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
    // In slow motion, a person is watching.
    let limit = if test.settings.slow_motion.is_zero() { MAX_TEST_TIME } else { Duration::MAX };
    let body = AssertUnwindSafe(body(test)).catch_unwind();
    timeout(limit, body)
        .await
        .unwrap_or_else(|_| Ok(Err(anyhow!("the test took longer than {MAX_TEST_TIME:?}"))))
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

/// Firefox keeps two cores busy while it starts.
fn weight(engine: Engine) -> u32 {
    match engine {
        Engine::Firefox if *CORES > 1 => 2,
        _ => 1,
    }
}

/// The path of the function around a closure, which is the name of the test as `cargo test` prints it.
///
/// The name of the thread does not help: it is `main` when tests run one at a time.
fn name_of<Body>(body: &Body) -> String {
    let path = type_name_of_val(body);
    let path = path.split("::{{closure}}").next().unwrap_or(path);
    path.split_once("::").map_or(path, |(_, rest)| rest).to_owned()
}
