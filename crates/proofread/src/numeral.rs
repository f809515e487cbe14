//! Numerals: Arabic digits with separators and decimals, and Chinese numerals.
//!
//! Lives here: reading a numeral at a place. May not: know units, dates or what the numeral means.

use crate::text::Text;

/// A numeral as printed: `mantissa / 10^decimals`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numeral {
    pub(crate) mantissa: i128,
    pub(crate) decimals: u32,
    /// Digits before the decimal point, as printed.
    pub(crate) whole_digits: u32,
    pub(crate) end: usize,
}

/// More digits than any summary needs; beyond them products could overflow.
const MOST_DIGITS: u32 = 15;

pub(crate) fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// Reads digits, thousands separators and one decimal point. `None` when too long or when points repeat.
pub(crate) fn arabic(text: &Text, start: usize) -> Option<Numeral> {
    let mut at = start;
    let mut mantissa: i128 = 0;
    let mut digits = 0;
    let mut decimals = 0;
    let mut pointed = false;
    let mut whole_digits = 0;
    loop {
        let c = text.at(at);
        if let Some(digit) = c.to_digit(10).filter(|_| is_digit(c)) {
            digits += 1;
            if digits > MOST_DIGITS {
                return None;
            }
            mantissa = mantissa * 10 + i128::from(digit);
            if pointed {
                decimals += 1;
            } else {
                whole_digits += 1;
            }
            at += 1;
        } else if c == '.' && is_digit(text.at(at + 1)) {
            if pointed {
                return None;
            }
            pointed = true;
            at += 1;
        } else if !pointed && is_thousands_separator(text, at, whole_digits) {
            at += 1;
        } else {
            break;
        }
    }
    (digits > 0).then_some(Numeral { mantissa, decimals, whole_digits, end: at })
}

/// A comma between groups of three digits, typed narrow: a wide comma separates clauses.
fn is_thousands_separator(text: &Text, at: usize, digits_before: u32) -> bool {
    text.typed(at) == ','
        && digits_before > 0
        && (digits_before <= 3 || text.typed(at.saturating_sub(4)) == ',')
        && (1..=3).all(|step| is_digit(text.at(at + step)))
        && !is_digit(text.at(at + 4))
}

/// First place after a run of characters that belong to an Arabic numeral, however malformed.
pub(crate) fn skip_digits(text: &Text, start: usize) -> usize {
    let mut at = start;
    while is_digit(text.at(at)) || (matches!(text.at(at), '.' | ':') && is_digit(text.at(at + 1))) {
        at += 1;
    }
    at
}

fn chinese_digit(c: char) -> Option<i128> {
    Some(match c {
        '零' | '〇' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

fn chinese_power(c: char) -> Option<i128> {
    Some(match c {
        '十' => 10,
        '百' => 100,
        '千' => 1_000,
        '万' => 10_000,
        _ => return None,
    })
}

pub(crate) fn is_chinese_numeral(c: char) -> bool {
    chinese_digit(c).is_some() || chinese_power(c).is_some()
}

/// Reads a well-formed Chinese numeral below 100 million, such as 十三, 一百零五 or 两千.
pub(crate) fn chinese(text: &Text, start: usize) -> Option<Numeral> {
    const LONGEST: usize = 12;
    let mut total: i128 = 0;
    let mut section: i128 = 0;
    let mut pending: Option<i128> = None;
    let mut smallest = i128::MAX;
    let mut at = start;
    while at - start < LONGEST {
        let c = text.at(at);
        if let Some(digit) = chinese_digit(c) {
            // Two digits in a row name years or rough numbers (三四个), which are no values.
            if pending.is_some_and(|before| before != 0) {
                return None;
            }
            pending = Some(digit);
        } else if let Some(power) = chinese_power(c) {
            if power == 10_000 {
                total = (section + pending.take().unwrap_or(0)).checked_mul(power)?;
                section = 0;
                smallest = i128::MAX;
            } else {
                let factor = match pending.take() {
                    None | Some(0) if power == 10 => 1,
                    None | Some(0) => return None,
                    Some(digit) => digit,
                };
                if power >= smallest {
                    return None;
                }
                smallest = power;
                section += factor * power;
            }
        } else {
            break;
        }
        at += 1;
    }
    let mantissa = total + section + pending.unwrap_or(0);
    (at > start && mantissa > 0).then_some(Numeral { mantissa, decimals: 0, whole_digits: 1, end: at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Option<(i128, u32, usize)> {
        arabic(&Text::new(text), 0).map(|n| (n.mantissa, n.decimals, n.end))
    }

    fn spelled(text: &str) -> Option<i128> {
        chinese(&Text::new(text), 0).map(|n| n.mantissa)
    }

    #[test]
    fn arabic_numerals() {
        assert_eq!(digits("1204人"), Some((1204, 0, 4)));
        assert_eq!(digits("63.80%"), Some((6380, 2, 5)));
        assert_eq!(digits("1,234,567元"), Some((1_234_567, 0, 9)));
        assert_eq!(digits("98,100人"), Some((98_100, 0, 6)));
        assert_eq!(digits("98，100人"), Some((98, 0, 2)));
        assert_eq!(digits("3,20人"), Some((3, 0, 1)));
        assert_eq!(digits("99.人"), Some((99, 0, 2)));
        assert_eq!(digits("1.2.3"), None);
        assert_eq!(digits("1234567890123456"), None);
    }

    #[test]
    fn chinese_numerals() {
        assert_eq!(spelled("十三项"), Some(13));
        assert_eq!(spelled("两千人"), Some(2000));
        assert_eq!(spelled("一百零五个"), Some(105));
        assert_eq!(spelled("三万二千"), Some(32_000));
        assert_eq!(spelled("三四个"), None);
        assert_eq!(spelled("千家"), None);
        assert_eq!(spelled("零"), None);
    }
}
