//! Years after the figures' own.

use jiff::civil::date;
use qianmo_core::Record;
use qianmo_synth::Options;

use crate::toy::{figures, made, of, options, packs};

fn until(day: jiff::civil::Date) -> Vec<Record> {
    made(&packs(), &figures(&[]), &Options { until: Some(day), ..options() }).unwrap().0
}

fn in_year(records: &[Record], form: &str, year: i16) -> usize {
    of(records, form).iter().filter(|record| record.at.year() == year).count()
}

#[test]
fn the_figures_year_stays_as_it_was() {
    let own = until(date(2012, 12, 31));
    let longer: Vec<Record> = until(date(2014, 6, 30)).into_iter().filter(|record| record.at.year() == 2012).collect();
    assert_eq!(own, longer);
}

#[test]
fn later_years_go_on_with_the_same_numbers_until_the_day() {
    let records = until(date(2014, 6, 30));
    assert!(records.iter().all(|record| record.at <= date(2014, 6, 30)));
    let drawn = |year: i16| {
        of(&records, "toy.visit").iter().filter(|visit| visit.at.year() == year && visit.values.contains_key("begun_at")).count()
    };
    assert_eq!((drawn(2012), drawn(2013)), (50, 50));
    assert!((10..50).contains(&drawn(2014)), "half a year: {}", drawn(2014));
    assert_eq!(in_year(&records, "toy.resident", 2013), 6, "born to the women of before");
    assert!((1..6).contains(&in_year(&records, "toy.resident", 2014)), "half a year");
    assert_eq!(in_year(&records, "toy.household", 2013), 0, "once");
}

#[test]
fn a_draw_with_too_few_takes_what_there_is() {
    // Sixty-one women have twice 61 children in the own year; the next years draw the same women again, not more.
    let (records, _) = made(&packs(), &figures(&["newborns=61"]), &Options { until: Some(date(2013, 12, 31)), ..options() }).unwrap();
    assert_eq!(in_year(&records, "toy.resident", 2012), 120 + 122);
    assert_eq!(in_year(&records, "toy.resident", 2013), 122);
}
