//! An empty place: made from a table of areas, with its first account, backed up, restored and verified; and what is refused.

use crate::{done, qianmo};

fn refused(args: &[&str], code: &str) {
    let output = qianmo(args);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains(code), "{args:?}: {told}");
}

#[test]
fn an_empty_place_is_made_and_survives_a_backup() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (data, areas) = (path("data"), path("areas.csv"));
    std::fs::write(&areas, "代码,名称\n530523100000,青石镇\n530523100201,上寨村\n530523100202,下寨村\n").unwrap();
    std::fs::write(path("wrong.csv"), "a,b\n1,2\n").unwrap();
    refused(&["init", "--data", &data, "--areas", &path("wrong.csv")], "CLI-0233");
    done(&["init", "--data", &data, "--areas", &areas]);
    let told = done(&["account", "add", "--data", &data, "--name", "admin", "--shown", "张三", "--role", "administrator"]);
    assert!(told.contains("首次登录须修改密码"), "{told}");
    refused(&["account", "add", "--data", &data, "--name", "boss", "--shown", "李四", "--role", "boss"], "CLI-0232");
    done(&["account", "reset", "--data", &data, "--name", "admin"]);

    let anchored = done(&["verify", "--data", &data, "--print-anchor"]);
    let anchor = anchored.split('：').next_back().unwrap().trim().to_owned();
    done(&["backup", "--data", &data, "--out", &path("backup")]);
    done(&["restore", &path("backup"), "--data", &path("again")]);
    std::fs::copy(path("data.keys"), path("again.keys")).unwrap();
    done(&["verify", "--data", &path("again"), "--anchor", &anchor]);

    refused(&["serve", "--data", &data, "--listen", "127.0.0.1:0", "--tls-cert", &areas], "CLI-0230");
    refused(&["serve", "--data", &data, "--listen", "0.0.0.0:0"], "CLI-0231");
}

#[cfg(unix)]
#[test]
fn a_server_told_to_end_ends_in_order() {
    use std::io::{BufRead as _, BufReader, Read as _};
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (data, areas) = (path("data"), path("areas.csv"));
    std::fs::write(&areas, "代码,名称\n530523100000,青石镇\n530523100201,上寨村\n").unwrap();
    done(&["init", "--data", &data, "--areas", &areas]);
    let mut server = std::process::Command::new(env!("CARGO_BIN_EXE_qianmo"))
        .args(["serve", "--data", &data, "--listen", "127.0.0.1:0"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("http://127.0.0.1:"), "{line}");
    assert!(std::process::Command::new("kill").arg(server.id().to_string()).status().unwrap().success());
    let status = server.wait().unwrap();
    let mut said = String::new();
    server.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(status.success() && !said.contains("panicked"), "{status}: {said}");
}

#[test]
fn the_interface_is_described() {
    let document: serde_json::Value = serde_json::from_str(&done(&["openapi"])).unwrap();
    assert!(document["paths"]["/api/v1/records"]["post"].is_object());
    let mut ids: Vec<&str> = Vec::new();
    for methods in document["paths"].as_object().unwrap().values() {
        ids.extend(methods.as_object().unwrap().values().filter_map(|operation| operation["operationId"].as_str()));
    }
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "clients are generated from operation ids: each is one operation's");
}
