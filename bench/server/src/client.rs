//! One person's or phone's connection.

use serde_json::{Value, json};

use crate::Outcome;
use crate::process::Login;

/// A client with a connection of its own.
pub(crate) struct Client {
    agent: ureq::Agent,
    base: String,
    bearer: String,
}

impl Client {
    pub(crate) fn new(base: &str, token: Option<&str>) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        Self { agent, base: base.to_owned(), bearer: format!("Bearer {}", token.unwrap_or_default()) }
    }

    pub(crate) fn log_in(&self, login: &Login) -> Outcome<String> {
        let body = json!({ "name": login.name, "password": login.password });
        let answer = self.post("/api/v1/session", &body)?;
        let token = answer["token"].as_str().ok_or("no token")?.to_owned();
        if answer["must_change"] == true {
            let again = Self::new(&self.base, Some(&token));
            let new = format!("{}+", login.password);
            again.send("PUT", "/api/v1/session/password", &json!({ "old": login.password, "new": new }))?;
            return self.log_in(&Login { name: login.name.clone(), password: new });
        }
        Ok(token)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        self.send("POST", path, body)
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Outcome<Value> {
        let address = format!("{}{path}", self.base);
        let request = if method == "PUT" { self.agent.put(address) } else { self.agent.post(address) };
        let mut response = request.header("authorization", &self.bearer).send_json(body)?;
        let text = response.body_mut().with_config().limit(1 << 30).read_to_string()?;
        if !response.status().is_success() {
            return Err(format!("{method} {path}: {} {text}", response.status()).into());
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    pub(crate) fn get(&self, path: &str) -> Outcome<Value> {
        let mut response = self.agent.get(format!("{}{path}", self.base)).header("authorization", &self.bearer).call()?;
        let text = response.body_mut().with_config().limit(1 << 30).read_to_string()?;
        if !response.status().is_success() {
            return Err(format!("GET {path}: {} {text}", response.status()).into());
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// Pulls a village from its beginning: bytes on the line, records, round trips.
    pub(crate) fn pull(&self, village: &str) -> Outcome<(u64, usize, u32)> {
        let (mut bytes, mut records, mut trips) = (0, 0, 0);
        let mut pull = json!({ "villages": { village: { "position": 0 } } });
        loop {
            trips += 1;
            let body = json!({ "version": 1, "pull": pull });
            let request = self.agent.post(format!("{}/api/v1/sync/exchange", self.base)).header("authorization", &self.bearer);
            let mut response = request.send_json(&body)?;
            let length =
                response.headers().get("x-wire-bytes").and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
            let text = response.body_mut().with_config().limit(1 << 30).read_to_string()?;
            bytes += length.unwrap_or(text.len() as u64);
            let answer: Value = serde_json::from_str(&text)?;
            for part in answer["villages"].as_array().into_iter().flatten() {
                records += part["records"].as_array().map_or(0, Vec::len);
                pull["villages"][part["area"].as_str().unwrap_or_default()] = part["cursor"].clone();
            }
            if answer["more"] != true {
                return Ok((bytes, records, trips));
            }
        }
    }
}
