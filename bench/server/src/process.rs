//! The server's process: started, watched, ended.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::Outcome;

/// An account's name and first password.
#[derive(Debug)]
pub(crate) struct Login {
    pub(crate) name: String,
    pub(crate) password: String,
}

/// Makes an account: a village's doctor, or who does public health everywhere.
pub(crate) fn account(program: &Path, data: &Path, database: Option<&str>, village: Option<&str>) -> Outcome<Login> {
    let name = format!("bench{}{}", std::process::id(), village.unwrap_or_default());
    let role = if village.is_some() { "village_doctor" } else { "public_health" };
    let mut command = Command::new(program);
    command.args(["account", "add", "--name", &name, "--shown", "压测", "--role", role]);
    if let Some(area) = village {
        command.args(["--area", area]);
    }
    let output = place(&mut command, data, database).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let password = text.split_whitespace().last().unwrap_or_default().to_owned();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(Login { name, password })
}

fn place<'c>(command: &'c mut Command, data: &Path, database: Option<&str>) -> &'c mut Command {
    match database {
        Some(url) => command.arg("--database").arg(url),
        None => command.arg("--data").arg(data),
    }
}

/// A server that runs; ended when dropped.
#[derive(Debug)]
pub(crate) struct Served {
    child: Child,
    pub(crate) address: String,
}

impl Served {
    pub(crate) fn start(program: &Path, data: &Path, database: Option<&str>) -> Outcome<Self> {
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0"]).env("QIANMO_LOG", "warn").stdout(Stdio::piped());
        let mut child = place(&mut command, data, database).spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        for line in lines {
            let line = line?;
            if let Some(address) = line.split_whitespace().find(|word| word.starts_with("http://")) {
                return Ok(Self { address: address.to_owned(), child });
            }
        }
        Err("the server ended before it listened".into())
    }

    /// CPU time of the process so far, in milliseconds.
    pub(crate) fn cpu_ms(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let after = stat.rsplit(')').next().unwrap_or_default();
        let ticks: f64 = after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
        // A tick is 10 ms on every Linux that we know.
        ticks * 10.0
    }

    pub(crate) fn memory_mb(&self) -> u64 {
        self.status("VmRSS:")
    }

    pub(crate) fn peak_mb(&self) -> u64 {
        self.status("VmHWM:")
    }

    fn status(&self, what: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap_or_default();
        line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
