//! The settings of an identity provider (OpenID Connect), from a file of their own: the client's secret doesn't belong on a command line.

use std::path::{Path, PathBuf};

use qianmo_core::Fault;
use qianmo_core::fault::suggest;
use qianmo_server::Oidc;

const KEYS: [&str; 7] = ["issuer", "client_id", "client_secret_file", "redirect", "shown", "landing", "authorities"];

/// Reads the settings. Paths in them are relative to the file.
///
/// Errors: `CLI-0234` the file can't be read, isn't TOML, has a key that isn't one, or lacks one that is needed.
pub(crate) fn read(file: &Path) -> Result<Oidc, Fault> {
    let wrong = |why: String| Fault::new("CLI-0234").with("file", file.display()).with("why", why);
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(error.message().to_owned()))?;
    if let Some(unknown) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let near = suggest(unknown, KEYS).map(|near| format!("{unknown}（{near}？）"));
        return Err(wrong(near.unwrap_or_else(|| unknown.clone())));
    }
    let text = |key: &str| table.get(key).map(|value| value.as_str().map(str::to_owned).ok_or_else(|| wrong(key.to_owned()))).transpose();
    let needed = |key: &str| text(key)?.ok_or_else(|| wrong(key.to_owned()));
    let beside = |path: String| -> PathBuf { file.parent().unwrap_or(Path::new("")).join(path) };
    let secret = text("client_secret_file")?.map(|path| {
        let path = beside(path);
        std::fs::read_to_string(&path).map_err(|error| wrong(format!("{}: {error}", path.display())))
    });
    Ok(Oidc {
        issuer: needed("issuer")?,
        client_id: needed("client_id")?,
        client_secret: secret.transpose()?.map(|secret| secret.trim().to_owned()),
        redirect: needed("redirect")?,
        shown: text("shown")?.unwrap_or_else(|| "统一身份登录".to_owned()),
        landing: text("landing")?.unwrap_or_else(|| "/".to_owned()),
        authorities: text("authorities")?.map(beside),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Result<Oidc, &'static str> {
        let dir = std::env::temp_dir().join(format!("qianmo-oidc-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("secret"), "s3cret\n").unwrap();
        std::fs::write(dir.join("oidc.toml"), text).unwrap();
        read(&dir.join("oidc.toml")).map_err(|fault| fault.code)
    }

    #[test]
    fn settings_are_read_and_wrong_ones_refused() {
        let good = "issuer = \"https://id.example\"\nclient_id = \"qianmo\"\nredirect = \"https://q.example/api/v1/session/oidc/done\"\n";
        let read = code(&format!("{good}client_secret_file = \"secret\"\n")).unwrap();
        assert_eq!((read.client_secret.as_deref(), read.landing.as_str()), (Some("s3cret"), "/"));
        assert!(code(good).is_ok_and(|read| read.client_secret.is_none()));
        for wrong in ["issuer = 1", "client_id = \"a\"", "colour = \"red\"", "[", &format!("{good}client_secret_file = \"none\"")] {
            assert_eq!(code(wrong).err(), Some("CLI-0234"), "{wrong}");
        }
    }
}
