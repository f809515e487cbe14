//! `serve`: the server, until it is told to end.

use std::path::Path;
use std::sync::Arc;

use qianmo_core::Fault;
use qianmo_figures::LiveFigures;
use qianmo_server::{App, Config, OpenStore, Parts, Server, SystemClock, Tls};
use qianmo_store::{Limits, Store, Writer, WriterThread};

use crate::args::{LogFormat, Serve};
use crate::failure::Failure;
use crate::folder::load_packs;
use crate::output::line;
use crate::place::Place;

pub(crate) fn run(args: &Serve, packs: Option<&Path>) -> Result<(), Failure> {
    log_to_stderr(args.log);
    let place = Place::of(&args.at)?;
    let config = config(args)?;
    until_told(&place, packs, config, |address| line(&format!("正在 {address} 提供服务；按 Ctrl-C 停止。")))
}

fn config(args: &Serve) -> Result<Config, Fault> {
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(Tls { certificate: certificate.clone(), key: key.clone() }),
        (None, None) => None,
        _ => return Err(Fault::new("CLI-0230")),
    };
    let oidc = args.oidc.as_deref().map(crate::oidc::read).transpose()?;
    let config =
        Config { listen: args.listen, tls, secure_cookies: args.behind_tls, backups: args.backups.clone(), oidc, ..Config::default() };
    if !config.listen.ip().is_loopback() && config.tls.is_none() && !config.secure_cookies && !args.plain {
        return Err(Fault::new("CLI-0231").with("address", config.listen));
    }
    Ok(config)
}

/// Serves until the process is told to end (Ctrl-C or SIGTERM); then lets open requests finish and writes what waits.
///
/// Errors: of opening the data; `SERVER-0201` and `SERVER-0202` as [`Server::bind`].
pub(crate) fn until_told(place: &Place, packs: Option<&Path>, mut config: Config, ready: impl FnOnce(&str)) -> Result<(), Failure> {
    let packs = load_packs(packs)?;
    if let (None, Place::Folder(dir)) = (&config.backups, place) {
        config.backups = Some(dir.join("backups"));
    }
    let mut writing: Box<dyn Store + Send> = place.open(&packs)?;
    // What a power cut left between log and arrivals.
    qianmo_sync::tidy(&mut *writing, jiff::Timestamp::now().as_millisecond())?;
    let areas = Arc::new(writing.areas()?);
    let (writer, thread) = Writer::start(writing, Limits::default())?;
    let (again, with) = (place.clone(), packs.clone());
    let open: OpenStore = Arc::new(move || again.open(&with));
    let served = serve_with(writer, open, packs, areas, config, ready);
    ended(thread)?;
    Ok(served?)
}

fn serve_with(
    writer: Writer,
    open: OpenStore,
    packs: Arc<qianmo_core::pack::Packs>,
    areas: Arc<qianmo_core::AreaTree>,
    config: Config,
    ready: impl FnOnce(&str),
) -> Result<(), Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|why| Fault::new("SERVER-0201").with("address", config.listen).with("why", why))?;
    let figures = Arc::new(LiveFigures::new(open.clone(), packs.clone(), areas)?);
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    // The numbers' engine has a runtime of its own, which may not end inside this one: it goes last.
    let engine = figures.clone();
    let app = App::new(Parts { config, writer, open, packs, figures, clock: Arc::new(SystemClock) })?;
    let served: Result<(), Fault> = runtime.block_on(async {
        let server = Server::bind(app).await?.with_pages(qianmo_pages::router());
        // Whoever reads the address may at once tell the server to end.
        let told = told_to_end();
        ready(&format!("{scheme}://{}", server.address()?));
        qianmo_server::serve(server, told).await;
        Ok(())
    });
    drop(runtime);
    drop(engine);
    served
}

fn ended(thread: WriterThread) -> Result<(), Fault> {
    thread.stop().map(drop)
}

/// Ctrl-C, or the SIGTERM of a service manager: listened for from the call on, not from the first wait.
fn told_to_end() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async {
        let [Ok(mut interrupt), Ok(mut terminate)] = signals else { return std::future::pending().await };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

/// Log lines to standard error, where a service manager collects them; `QIANMO_LOG` chooses what (as `info`, `request=warn`).
fn log_to_stderr(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("QIANMO_LOG").unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Only a second logger could be refused; then the first one goes on.
    let _ = match format {
        LogFormat::Json => lines.json().try_init(),
        LogFormat::Text => lines.compact().with_target(true).try_init(),
    };
}

/// `openapi`: the description of the interface, from which clients are generated.
pub(crate) fn openapi() -> Result<(), Failure> {
    let text =
        qianmo_server::document().to_pretty_json().map_err(|why| Fault::new("CLI-0102").with("file", "openapi").with("reason", why))?;
    line(&text);
    Ok(())
}
