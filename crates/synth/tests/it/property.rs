//! Whatever consistent figures say, the records add up to them.

use proptest::prelude::*;
use qianmo_core::{Decimal, Value};

use crate::toy::{figures, made, of, options, packs, value};

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn counts_and_sums_match(
        villages in 1_u32..30, people in 1_u32..400, parts in prop::array::uniform5(0_u32..=1000), cents in 0_u32..900_000, seed in any::<u64>(),
    ) {
        let part = |whole: u32, at: usize| whole * parts[at] / 1000;
        let (women, poor) = (part(people, 0), part(people, 1));
        let (households, visited, newborns) = (part(people, 2).max(1), part(poor, 3), part(women, 4));
        let paid = if poor == 0 { 0 } else { cents.max(poor) };
        let changes = [
            format!("villages={villages}"), format!("people={people}"), format!("households={households}"), format!("women={women}"),
            format!("poor={poor}"), format!("visited={visited}"), format!("newborns={newborns}"),
            format!("paid_yuan={}.{:02}", paid / 100, paid % 100), "women_share=".to_owned(),
        ];
        let changes: Vec<&str> = changes.iter().map(String::as_str).collect();
        let options = qianmo_synth::Options { seed, ..options() };
        let (records, township) = made(&packs(), &figures(&changes), &options).map_err(|faults| TestCaseError::fail(format!("{faults:?}")))?;
        let residents = of(&records, "toy.resident");
        prop_assert_eq!(residents.len(), (people + 2 * newborns) as usize);
        let adults: Vec<_> = residents.into_iter().filter(|person| !value(person, "poor").is_null()).collect();
        prop_assert_eq!(adults.iter().filter(|person| value(person, "sex") == Value::text("2")).count(), women as usize);
        prop_assert_eq!(adults.iter().filter(|person| value(person, "poor") == Value::Bool(true)).count(), poor as usize);
        prop_assert_eq!(of(&records, "toy.household").len(), households as usize);
        prop_assert_eq!(of(&records, "toy.clinic").len(), villages as usize);
        let sum: Decimal = of(&records, "toy.payment").iter().filter_map(|record| value(record, "amount").as_decimal()).sum();
        prop_assert_eq!(sum, Decimal::new(i64::from(paid), 2));
        prop_assert_eq!(township.records.values().sum::<u64>(), records.len() as u64);
    }
}
