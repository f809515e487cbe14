//! What a resident is sought by: names and their ends, initials, keyed hashes of numbers.

use pinyin::{ToPinyin, ToPinyinMulti};
use sha2::{Digest as _, Sha256};

use crate::seal::Sealing;

/// Kinds of `resident_key`.
pub(super) const NAME: i64 = 0;
pub(super) const NAME_END: i64 = 1;
pub(super) const INITIALS: i64 = 2;
pub(super) const NAME_SEALED: i64 = 3;

/// The most initials kept of one name, and ends of one name.
const INITIALS_MAX: usize = 8;
const ENDS_MAX: usize = 8;
/// The most characters of a name that are searched.
const CHARACTERS_MAX: usize = 40;
/// Characters of a short search: the end of a number.
pub(super) const TAIL: usize = 4;

/// A name as it is compared: without spaces and dots between its parts, small letters.
pub(super) fn plain_name(name: &str) -> String {
    let kept = name.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !"·•・.．".contains(*c));
    kept.flat_map(char::to_lowercase).take(CHARACTERS_MAX).collect()
}

/// A number or phone as it is compared: digits and letters, large ones.
pub(super) fn plain_number(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// The ends of a plain name, from its second character on.
pub(super) fn ends(name: &str) -> impl Iterator<Item = &str> {
    name.char_indices().skip(1).take(ENDS_MAX).map(|(at, _)| &name[at..])
}

/// Initials of a plain name: one text for each way to read it. Empty when a character has no reading.
pub(super) fn initials(name: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for character in name.chars() {
        let mut letters: Vec<char> = Vec::new();
        if character.is_ascii_alphanumeric() {
            letters.push(character);
        } else if let Some(readings) = character.to_pinyin_multi() {
            // The usual reading first: it must not fall to the limit.
            let usual = character.to_pinyin().into_iter();
            let firsts = usual.chain(readings).filter_map(|reading| reading.plain().chars().next());
            for letter in firsts {
                if !letters.contains(&letter) {
                    letters.push(letter);
                }
            }
        }
        if letters.is_empty() {
            return Vec::new();
        }
        let with = |so_far: &String, letter: &char| format!("{so_far}{letter}");
        all = all.iter().flat_map(|so_far| letters.iter().map(move |letter| with(so_far, letter))).take(INITIALS_MAX).collect();
    }
    all.retain(|text| !text.is_empty());
    all
}

/// Every key of a name in clear.
pub(super) fn of_name(name: &str) -> Vec<(i64, String)> {
    let plain = plain_name(name);
    if plain.is_empty() {
        return Vec::new();
    }
    let ends: Vec<(i64, String)> = ends(&plain).map(|end| (NAME_END, end.to_owned())).collect();
    let initials = initials(&plain).into_iter().map(|text| (INITIALS, text));
    let mut keys: Vec<(i64, String)> = initials.chain(ends).chain([(NAME, plain)]).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Every key of a name that may not lie in clear: as each of the keys hashes it.
pub(super) fn of_sealed_name(sealing: Option<&Sealing>, name: &str) -> Vec<(i64, String)> {
    let digests = digests(sealing, "name", &plain_name(name));
    digests.iter().map(|digest| (NAME_SEALED, hex(digest))).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// The last characters of a plain number.
pub(super) fn tail(number: &str) -> Option<&str> {
    // Plain numbers are ASCII.
    number.len().checked_sub(TAIL).map(|at| &number[at..])
}

/// The hashes under which a text may stand, the one written now last. Without keys the text lies in clear in the log; its hash then only keeps
/// the columns alike.
pub(super) fn digests(sealing: Option<&Sealing>, what: &str, text: &str) -> Vec<[u8; 16]> {
    let index = format!("directory {what}");
    if let Some(sealing) = sealing {
        return sealing.digests(&index, text);
    }
    let hash: [u8; 32] = Sha256::new().chain_update(index.as_bytes()).chain_update([0]).chain_update(text.as_bytes()).finalize().into();
    vec![hash[..16].try_into().expect("sixteen of thirty-two bytes")]
}

/// The hash that is written now.
pub(super) fn digest(sealing: Option<&Sealing>, what: &str, text: &str) -> Vec<u8> {
    digests(sealing, what, text).pop().map(|digest| digest.to_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_its_beginning_its_end_and_every_reading() {
        let keys = of_name("单田芳");
        for key in [(NAME, "单田芳"), (NAME_END, "田芳"), (NAME_END, "芳"), (INITIALS, "dtf"), (INITIALS, "stf"), (INITIALS, "ctf")] {
            assert!(keys.contains(&(key.0, key.1.to_owned())), "{key:?} in {keys:?}");
        }
        assert_eq!(initials("王小明")[0], "wxm");
        assert_eq!(initials("李建国"), ["ljg"]);
        assert_eq!(of_name("阿依·古丽 Ali")[0].1, "阿依古丽ali");
        assert!(initials("阿依古丽ali").contains(&"ayglali".to_owned()));
        let zeng = initials("曾一一");
        assert!(zeng.len() == 2 && zeng.contains(&"zyy".to_owned()) && zeng.contains(&"cyy".to_owned()), "{zeng:?}");
        assert!(initials("乐乐乐乐乐乐").len() <= INITIALS_MAX);
        assert_eq!(initials("乐乐乐乐乐乐")[0], "llllll");
        assert_eq!(initials("□明"), Vec::<String>::new(), "no reading, no initials");
        assert_eq!(of_name(" · "), []);
    }

    #[test]
    fn numbers_compare_by_their_digits() {
        assert_eq!(plain_number(" 53052319900307425x"), "53052319900307425X");
        assert_eq!(plain_number("0875-212 3456"), "08752123456");
        assert_eq!(tail("08752123456"), Some("3456"));
        assert_eq!(tail("123"), None);
        assert_ne!(digest(None, "number", "1"), digest(None, "phone", "1"));
    }
}
