//! Fictional texts: names, telephone numbers, streets, organisations, batch numbers, resident numbers.
//!
//! The word lists lie in `data/` and describe nobody. A surname's weight is its rough frequency; given names follow
//! sex and time of birth. A resident number is valid and unique, its region that of the fictional county.

use std::collections::HashMap;

use qianmo_core::{Date, ResidentNumber, Value};

use crate::random::Random;

/// What kind of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FakeKind {
    /// A full name; reads `surname`, `sex`, `birth_date` where visible.
    PersonName,
    /// A surname.
    Surname,
    /// A mobile number from a range that isn't assigned.
    Phone,
    /// A resident number; reads `sex`, `birth_date`.
    ResidentNumber,
    /// A hamlet's name.
    Hamlet,
    /// Hamlet and house number.
    Street,
    /// The clinic of an area, or a township's health centre; reads `name`.
    ClinicName,
    /// The name of a shop or workshop.
    OrganisationName,
    /// A batch number.
    BatchNumber,
    /// A health record number of 17 digits; reads `village`.
    ArchiveNumber,
}

impl FakeKind {
    /// The kind that packs call by this name.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "person_name" => Self::PersonName,
            "surname" => Self::Surname,
            "phone" => Self::Phone,
            "resident_number" => Self::ResidentNumber,
            "hamlet" => Self::Hamlet,
            "street" => Self::Street,
            "clinic_name" => Self::ClinicName,
            "organisation_name" => Self::OrganisationName,
            "batch_number" => Self::BatchNumber,
            "archive_number" => Self::ArchiveNumber,
            _ => return None,
        })
    }
}

/// What is known of the person a text is made for.
#[derive(Debug, Default)]
pub(crate) struct About {
    /// Surname to take over.
    pub(crate) surname: Value,
    /// Code of sex.
    pub(crate) sex: Value,
    /// Date of birth.
    pub(crate) birth_date: Value,
    /// Name of an area.
    pub(crate) name: Value,
    /// Code of the area where the member sits.
    pub(crate) village: Value,
}

impl About {
    /// The names it is read from, in the order of [`About::new`].
    pub(crate) const NAMES: [&'static str; 5] = ["surname", "sex", "birth_date", "name", "village"];

    /// From the values of [`About::NAMES`].
    pub(crate) fn new(values: [Value; 5]) -> Self {
        let [surname, sex, birth_date, name, village] = values;
        Self { surname, sex, birth_date, name, village }
    }
}

/// Makes fictional texts.
#[derive(Debug)]
pub(crate) struct Faker {
    region: u32,
    surnames: Vec<(&'static str, f64)>,
    given: [Vec<Vec<&'static str>>; 2],
    places: Vec<&'static str>,
    sequences: HashMap<(Date, bool), (u16, u16)>,
    archives: HashMap<String, u32>,
}

/// Birth years before which a column of given names is in use.
const COHORTS: [i16; 3] = [1965, 1990, i16::MAX];

impl Faker {
    /// A faker for a county (6 digits).
    pub(crate) fn new(region: u32) -> Self {
        let mut cumulated = 0.0;
        let surnames = include_str!("../data/surnames.txt").lines().filter_map(|line| line.split_once(' ')).map(|(name, weight)| {
            cumulated += weight.trim().parse::<f64>().unwrap_or(1.0);
            (name, cumulated)
        });
        let given = |text: &'static str| text.lines().map(|line| line.split_whitespace().collect()).collect();
        Self {
            region,
            surnames: surnames.collect(),
            given: [given(include_str!("../data/given_male.txt")), given(include_str!("../data/given_female.txt"))],
            places: include_str!("../data/places.txt").split_whitespace().collect(),
            sequences: HashMap::new(),
            archives: HashMap::new(),
        }
    }

    /// One text; unknown where a resident number lacks a birth date.
    pub(crate) fn text(&mut self, kind: FakeKind, about: &About, random: &mut Random) -> Value {
        let text = match kind {
            FakeKind::PersonName => self.person(about, random),
            FakeKind::Surname => self.surname(random).to_owned(),
            FakeKind::Phone => format!("1{}{:08}", 20 + random.below(5), random.below(100_000_000)),
            FakeKind::ResidentNumber => match self.resident_number(about, random) {
                Some(number) => number.expose().to_owned(),
                None => return Value::Null,
            },
            FakeKind::Hamlet => format!("{}组", self.place(random)),
            FakeKind::Street => format!("{}组{}号", self.place(random), 1 + random.below(180)),
            FakeKind::ClinicName => clinic(about.name.as_text().unwrap_or_default()),
            FakeKind::OrganisationName => format!("{}{}", self.place(random), ["商店", "饭店", "加工坊", "合作社"][random.index(4)]),
            FakeKind::BatchNumber => {
                format!("{}{:06}", char::from(b'A' + u8::try_from(random.below(26)).unwrap_or(0)), random.below(1_000_000))
            }
            FakeKind::ArchiveNumber => {
                let area = about.village.as_text().unwrap_or("000000000000").to_owned();
                let used = self.archives.entry(area.clone()).or_default();
                *used += 1;
                format!("{area}{used:05}")
            }
        };
        Value::text(&text)
    }

    /// The name of a fictional place, without a suffix.
    pub(crate) fn place(&self, random: &mut Random) -> &'static str {
        self.places[random.index(self.places.len())]
    }

    /// All places, for areas that must not share a name.
    pub(crate) fn places(&self) -> &[&'static str] {
        &self.places
    }

    fn surname(&self, random: &mut Random) -> &'static str {
        let cumulated: Vec<f64> = self.surnames.iter().map(|(_, upto)| *upto).collect();
        random.weighted(&cumulated).map_or("李", |at| self.surnames[at].0)
    }

    fn person(&self, about: &About, random: &mut Random) -> String {
        let surname = about.surname.as_text().unwrap_or_else(|| self.surname(random));
        let female = about.sex.as_text() == Some("2");
        let year = about.birth_date.as_date().map_or(1980, Date::year);
        let cohort = COHORTS.iter().position(|before| year < *before).unwrap_or(0);
        let list = &self.given[usize::from(female)];
        let words = list.get(cohort).or(list.last()).map_or(&[][..], Vec::as_slice);
        if words.is_empty() {
            return surname.to_owned();
        }
        let first = words[random.index(words.len())];
        let single = random.below(100) < 14;
        let second = words[random.index(words.len())];
        if single { format!("{surname}{first}") } else { format!("{surname}{first}{second}") }
    }

    fn resident_number(&mut self, about: &About, random: &mut Random) -> Option<ResidentNumber> {
        let birth = about.birth_date.as_date()?;
        let male = about.sex.as_text() == Some("1");
        let start = u16::try_from(random.below(60)).unwrap_or(0) * 2 + u16::from(male);
        let (start, used) = self.sequences.entry((birth, male)).or_insert((start, 0));
        // Five hundred people of one sex and day of birth: the region's numbers are used up.
        let sequence = (*used < 500).then_some((*start + *used * 2) % 1000)?;
        *used += 1;
        ResidentNumber::build(self.region, birth, sequence).ok()
    }
}

/// What the clinic of a village, community or township is called.
fn clinic(area: &str) -> String {
    if let Some(village) = area.strip_suffix("村民委员会") {
        format!("{village}村卫生室")
    } else if let Some(community) = area.strip_suffix("社区居民委员会") {
        format!("{community}社区卫生服务站")
    } else {
        format!("{area}卫生院")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn clinics_are_called_after_their_area() {
        assert_eq!(clinic("云河村民委员会"), "云河村卫生室");
        assert_eq!(clinic("青坪社区居民委员会"), "青坪社区卫生服务站");
        assert_eq!(clinic("石桥镇"), "石桥镇卫生院");
    }

    #[test]
    fn resident_numbers_are_valid_unique_and_of_the_right_sex() {
        let mut faker = Faker::new(530_599);
        let mut random = Random::new(1, "numbers", 2012);
        let mut seen = std::collections::BTreeSet::new();
        for n in 0..200 {
            let sex = if n % 2 == 0 { "1" } else { "2" };
            let about = About { sex: Value::text(sex), birth_date: Value::Date(date(2012, 2, 29)), ..About::default() };
            let text = faker.text(FakeKind::ResidentNumber, &about, &mut random);
            let number: ResidentNumber = text.as_text().unwrap().parse().unwrap();
            assert_eq!((number.birth_date(), number.sex().code()), (date(2012, 2, 29), sex));
            assert!(seen.insert(number.expose().to_owned()));
        }
    }

    #[test]
    fn a_child_takes_the_surname_and_lists_are_complete() {
        let mut faker = Faker::new(530_599);
        let mut random = Random::new(1, "names", 2012);
        let about =
            About { surname: Value::text("段"), sex: Value::text("2"), birth_date: Value::Date(date(2011, 1, 1)), ..About::default() };
        for _ in 0..50 {
            let name = faker.text(FakeKind::PersonName, &about, &mut random);
            let letters = name.as_text().unwrap().chars().count();
            assert!(name.as_text().unwrap().starts_with('段') && (2..=3).contains(&letters));
        }
        assert_eq!(faker.given.iter().map(Vec::len).collect::<Vec<_>>(), [COHORTS.len(); 2]);
        assert!(faker.places.len() >= 120 && faker.surnames.len() >= 100);
    }

    #[test]
    fn every_kind_has_a_word() {
        for word in ["person_name", "surname", "phone", "resident_number", "street", "organisation_name", "batch_number"] {
            assert!(FakeKind::from_word(word).is_some(), "{word}");
        }
        assert_eq!(FakeKind::from_word("passport"), None);
    }
}
