//! What time it is: the server's clock, or a test's.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// UTC, milliseconds since 1970.
    fn now_ms(&self) -> i64;

    /// The civil date in China, which has one time zone.
    fn today(&self) -> Date {
        let instant = Timestamp::from_millisecond(self.now_ms()).unwrap_or_default();
        Offset::constant(8).to_datetime(instant).date()
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        Timestamp::now().as_millisecond()
    }
}
