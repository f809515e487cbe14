//! Times and their percentiles, and what the disk can do.

use std::fmt;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Outcome;

/// Times of requests.
#[derive(Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn time(&mut self, work: impl FnOnce() -> Outcome<()>) -> Outcome<()> {
        let began = Instant::now();
        work()?;
        self.0.push(began.elapsed());
        Ok(())
    }

    pub(crate) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.0.extend(other.0);
        self.0.sort_unstable();
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = |percent: usize| {
            let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
            sorted.get(place).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
        };
        write!(f, "p50 {:.1} p95 {:.1} p99 {:.1} 毫秒", at(50), at(95), at(99))
    }
}

/// Synchronous writes a second of the disk under a folder.
pub(crate) fn fsyncs(folder: &Path) -> Outcome<f64> {
    let path = folder.join("fsync.tmp");
    let mut file = std::fs::File::create(&path)?;
    let began = Instant::now();
    let mut count = 0_u32;
    while began.elapsed() < Duration::from_secs(1) {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    let rate = f64::from(count) / began.elapsed().as_secs_f64();
    drop(file);
    std::fs::remove_file(path)?;
    Ok(rate)
}
