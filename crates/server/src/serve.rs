//! Listening: connections with limits, TLS by file, and an end that lets open requests finish.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use qianmo_core::Fault;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tower::{Service, ServiceExt};

use crate::app::App;
use crate::config::{Config, Tls};
use crate::routes::router;

/// A server that listens but doesn't answer yet.
pub struct Server {
    app: App,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    pages: Option<Router>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl Server {
    /// Begins to listen.
    ///
    /// Errors: `SERVER-0201` the address can't be had, `SERVER-0202` certificate or key can't be used.
    pub async fn bind(app: App) -> Result<Self, Fault> {
        let listen = app.config.listen;
        let tls = app.config.tls.as_ref().map(acceptor).transpose()?;
        let listener = TcpListener::bind(listen).await.map_err(|why| Fault::new("SERVER-0201").with("address", listen).with("why", why))?;
        Ok(Self { app, listener, tls, pages: None })
    }

    /// What answers the paths outside the interface: the screens.
    #[must_use]
    pub fn with_pages(self, pages: Router) -> Self {
        Self { pages: Some(pages), ..self }
    }

    /// Where it listens.
    ///
    /// Errors: `SERVER-0201`.
    pub fn address(&self) -> Result<SocketAddr, Fault> {
        self.listener.local_addr().map_err(|why| Fault::new("SERVER-0201").with("address", self.app.config.listen).with("why", why))
    }
}

/// Answers until `stop` is ready; then takes no new connection and waits for the open requests, at most [`Config::farewell`].
pub async fn serve(server: Server, stop: impl Future<Output = ()>) {
    let Server { app, listener, tls, pages } = server;
    let config = app.config.clone();
    let router = router(app, pages);
    let mut http = Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).header_read_timeout(config.arrival);
    let http = Arc::new(http);
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Too many open files, most likely: others must end first.
                tracing::warn!(%error, "accept");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        tokio::spawn(connection(stream, from, tls.clone(), router.clone(), http.clone(), graceful.watcher(), config.clone()));
    }
    drop(listener);
    if tokio::time::timeout(config.farewell, graceful.shutdown()).await.is_err() {
        tracing::warn!("open requests were cut off at the end");
    }
}

async fn connection(
    stream: TcpStream,
    from: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    http: Arc<Builder<TokioExecutor>>,
    watcher: hyper_util::server::graceful::Watcher,
    config: Config,
) {
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(from));
        let mut router = router.clone();
        async move {
            let ready = ServiceExt::<hyper::Request<Incoming>>::ready(&mut router).await;
            match ready {
                Ok(router) => router.call(request).await,
                Err(never) => match never {},
            }
        }
    });
    // What ends a connection early (a cut line, a client that is too slow) concerns nobody but that client.
    match tls {
        None => drop(watcher.watch(http.serve_connection(TokioIo::new(stream), service).into_owned()).await),
        Some(tls) => {
            let Ok(Ok(stream)) = tokio::time::timeout(config.arrival, tls.accept(stream)).await else { return };
            drop(watcher.watch(http.serve_connection(TokioIo::new(stream), service).into_owned()).await);
        }
    }
}

fn acceptor(tls: &Tls) -> Result<TlsAcceptor, Fault> {
    let wrong =
        |file: &std::path::Path, why: &dyn std::fmt::Display| Fault::new("SERVER-0202").with("file", file.display()).with("why", why);
    let certificates: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(&tls.certificate).and_then(Iterator::collect).map_err(|e| wrong(&tls.certificate, &e))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|e| wrong(&tls.key, &e))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| wrong(&tls.certificate, &e))?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(|e| wrong(&tls.certificate, &e))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
