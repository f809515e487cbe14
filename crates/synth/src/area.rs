//! The fictional township: county, township, communities from 001, villages from 200, with invented names.

use jiff::civil::{Date, date};
use qianmo_core::{Area, AreaCode, AreaKind, Fault};

use crate::fake::Faker;
use crate::random::Random;

/// The areas of a run. In `leaves` come communities, villages, then the township itself.
#[derive(Debug)]
pub(crate) struct Areas {
    /// County, township, communities, villages.
    pub(crate) tree: Vec<Area>,
    /// Codes of the areas where members sit; the last is the township's own.
    pub(crate) leaves: Vec<AreaCode>,
    /// How many people a leaf attracts, beside the others; nothing for the township.
    pub(crate) weights: Vec<f64>,
}

impl Areas {
    /// Makes a township of so many communities and villages.
    ///
    /// Errors: `SYNTH-0402` the code isn't a township's or there are too many or no villages.
    pub(crate) fn new(township: AreaCode, communities: i64, villages: i64, year: i16, faker: &Faker, seed: u64) -> Result<Self, Fault> {
        let number = township.number();
        let refused = || Fault::new("SYNTH-0402").with("code", township).with("communities", communities).with("villages", villages);
        if !number.is_multiple_of(1000) || number.is_multiple_of(1_000_000) || communities + villages < 1 {
            return Err(refused());
        }
        if !(0..=199).contains(&communities) || !(0..=199).contains(&villages) {
            return Err(refused());
        }
        let mut random = Random::new(seed, "areas", year);
        let mut names: Vec<&str> = faker.places().to_vec();
        let wanted = names.len();
        random.choose_front(&mut names, wanted);
        let from = date(year.saturating_sub(30), 1, 1);
        let county = AreaCode::from_number(number / 1_000_000 * 1_000_000)?;
        let mut tree = vec![
            area(county, "云岭县".to_owned(), AreaKind::County, None, from),
            area(township, format!("{}镇", names[0]), AreaKind::Township, Some(county), from),
        ];
        let (mut leaves, mut weights) = (Vec::new(), Vec::new());
        for n in 0..communities + villages {
            let at = usize::try_from(n).unwrap_or(0);
            // Round the list again with a numeral should a township have more villages than there are names.
            let (name, again) = (names[1 + at % (names.len() - 1)], at / (names.len() - 1));
            let again = ["", "一", "二"][again.min(2)];
            let (kind, part, word) = if n < communities {
                (AreaKind::Community, 1 + n, "社区居民委员会")
            } else {
                (AreaKind::Village, 200 + n - communities, "村民委员会")
            };
            let code = AreaCode::from_number(number + u64::try_from(part).unwrap_or(0))?;
            tree.push(area(code, format!("{name}{again}{word}"), kind, Some(township), from));
            leaves.push(code);
            weights.push(if kind == AreaKind::Community { 1.2 } else { 0.8 } * (0.6 + random.unit()));
        }
        leaves.push(township);
        weights.push(0.0);
        Ok(Self { tree, leaves, weights })
    }

    /// The area of a leaf.
    pub(crate) fn leaf(&self, at: usize) -> Option<&Area> {
        self.tree.iter().find(|area| area.code == self.leaves[at])
    }
}

fn area(code: AreaCode, name: String, kind: AreaKind, parent: Option<AreaCode>, valid_from: Date) -> Area {
    Area { code, name, kind, parent, valid_from, valid_to: None }
}
