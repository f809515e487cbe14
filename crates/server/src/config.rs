//! How a server is set up. The defaults are those of a township's box.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use qianmo_store::{LoginRules, SessionRules};

/// How a server is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Certificate and key; plain HTTP when absent (on the machine itself, or behind a proxy that does TLS).
    pub tls: Option<Tls>,
    /// The whole system is reached through TLS, ours or a proxy's: cookies are marked so that browsers never send them in clear.
    pub secure_cookies: bool,
    /// Store handles for reading at the same time.
    pub readers: usize,
    /// The most bytes of a request's body; batches of records may have 16 MB.
    pub body_bytes_max: usize,
    /// How long a request's head may take to arrive, and its body without a byte.
    pub arrival: Duration,
    /// How long to wait for open requests at the end.
    pub farewell: Duration,
    /// When a login is refused for wrong passwords.
    pub login: LoginRules,
    /// How long a session lasts.
    pub session: SessionRules,
    /// The folder in which backups asked for through the interface are put, one folder each; none can be asked for when absent.
    pub backups: Option<PathBuf>,
    /// The identity provider through which workers may log in, beside their passwords.
    pub oidc: Option<crate::Oidc>,
}

/// Files for TLS, in PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The certificate with those that vouch for it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8420)),
            tls: None,
            secure_cookies: false,
            readers: std::thread::available_parallelism().map_or(4, |n| n.get() * 2),
            body_bytes_max: 1 << 20,
            arrival: Duration::from_secs(20),
            farewell: Duration::from_secs(15),
            login: LoginRules::default(),
            session: SessionRules::default(),
            backups: None,
            oidc: None,
        }
    }
}
