//! A whole township of fictional people through all packs.

use std::sync::Arc;

use qianmo_analytics::{Columns, ColumnsBuilder, Engine, Wanted, run_cases};
use qianmo_core::pack::Term;
use qianmo_core::{AreaTree, Cell, Decimal, Numbers, Part, Period};
use qianmo_synth::{Figures, Options, generate};

use crate::support::{packs, push};

const FIGURES: &str = include_str!("../../../cli/figures/township.csv");
const YEAR: i16 = 2010;

/// The township of the printed figures.
fn township(engine: &Engine) -> (Arc<AreaTree>, Columns) {
    let figures = Figures::read("township.csv", FIGURES.as_bytes()).unwrap();
    let options = Options { year: YEAR, seed: 7, until: None, area: None };
    let mut records = Vec::new();
    let township = generate(engine.packs(), &figures, &options, &mut |mut batch| {
        for record in &batch {
            let form = engine.packs().form(&record.form).unwrap();
            let refused = form.check(record, &qianmo_core::Known::on(qianmo_core::Date::new(YEAR, 12, 31).unwrap())).refused;
            assert_eq!(refused, [], "{} {:?}", record.form, record.values);
        }
        records.append(&mut batch);
        Ok(())
    })
    .unwrap();
    let areas = Arc::new(AreaTree::new(township.areas).unwrap());
    let mut builder = ColumnsBuilder::new(engine.packs(), &areas).unwrap();
    for record in &records {
        push(&mut builder, record);
    }
    (areas, builder.finish().unwrap())
}

#[test]
fn cases_of_all_packs_hold() {
    let engine = Engine::new(packs()).unwrap();
    let (count, faults) = run_cases(&engine).unwrap();
    assert_eq!(faults, []);
    assert!(count > 80);
}

#[test]
fn villages_alone_add_up_to_the_whole_and_lists_to_their_numbers() {
    let engine = Engine::new(packs()).unwrap();
    let (areas, columns) = township(&engine);
    let root = areas.roots().next().unwrap().code;
    let wanted = Wanted::periods(&[Period::Year(YEAR), Period::Quarter(YEAR, 2), Period::Month(YEAR, 10)]);
    let full = engine.compute(&columns, &areas, &wanted).unwrap();
    assert_eq!(full.cell("population.residents", root, Period::Year(YEAR)).unwrap().numerator, Decimal::from(31_742));

    let mut put_together = full.clone();
    for leaf in areas.leaves(root) {
        let shard = engine.compute(&columns.shard(leaf).unwrap(), &areas, &wanted).unwrap();
        put_together.replace_leaf(leaf, &shard);
    }
    assert!(full == put_together, "full and per-village recomputation differ");

    let (mut lists, mut rows) = (0, 0);
    for indicator in engine.packs().indicators().filter(|i| matches!(i.numerator, Term::Row(_))).step_by(4) {
        let cell = full.cell(&indicator.id, root, Period::Year(YEAR)).unwrap();
        for part in [Part::Numerator, Part::Denominator] {
            let Some(expected) = of(cell, part) else { continue };
            if part == Part::Denominator && !matches!(indicator.denominator, Some(Term::Row(_))) {
                continue;
            }
            let tables = engine.drill(&columns, &areas, &indicator.id, root, Period::Year(YEAR), part).unwrap();
            let counted = tables[0].column("counted");
            let sum: Decimal = tables[0].rows.iter().map(|row| row[counted.unwrap()].as_decimal().unwrap()).sum();
            assert_eq!(sum, expected, "{} {}", indicator.id, part.word());
            lists += 1;
            rows += tables[0].rows.len();
        }
    }
    assert!(lists > 80 && rows > 10_000, "{lists} lists, {rows} rows");
}

fn of(cell: Cell, part: Part) -> Option<Decimal> {
    if part == Part::Numerator { Some(cell.numerator) } else { cell.denominator }
}
