//! The resident identity number (公民身份号码).
//!
//! Source: GB 11643-1999; check character by ISO 7064 MOD 11-2.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::fault::Fault;

/// Sex as GB/T 2261.1 codes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// 男, code 1.
    Male,
    /// 女, code 2.
    Female,
}

impl Sex {
    /// The code of GB/T 2261.1.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "1",
            Self::Female => "2",
        }
    }
}

/// A valid 18-character resident identity number.
///
/// The region part is that of the time of issue and isn't looked up: it may no longer exist.
/// Printing masks it; reading it in full takes [`ResidentNumber::expose`].
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResidentNumber([u8; 18]);

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS: &[u8; 11] = b"10X98765432";

impl ResidentNumber {
    /// Builds the number of a person from region (6 digits), birth date and sequence (0 to 999; odd is male).
    ///
    /// Errors: `CORE-0201` for a region or sequence out of range.
    pub fn build(region: u32, birth: Date, sequence: u16) -> Result<Self, Fault> {
        let body = format!("{region:06}{:04}{:02}{:02}{sequence:03}", birth.year(), birth.month(), birth.day());
        if body.len() != 17 {
            return Err(Fault::new("CORE-0201").with("length", body.len() + 1));
        }
        let mut digits = [0_u8; 18];
        digits[..17].copy_from_slice(body.as_bytes());
        digits[17] = check_character(&digits[..17]);
        Ok(Self(digits))
    }

    /// The number in full. Only for storing, sending to whom it is owed, and showing on request.
    #[must_use]
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The birth date in the number.
    #[must_use]
    pub fn birth_date(&self) -> Date {
        birth_date(&self.0).unwrap_or(Date::MIN)
    }

    /// The sex in the number (odd sequence: male).
    #[must_use]
    pub fn sex(&self) -> Sex {
        if (self.0[16] - b'0') % 2 == 1 { Sex::Male } else { Sex::Female }
    }
}

/// Reads an 18-character number, or an old 15-digit one (the century 19 and the check character are added).
/// Full-width digits, blanks and a small x are accepted as typed.
///
/// Errors: `CORE-0201` wrong length or characters, `CORE-0202` no such birth date, `CORE-0203` wrong check character.
impl FromStr for ResidentNumber {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let plain: Vec<u8> = text.chars().filter(|c| !c.is_whitespace()).map(narrow).collect::<Option<_>>().unwrap_or_default();
        let mut digits = [0_u8; 18];
        match plain.len() {
            15 if plain.iter().all(u8::is_ascii_digit) => {
                digits[..6].copy_from_slice(&plain[..6]);
                digits[6..8].copy_from_slice(b"19");
                digits[8..17].copy_from_slice(&plain[6..]);
                digits[17] = check_character(&digits[..17]);
            }
            18 if plain[..17].iter().all(u8::is_ascii_digit) => digits.copy_from_slice(&plain),
            length => return Err(Fault::new("CORE-0201").with("length", length)),
        }
        if birth_date(&digits).is_none_or(|birth| birth.year() < 1800) {
            return Err(Fault::new("CORE-0202").with("date", String::from_utf8_lossy(&digits[6..14])));
        }
        let expected = check_character(&digits[..17]);
        if digits[17] != expected {
            return Err(Fault::new("CORE-0203").with("given", char::from(digits[17])).with("expected", char::from(expected)));
        }
        Ok(Self(digits))
    }
}

fn narrow(c: char) -> Option<u8> {
    match c {
        '0'..='9' => Some(c as u8),
        '０'..='９' => u8::try_from(u32::from(c) - u32::from('０')).ok().map(|d| b'0' + d),
        'x' | 'X' | 'ｘ' | 'Ｘ' => Some(b'X'),
        _ => None,
    }
}

fn check_character(digits: &[u8]) -> u8 {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECK_CHARACTERS[(sum % 11) as usize]
}

fn birth_date(digits: &[u8; 18]) -> Option<Date> {
    let number = |from: usize, to: usize| std::str::from_utf8(&digits[from..to]).ok()?.parse::<i16>().ok();
    let (month, day) = (i8::try_from(number(10, 12)?).ok()?, i8::try_from(number(12, 14)?).ok()?);
    Date::new(number(6, 10)?, month, day).ok()
}

impl fmt::Display for ResidentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.expose();
        write!(f, "{}***********{}", &text[..3], &text[14..])
    }
}

impl fmt::Debug for ResidentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResidentNumber({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_textbook_number_is_valid_and_any_other_digit_is_not() {
        let text = "11010519491231002X";
        let number: ResidentNumber = text.parse().unwrap();
        assert_eq!(number.birth_date(), date(1949, 12, 31));
        assert_eq!(number.sex(), Sex::Female);
        for place in 0..18 {
            let mut other = text.as_bytes().to_vec();
            other[place] = if other[place] == b'5' { b'6' } else { b'5' };
            assert!(String::from_utf8(other).unwrap().parse::<ResidentNumber>().is_err(), "digit {place}");
        }
    }

    #[test]
    fn fifteen_digits_become_eighteen() {
        let number: ResidentNumber = "110105491231002".parse().unwrap();
        assert_eq!(number.expose(), "11010519491231002X");
    }

    #[test]
    fn typed_forms_are_accepted_and_printing_masks() {
        let number: ResidentNumber = " １１０１０５１９４９１２３１００２ｘ".parse().unwrap();
        assert_eq!(number.to_string(), "110***********002X");
        assert!(!format!("{number:?}").contains("19491231"));
    }

    #[test]
    fn each_fault_has_its_code() {
        assert_eq!("123".parse::<ResidentNumber>().unwrap_err().code, "CORE-0201");
        assert_eq!("110105194902310021".parse::<ResidentNumber>().unwrap_err().code, "CORE-0202");
        assert_eq!("110105194912310021".parse::<ResidentNumber>().unwrap_err().code, "CORE-0203");
    }

    #[test]
    fn a_built_number_reads_back() {
        let built = ResidentNumber::build(530_523, date(2008, 2, 29), 17).unwrap();
        assert_eq!(built.expose().parse::<ResidentNumber>().unwrap(), built);
        assert_eq!(built.sex(), Sex::Male);
    }
}
