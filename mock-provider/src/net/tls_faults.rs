//! Listeners with faulty certificates, each opened on first use. They serve the same router as the
//! provider and stop with it.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

use crate::net::https::LazyAuthority;
use crate::net::listeners::{Listeners, Site};
use crate::net::tls::acceptor::HANDSHAKE_TIMEOUT;
use crate::net::tls::fault::{Handshake, Reaction, TlsFault};
use crate::net::wire::connection;

/// The maximum number of recorded handshakes; the oldest are dropped.
const MAX_HANDSHAKES: usize = 1_000;

/// The faulty listeners of a provider. Clones share them.
#[derive(Clone)]
pub(crate) struct TlsFaults(Arc<Shared>);

struct Shared {
    authority: LazyAuthority,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The running server, if there is one.
    site: Option<Site>,
    /// A listener keeps its address while the provider is suspended.
    opened: BTreeMap<TlsFault, (SocketAddr, TlsAcceptor)>,
    handshakes: Vec<(TlsFault, Reaction)>,
}

impl TlsFaults {
    pub(crate) fn new(authority: LazyAuthority) -> Self {
        Self(Arc::new(Shared { authority, state: Mutex::default() }))
    }

    /// The address of the listener with this fault, on a port of both `127.0.0.1` and `::1`. Opens the
    /// listener if necessary.
    ///
    /// # Errors
    ///
    /// When no port is free, or the provider is suspended.
    pub(crate) fn address(&self, fault: TlsFault) -> io::Result<SocketAddr> {
        let mut state = self.state();
        if let Some((address, _)) = state.opened.get(&fault) {
            return Ok(*address);
        }
        let site = state.site.as_ref().ok_or_else(not_serving)?;
        let acceptor = fault.acceptor(&self.0.authority).map_err(io::Error::other)?;
        let free_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let address = self.open(site, free_port, fault, &acceptor)?;
        state.opened.insert(fault, (address, acceptor));
        Ok(address)
    }

    /// How clients reacted to the faults so far, oldest first.
    pub(crate) fn handshakes(&self) -> Vec<Handshake> {
        self.state().handshakes.iter().map(Handshake::new).collect()
    }

    /// Reopens the listeners that were open before, and opens others on first use from now on.
    pub(crate) fn attach(&self, site: Site) {
        let mut state = self.state();
        state.opened.retain(|fault, (address, acceptor)| {
            let opened = self.open(&site, *address, *fault, acceptor);
            if let Err(error) = &opened {
                warn!("cannot reopen {address} for the TLS fault {}: {error}", fault.name());
            }
            opened.is_ok()
        });
        state.site = Some(site);
    }

    /// Opens no listeners from now on. The server refers to these faults, so a reference back to it
    /// must not outlive it.
    pub(crate) fn detach(&self) {
        self.state().site = None;
    }

    fn open(
        &self,
        site: &Site,
        address: SocketAddr,
        fault: TlsFault,
        acceptor: &TlsAcceptor,
    ) -> io::Result<SocketAddr> {
        let listeners = Listeners::bind(address, true)?;
        let address = listeners.address();
        let (faults, acceptor) = (self.clone(), acceptor.clone());
        site.listen(listeners, move |stream, router, stopped| {
            faults.clone().serve(stream, fault, acceptor.clone(), router, stopped)
        })?;
        Ok(address)
    }

    async fn serve(
        self,
        stream: TcpStream,
        fault: TlsFault,
        acceptor: TlsAcceptor,
        router: Router,
        mut stopped: watch::Receiver<bool>,
    ) {
        let handshake = async {
            match acceptor.accept(stream).await {
                Ok(stream) => (Reaction::WentOn, Some(stream)),
                Err(error) => (Reaction::to_failure(&error), None),
            }
        };
        let (reaction, stream) = tokio::select! {
            done = timeout(HANDSHAKE_TIMEOUT, handshake) => done.unwrap_or((Reaction::Left, None)),
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        info!("a client met the TLS fault {}: {reaction:?}", fault.name());
        {
            let handshakes = &mut self.state().handshakes;
            if handshakes.len() == MAX_HANDSHAKES {
                handshakes.remove(0);
            }
            handshakes.push((fault, reaction));
        }
        if let Some(stream) = stream {
            connection::serve(stream, router, stopped).await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TlsFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsFaults").finish_non_exhaustive()
    }
}

fn not_serving() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "the provider is suspended")
}
