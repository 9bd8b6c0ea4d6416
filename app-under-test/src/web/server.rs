//! Starting and stopping the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::router;
use crate::app::App;
use crate::base::clock::Clock;
use crate::config::Config;

impl App {
    /// Serves the app on `listener` until the returned handle is dropped or stopped.
    ///
    /// It accepts requests immediately. Meanwhile it contacts the provider, with retries if that is not
    /// available; `/readyz` reports when the app can sign users in.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, and on a listener that has no local address.
    pub fn start(listener: TcpListener, config: Config) -> RunningApp {
        let address = listener.local_addr().expect("a bound listener has a local address");
        let base_url = format!("http://{address}{}", config.base_path);
        let app = Arc::new(Self::new(config));

        let (stop, stopped) = watch::channel(false);
        let mut shutdown = stopped.clone();
        let server = axum::serve(listener, router::router(Arc::clone(&app)))
            .with_graceful_shutdown(async move {
                // A dropped handle closes the channel, which also means to stop.
                let _ = shutdown.wait_for(|stop| *stop).await;
            });
        let server = tokio::spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "the server failed");
            }
        });
        for provider in app.providers.iter() {
            let provider = Arc::clone(provider);
            let mut shutdown = stopped.clone();
            tokio::spawn(async move {
                tokio::select! {
                    () = provider.connect() => {}
                    _ = shutdown.wait_for(|stop| *stop) => {}
                }
            });
        }
        RunningApp { address, base_url, app, stop, server }
    }
}

/// A served app. Dropping it stops the app.
#[must_use = "the app stops when this is dropped"]
pub struct RunningApp {
    address: SocketAddr,
    base_url: String,
    app: Arc<App>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl RunningApp {
    /// How long [`RunningApp::stop`] waits for requests in progress.
    const GRACE: Duration = Duration::from_secs(10);

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of the home page, with a slash at the end: `http://127.0.0.1:8050/st_auth/`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The clock that the app uses.
    pub fn clock(&self) -> &Clock {
        &self.app.config.clock
    }

    /// Stops listening, and waits up to 10 s for requests in progress.
    pub async fn stop(mut self) {
        // Fails only if the server has already stopped.
        let _ = self.stop.send(true);
        let finished = tokio::time::timeout(Self::GRACE, &mut self.server).await;
        if finished.is_err() {
            tracing::warn!("closing connections that are still open after the grace period");
            self.server.abort();
        }
    }
}
