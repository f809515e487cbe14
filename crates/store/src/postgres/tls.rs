//! TLS to the server, as its address asks for it with libpq's own words.
//!
//! `sslmode=` absent, `disable` or `allow`: in clear; `prefer`: encrypted where the server can; `require`: encrypted, whoever the server is;
//! `verify-ca`: its certificate is signed by a known authority; `verify-full`: and is for this host, by its subject's alternative names. Known authorities
//! are those in the file `sslrootcert=`, else the system's. `require` with `sslrootcert` is `verify-ca`, as with libpq.

use std::path::Path;
use std::sync::Arc;

use postgres::Config;
use postgres::config::SslMode;
use qianmo_core::Fault;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::fault::fault;

/// Where Debian, and most others by a link, keep the authorities that the system knows.
const SYSTEM_ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

/// What of a certificate is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Checked {
    Nothing,
    Authority,
    AuthorityAndName,
}

/// Reads an address: what the driver is to be told, and how to encrypt, if at all.
///
/// Errors: `STORE-0007` not an address, `STORE-0010` what it says of TLS can't be done.
pub(super) fn read(url: &str) -> Result<(Config, Option<MakeRustlsConnect>), Fault> {
    let (plain, mode, roots) = take(url);
    let mut config: Config = plain.parse().map_err(|error: postgres::Error| fault(&error, "postgresql"))?;
    let (ssl, checked) = match mode.as_deref() {
        None | Some("disable" | "allow") => return Ok((config, None)),
        Some("prefer") => (SslMode::Prefer, Checked::Nothing),
        Some("require") if roots.is_some() => (SslMode::Require, Checked::Authority),
        Some("require") => (SslMode::Require, Checked::Nothing),
        Some("verify-ca") => (SslMode::Require, Checked::Authority),
        Some("verify-full") => (SslMode::Require, Checked::AuthorityAndName),
        Some(other) => return Err(unusable("sslmode", other)),
    };
    config.ssl_mode(ssl);
    let roots = match roots.as_deref() {
        _ if checked == Checked::Nothing => RootCertStore::empty(),
        None | Some("system") => authorities(SYSTEM_ROOTS.as_ref())?,
        Some(file) => authorities(file.as_ref())?,
    };
    Ok((config, Some(MakeRustlsConnect::new(client(checked, roots)?))))
}

fn unusable(setting: &str, why: impl std::fmt::Display) -> Fault {
    Fault::new("STORE-0010").with("setting", setting).with("why", why)
}

fn authorities(file: &Path) -> Result<RootCertStore, Fault> {
    let wrong = |why: &dyn std::fmt::Display| unusable("sslrootcert", format_args!("{}: {why}", file.display()));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| wrong(&error))? {
        roots.add(certificate.map_err(|error| wrong(&error))?).map_err(|error| wrong(&error))?;
    }
    if roots.is_empty() { Err(wrong(&"0")) } else { Ok(roots) }
}

fn client(checked: Checked, roots: RootCertStore) -> Result<ClientConfig, Fault> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable("sslmode", error))?;
    Ok(match checked {
        Checked::AuthorityAndName => builder.with_root_certificates(roots).with_no_client_auth(),
        Checked::Authority | Checked::Nothing => {
            let roots = (checked == Checked::Authority).then_some(roots);
            builder.dangerous().with_custom_certificate_verifier(Arc::new(Nameless { roots, provider })).with_no_client_auth()
        }
    })
}

/// Checks a certificate but not whose name it bears; without authorities, only that the server holds its key.
#[derive(Debug)]
struct Nameless {
    roots: Option<RootCertStore>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Nameless {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if let Some(roots) = &self.roots {
            let certificate = ParsedCertificate::try_from(end_entity)?;
            let algorithms = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&certificate, roots, intermediates, now, algorithms)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Takes `sslmode` and `sslrootcert` out of an address, for the driver knows fewer words than we do.
fn take(url: &str) -> (String, Option<String>, Option<String>) {
    let (mut mode, mut roots) = (None, None);
    let mut ours = |key: &str, value: &dyn Fn() -> String| {
        match key {
            "sslmode" => mode = Some(value()),
            "sslrootcert" => roots = Some(value()),
            _ => return false,
        }
        true
    };
    let plain = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let (address, asked) = url.split_once('?').unwrap_or((url, ""));
        let mut left = asked.split('&').filter(|pair| !pair.is_empty()).collect::<Vec<_>>();
        left.retain(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            !ours(key, &|| percent_decoded(value))
        });
        if left.is_empty() { address.to_owned() } else { format!("{address}?{}", left.join("&")) }
    } else {
        let mut left = pairs(url);
        left.retain(|pair| !ours(pair.key, &|| unquoted(pair.value)));
        left.iter().map(|pair| pair.text).collect::<Vec<_>>().join(" ")
    };
    (plain, mode, roots)
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok()).and_then(|two| u8::from_str_radix(two, 16).ok());
        if let (b'%', Some(byte)) = (first, pair) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A setting as it stands in `host=… user='…'`.
struct Pair<'t> {
    text: &'t str,
    key: &'t str,
    value: &'t str,
}

/// The settings of an address in words; what isn't one stays for the driver to refuse.
fn pairs(text: &str) -> Vec<Pair<'_>> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let key_end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let key = &rest[..key_end];
        let Some(value) = rest[key_end..].trim_start().strip_prefix('=').map(str::trim_start) else {
            pairs.push(Pair { text: rest, key: "", value: "" });
            break;
        };
        let quoted = value.starts_with('\'');
        let mut escaped = false;
        let end = value.char_indices().skip(usize::from(quoted)).find(|(_, c)| {
            let ends = !escaped && if quoted { *c == '\'' } else { c.is_whitespace() };
            escaped = !escaped && *c == '\\';
            ends
        });
        let length = end.map_or(value.len(), |(at, _)| at + usize::from(quoted));
        let from_start = rest.len() - value.len();
        pairs.push(Pair { text: &rest[..from_start + length], key, value: &value[..length] });
        rest = value[length..].trim_start();
    }
    pairs
}

fn unquoted(value: &str) -> String {
    let inner = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')).unwrap_or(value);
    let mut plain = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_tls_is_taken_out_of_an_address() {
        let taken = |url: &str| {
            let (plain, mode, roots) = take(url);
            format!("{plain}|{}|{}", mode.unwrap_or_default(), roots.unwrap_or_default())
        };
        for (url, expected) in [
            ("postgresql://u:p@h:1/d", "postgresql://u:p@h:1/d||"),
            ("postgres://h/d?sslmode=require", "postgres://h/d|require|"),
            (
                "postgresql://h/d?a=1&sslmode=verify-ca&sslrootcert=/x%20y/%E6%A0%B9.crt&b=2",
                "postgresql://h/d?a=1&b=2|verify-ca|/x y/根.crt",
            ),
            ("postgresql://h/d?sslrootcert=100%&b=%41", "postgresql://h/d?b=%41||100%"),
            ("host=h user=u", "host=h user=u||"),
            ("sslmode=require host=h", "host=h|require|"),
            (
                r"host=h sslrootcert = '/a b/it\'s.crt'  options='-c x=1 sslmode=no' sslmode=verify-full",
                r"host=h options='-c x=1 sslmode=no'|verify-full|/a b/it's.crt",
            ),
            (r"password=a\ b\\ sslmode=prefer", r"password=a\ b\\|prefer|"),
            ("host=h nonsense", "host=h nonsense||"),
            ("host=h user='u", "host=h user='u||"),
            ("", "||"),
        ] {
            assert_eq!(taken(url), expected, "{url}");
        }
    }
}
