//! The stated reason for reading sensitive records.

/// The fewest characters a reason has.
pub const MIN_REASON: usize = 4;

/// Whether a stated reason is one: at least [`MIN_REASON`] characters beside blanks, not one character over and over.
#[must_use]
pub fn fits(reason: Option<&str>) -> bool {
    let said: Vec<char> = reason.unwrap_or("").chars().filter(|c| c.is_alphanumeric()).collect();
    said.len() >= MIN_REASON && said.iter().any(|c| *c != said[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something() {
        assert!(fits(Some("季度随访")));
        assert!(fits(Some(" 核对 名单 ")));
        for none in [None, Some(""), Some("      "), Some("随访"), Some("……！！"), Some("1111111")] {
            assert!(!fits(none), "{none:?}");
        }
    }
}
