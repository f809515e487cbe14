//! The states of a service for a person on a day.

use std::fmt;

/// Where a service stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Too early.
    NotOpen,
    /// To be done now; within the norm's time.
    Due,
    /// To be done now; the norm's time is over.
    Overdue,
    /// Done.
    Done,
    /// The person declined: a complete answer.
    Declined,
    /// Put off or ruled out, for a reason of health.
    Held,
    /// Too late: nobody is asked any more.
    Lapsed,
    /// Ended: died, moved away, closed.
    Stopped,
    /// Another service that is due takes its place.
    Superseded,
}

impl State {
    /// All states with the words of packs, interfaces and files, and the Chinese ones.
    pub const ALL: [(Self, &'static str, &'static str); 9] = [
        (Self::NotOpen, "not_open", "未到时间"),
        (Self::Due, "due", "应做"),
        (Self::Overdue, "overdue", "逾期"),
        (Self::Done, "done", "已完成"),
        (Self::Declined, "declined", "已谢绝"),
        (Self::Held, "held", "暂缓"),
        (Self::Lapsed, "lapsed", "已过期"),
        (Self::Stopped, "stopped", "已终止"),
        (Self::Superseded, "superseded", "由其他服务代替"),
    ];

    /// The word of packs, interfaces and files.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The Chinese word.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        Self::ALL[self as usize].2
    }

    /// Whether it is asked for: due or overdue.
    #[must_use]
    pub fn is_asked(self) -> bool {
        matches!(self, Self::Due | Self::Overdue)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_states() {
        for (place, (state, ..)) in State::ALL.iter().enumerate() {
            assert_eq!(*state as usize, place);
        }
        assert_eq!(State::Overdue.word(), "overdue");
        assert_eq!(State::Superseded.chinese(), "由其他服务代替");
    }
}
