//! Masks: what of an identity number, a phone or a bank account is shown to whoever didn't ask for it.

use std::collections::HashMap;
use std::sync::Arc;

use qianmo_core::Fault;

use crate::seal::Policy;
use crate::values::{Raw, parse_values, push_string};

/// Index of identity numbers in a [`Policy`].
pub const RESIDENT_NUMBER: &str = "resident_number";
/// Index of phones in a [`Policy`].
pub const PHONE: &str = "phone";
/// Index of bank accounts in a [`Policy`].
pub const BANK_ACCOUNT: &str = "bank_account";

/// What a field identifies somebody by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mask {
    /// The last four characters are shown.
    ResidentNumber,
    /// The first three and the last four.
    Phone,
    /// The last four.
    BankAccount,
}

/// Which fields of which forms are masked.
#[derive(Debug, Clone, Default)]
pub struct Masks {
    forms: HashMap<Arc<str>, HashMap<Arc<str>, Mask>>,
}

impl Masks {
    /// Those of a policy: the fields in its indexes `resident_number`, `phone` and `bank_account`.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        let mut masks = Self::default();
        for (form, field, index) in policy.indexed() {
            let mask = match &**index {
                RESIDENT_NUMBER => Mask::ResidentNumber,
                PHONE => Mask::Phone,
                BANK_ACCOUNT => Mask::BankAccount,
                _ => continue,
            };
            masks.field(form, field, mask);
        }
        masks
    }

    /// Masks a field of a form.
    pub fn field(&mut self, form: &str, field: &str, mask: Mask) {
        self.forms.entry(form.into()).or_default().insert(field.into(), mask);
    }

    /// Whether nothing is masked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }

    /// Adds what another has.
    pub(crate) fn add(&mut self, other: Self) {
        for (form, fields) in other.forms {
            self.forms.entry(form).or_default().extend(fields);
        }
    }

    /// The values of a form with its masks on; `None` when it has nothing to mask.
    ///
    /// Errors: `STORE-0108` for text that isn't a flat JSON object.
    pub(crate) fn put_on(&self, form: &str, values: &str) -> Result<Option<String>, Fault> {
        let Some(masks) = self.forms.get(form) else { return Ok(None) };
        let (mut text, mut masked) = (String::with_capacity(values.len()), false);
        parse_values(values, &mut |field, raw| {
            text.push(if text.is_empty() { '{' } else { ',' });
            push_string(&mut text, field);
            text.push(':');
            match (masks.get(field), &raw) {
                (None, Raw::Bool(b)) => text.push_str(if *b { "true" } else { "false" }),
                (None, Raw::Integer(n)) => text.push_str(&n.to_string()),
                (None, Raw::Text(shown)) => push_string(&mut text, shown),
                (Some(mask), Raw::Text(shown)) => {
                    masked = true;
                    push_string(&mut text, &mask.shown(shown));
                }
                (Some(mask), Raw::Integer(n)) => {
                    masked = true;
                    push_string(&mut text, &mask.shown(&n.to_string()));
                }
                (_, Raw::Null) | (Some(_), Raw::Bool(_)) => text.push_str("null"),
            }
            Ok(())
        })?;
        text.push('}');
        Ok(masked.then_some(text))
    }
}

impl Mask {
    /// What is shown of a text: stars for the rest. Of a short text less is shown, so that the rest can't be guessed.
    #[must_use]
    pub fn shown(self, text: &str) -> String {
        let characters: Vec<char> = text.chars().collect();
        let count = characters.len();
        let (first, last) = match self {
            Self::Phone if count >= 11 => (3, 4),
            Self::Phone | Self::ResidentNumber | Self::BankAccount => (0, 4.min(count / 3)),
        };
        let star = |(at, c): (usize, char)| if at < first || at >= count - last { c } else { '*' };
        characters.into_iter().enumerate().map(star).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_is_hidden_that_the_rest_cannot_be_guessed() {
        let shown = |mask: Mask, text| mask.shown(text);
        assert_eq!(shown(Mask::ResidentNumber, "110101199003074258"), "**************4258");
        assert_eq!(shown(Mask::Phone, "13900001111"), "139****1111");
        assert_eq!(shown(Mask::Phone, "0875-1234567"), "087*****4567");
        assert_eq!(shown(Mask::Phone, "1234567"), "*****67");
        assert_eq!(shown(Mask::BankAccount, "6222020200012345678"), "***************5678");
        assert_eq!(shown(Mask::BankAccount, "12"), "**");
        assert_eq!(shown(Mask::Phone, "电话一三九零零零零一一"), "电话一****零零一一");
        assert_eq!(shown(Mask::Phone, ""), "");
    }

    #[test]
    fn masks_change_their_fields_and_nothing_else() {
        let mut masks = Masks::default();
        masks.field("p.person", "phone", Mask::Phone);
        masks.field("p.person", "account", Mask::BankAccount);
        let values =
            r#"{"account":6222020200012345678,"alive":true,"born_on":"1990-03-07","name":"引\"号\\","phone":"13900001111","weight":-5}"#;
        let masked =
            r#"{"account":"***************5678","alive":true,"born_on":"1990-03-07","name":"引\"号\\","phone":"139****1111","weight":-5}"#;
        assert_eq!(masks.put_on("p.person", values).unwrap().as_deref(), Some(masked));
        assert_eq!(masks.put_on("p.person", r#"{"name":"13900001111"}"#).unwrap(), None);
        assert_eq!(masks.put_on("p.other", values).unwrap(), None);
        assert_eq!(masks.put_on("p.person", "{}").unwrap(), None);
        assert!(masks.put_on("p.person", "[").is_err());
    }
}
