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
    assert_eq!(in_year(&records, "toy.visit", 2012), 56 - later_visits(&records, 2012));
    assert_eq!(in_year(&records, "toy.resident", 2013), 6, "born to the women of before");
    assert!((1..6).contains(&in_year(&records, "toy.resident", 2014)), "half a year");
    assert_eq!(in_year(&records, "toy.household", 2013), 0, "once");
}

/// Visits due ten days after a birth at the year's end fall into the next.
fn later_visits(records: &[Record], year: i16) -> usize {
    let last_days = of(records, "toy.resident").iter().filter(|r| r.at > date(year, 12, 21) && r.at <= date(year, 12, 31)).count();
    of(records, "toy.visit").iter().filter(|visit| visit.at.year() == year).count().abs_diff(56).min(last_days)
}

#[test]
fn a_draw_with_too_few_takes_what_there_is() {
    // Sixty-one women have twice 61 children in the own year; the next years draw the same women again, not more.
    let (records, _) = made(&packs(), &figures(&["newborns=61"]), &Options { until: Some(date(2013, 12, 31)), ..options() }).unwrap();
    assert_eq!(in_year(&records, "toy.resident", 2012), 120 + 122);
    assert_eq!(in_year(&records, "toy.resident", 2013), 122);
}
