//! TLS to a real server with certificates of the test's own.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use postgres::{Client, NoTls};
use qianmo_store::{Cut, Options, PostgresStore, Store};

use crate::accounts::code;
use crate::kill::Running;
use crate::server;
use crate::support::{VILLAGE_A, area};

fn openssl(dir: &Path, words: &str) {
    let done = Command::new("openssl").args(words.split(' ')).current_dir(dir).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Two authorities, `ca` and `other`, and a certificate of the first for `localhost`.
fn certificates(dir: &Path) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    for ca in ["ca", "other"] {
        let words =
            format!("req -x509 {key} -keyout {ca}.key -out {ca}.crt -subj /CN=test-{ca} -days 2 -addext keyUsage=critical,keyCertSign");
        openssl(dir, &words);
    }
    openssl(dir, &format!("req {key} -keyout server.key -out server.csr -subj /CN=server"));
    std::fs::write(dir.join("names"), "subjectAltName=DNS:localhost\n").unwrap();
    openssl(dir, "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 2 -extfile names");
}

/// Has the server listen on a port, encrypted or not.
fn listen(running: &Running, dir: &Path) -> u16 {
    let owner = std::fs::metadata(running.folder()).unwrap();
    for file in ["server.key", "server.crt"] {
        let to = Path::new(running.folder()).join(file);
        std::fs::copy(dir.join(file), &to).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
            std::fs::set_permissions(&to, PermissionsExt::from_mode(0o600)).unwrap();
            chown(&to, Some(owner.uid()), Some(owner.gid())).unwrap();
        }
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut client = Client::connect(&running.url, NoTls).unwrap();
    let folder = running.folder();
    for set in [
        "listen_addresses = 'localhost'",
        &format!("port = {port}"),
        &format!("ssl_cert_file = '{folder}/server.crt'"),
        &format!("ssl_key_file = '{folder}/server.key'"),
    ] {
        client.execute(&format!("ALTER SYSTEM SET {set}"), &[]).unwrap();
    }
    drop(client);
    running.crash();
    port
}

#[test]
fn the_server_is_spoken_to_as_its_address_asks() {
    if server::url().is_none() {
        return;
    }
    if Command::new("openssl").arg("version").output().is_err() {
        writeln!(std::io::stderr(), "\nSKIPPED: TLS not tested, because there is no openssl").unwrap();
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    certificates(dir.path());
    let (ca, other) = (dir.path().join("ca.crt"), dir.path().join("other.crt"));
    std::fs::write(dir.path().join("empty.crt"), "").unwrap();
    let running = Running::start();
    let port = listen(&running, dir.path());
    let brief = Options { wait: Duration::from_millis(200), ..Options::default() };
    let plain = format!("host=localhost port={port} user=postgres dbname=postgres");
    drop(PostgresStore::create(&plain, area(VILLAGE_A), &brief).unwrap());
    let open = |url: &str| PostgresStore::open(url, None, &brief);
    assert_eq!(code(open(&format!("{plain} sslmode=require"))), "STORE-0008", "the server can't yet");
    drop(open(&format!("{plain} sslmode=prefer")).unwrap());

    let inside = format!("{} port={port}", running.url);
    let mut client = Client::connect(&inside, NoTls).unwrap();
    client.execute("ALTER SYSTEM SET ssl = on", &[]).unwrap();
    drop(client);
    running.crash();
    let mut client = Client::connect(&inside, NoTls).unwrap();
    let mut encrypted = |url: &str| -> Result<bool, &'static str> {
        let store = open(url).map_err(|fault| fault.code)?;
        assert_eq!(store.cut().unwrap(), Cut::START);
        let sql = "SELECT s.ssl FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.application_name = 'qianmo'";
        let rows = client.query(sql, &[]).unwrap();
        assert_eq!(rows.len(), 1);
        let answer = rows[0].get(0);
        drop(store);
        while !client.query(sql, &[]).unwrap().is_empty() {}
        Ok(answer)
    };
    let by_number = plain.replace("localhost", "127.0.0.1");
    let file = |path: &Path| format!("sslrootcert='{}'", path.display());
    let (ca, other) = (file(&ca), file(&other));
    for (url, expected) in [
        (plain.clone(), Ok(false)),
        (format!("{plain} sslmode=disable"), Ok(false)),
        (format!("{plain} sslmode=prefer"), Ok(true)),
        (format!("{inside} sslmode=prefer"), Ok(false)),
        (format!("{plain} sslmode=require"), Ok(true)),
        (format!("{plain} sslmode=require {ca}"), Ok(true)),
        (format!("{plain} sslmode=require {other}"), Err("STORE-0011")),
        (format!("{plain} sslmode=verify-ca {ca}"), Ok(true)),
        (format!("{by_number} sslmode=verify-ca {ca}"), Ok(true)),
        (format!("{plain} sslmode=verify-ca {other}"), Err("STORE-0011")),
        (format!("{plain} sslmode=verify-full {ca}"), Ok(true)),
        (format!("{by_number} sslmode=verify-full {ca}"), Err("STORE-0011")),
        (format!("{plain} sslmode=verify-full {other}"), Err("STORE-0011")),
        (format!("{plain} sslmode=verify_full {ca}"), Err("STORE-0010")),
        (format!("{plain} sslmode=verify-full {}", file(&dir.path().join("none.crt"))), Err("STORE-0010")),
        (format!("{plain} sslmode=verify-full {}", file(&dir.path().join("empty.crt"))), Err("STORE-0010")),
        (
            format!("postgresql://postgres@localhost:{port}/postgres?sslmode=verify-full&sslrootcert={}/ca%2Ecrt", dir.path().display()),
            Ok(true),
        ),
    ] {
        assert_eq!(encrypted(&url), expected, "{url}");
    }
    if Path::new("/etc/ssl/certs/ca-certificates.crt").exists() {
        assert_eq!(encrypted(&format!("{plain} sslmode=verify-full")), Err("STORE-0011"), "the system doesn't know our authority");
    }
}
