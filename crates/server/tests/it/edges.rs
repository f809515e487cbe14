//! What goes wrong on the line: a port that is taken, a bad certificate, a body that is too large, too slow or cut off, a record that can't be read.

use std::net::SocketAddr;
use std::time::Duration;

use qianmo_server::{Server, Tls, serve};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::Town;

/// A server on a free port of this machine, for as long as the test runs.
async fn listening(town: &Town) -> SocketAddr {
    let server = Server::bind(town.app.clone()).await.unwrap();
    let address = server.address().unwrap();
    tokio::spawn(serve(server, std::future::pending()));
    address
}

fn on_any_port() -> Town {
    Town::configured(|config| {
        config.listen = "127.0.0.1:0".parse().unwrap();
        config.arrival = Duration::from_millis(300);
    })
}

/// Sends raw bytes and reads what comes until the other side closes or falls silent.
async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    while let Ok(Ok(read)) = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut part)).await {
        answer.extend_from_slice(&part[..read]);
        if read == 0 || answer.windows(2).any(|end| end == b"}\n") || answer.ends_with(b"}") {
            break;
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_and_a_certificate_that_is_none_are_told() {
    let town = on_any_port();
    let address = listening(&town).await;
    let second = Town::configured(|config| config.listen = address);
    assert_eq!(Server::bind(second.app.clone()).await.unwrap_err().code, "SERVER-0201");
    let no_file = Town::configured(|config| {
        config.listen = "127.0.0.1:0".parse().unwrap();
        config.tls = Some(Tls { certificate: "/nowhere/cert.pem".into(), key: "/nowhere/key.pem".into() });
    });
    assert_eq!(Server::bind(no_file.app.clone()).await.unwrap_err().code, "SERVER-0202");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_body_is_given_up_and_a_cut_one_hinders_nobody() {
    let town = on_any_port();
    let address = listening(&town).await;
    let head = b"POST /api/v1/session HTTP/1.1\r\nhost: q\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"name\":";
    let slow = raw(address, head).await;
    assert!(slow.contains("408") && slow.contains("SERVER-0108"), "{slow}");
    let mut cut = TcpStream::connect(address).await.unwrap();
    cut.write_all(head).await.unwrap();
    drop(cut);
    let next = raw(address, b"GET /healthz HTTP/1.1\r\nhost: q\r\n\r\n").await;
    assert!(next.starts_with("HTTP/1.1 200") && next.contains("\"store\":true"), "{next}");
    // A head that never ends is dropped without a word.
    let endless = raw(address, b"GET /healthz HTTP/1.1\r\nhost: q\r\nx-more:").await;
    assert!(!endless.contains("200"), "{endless}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_beyond_the_limit_is_refused_before_it_is_read() {
    let town = on_any_port();
    let address = listening(&town).await;
    let token = town.token("public_health");
    let head = format!(
        "POST /api/v1/records/batch HTTP/1.1\r\nhost: q\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: 104857600\r\n\r\n{{"
    );
    let answer = raw(address, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("SERVER-0106"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_and_a_withdrawal_without_a_reason_are_refused() {
    let town = Town::new();
    let record = json!({ "id": "not one", "form": "population.resident", "kind": "resident", "subject": "x", "area": "1", "at": "never", "values": {} });
    town.post("/records").by("public_health").json(record).refused(422, "SERVER-0501").await;
    let resident = town.resident(7, "欧阳明溪", crate::support::VILLAGE);
    let found = town.get(&format!("/residents/{resident}/records")).by("public_health").gives(200).await;
    let id = found["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/records/{id}/withdrawal");
    town.post(&path).by("public_health").json(json!({ "reason": " " })).refused(422, "SERVER-0502").await;
    town.post(&path).by("public_health").json(json!({ "reason": "录错了人" })).gives(201).await;
    town.post(&path).by("other_doctor").json(json!({ "reason": "录错了人" })).refused(404, "SERVER-0104").await;
}

#[tokio::test]
async fn what_was_refused_first_and_mended_under_its_id_can_be_withdrawn() {
    let town = Town::new();
    let (id, subject) = (uuid::Uuid::now_v7().to_string(), crate::support::resident_id(9).to_string());
    let sheet = |birth: &str| {
        json!({"id": id, "form": "population.resident", "kind": "resident", "subject": subject, "area": crate::support::VILLAGE.to_string(),
            "at": "2026-11-01", "values": {"name": "欧阳明溪", "sex": "2", "birth_date": birth, "residence_type": "1"}})
    };
    town.post("/records").by("public_health").json(sheet("2026-12-31")).gives(202).await;
    town.post("/records").by("public_health").json(sheet("1950-03-07")).gives(201).await;
    let path = format!("/records/{id}/withdrawal");
    town.post(&path).by("public_health").json(json!({ "reason": "录错了人" })).gives(201).await;
    let record = town.get(&format!("/records/{id}/history")).by("public_health").gives(200).await;
    assert_eq!(record["items"].as_array().unwrap().len(), 2, "{record}");
}
