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

    /// Pulls everything that the account sees, from its beginning: compressed bytes, records, round trips.
    pub(crate) fn pull(&self) -> Outcome<(usize, usize, u32)> {
        let (mut bytes, mut records, mut trips) = (0, 0, 0);
        let mut pull = json!({ "villages": {} });
        loop {
            trips += 1;
            let body = json!({ "version": 1, "pull": pull });
            let request = self.agent.post(format!("{}/api/v1/sync/exchange", self.base)).header("authorization", &self.bearer);
            // Unpacked here, so that what crosses the line is counted.
            let mut response = request.header("accept-encoding", "zstd").send_json(&body)?;
            let packed = response.headers().get("content-encoding").is_some_and(|coding| coding == "zstd");
            let raw = response.body_mut().with_config().limit(1 << 30).read_to_vec()?;
            bytes += raw.len();
            let raw = if packed { zstd::decode_all(&*raw)? } else { raw };
            let answer: Value = serde_json::from_slice(&raw)?;
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
