//! Scripts that are wrong in themselves, past what the loader of packs sees.

use qianmo_core::pack::{Make, Packs, Repeat, Step};
use qianmo_core::{Expr, Fault};

use crate::toy::{figures, options, packs, refused};

fn codes(change: impl FnOnce(&mut Packs)) -> Vec<&'static str> {
    let mut packs = packs();
    change(&mut packs);
    let faults: Vec<Fault> = refused(&packs, &figures(&[]), &options());
    faults.iter().map(|fault| fault.code).collect()
}

fn name(text: &str) -> Expr {
    Expr::Name(text.into())
}

#[test]
fn unknown_groups_and_names() {
    assert_eq!(codes(|packs| packs.packs[0].synth.groups[3].from = vec!["nobody".into()]), ["SYNTH-0501"]);
    assert_eq!(codes(|packs| packs.packs[0].synth.groups[3].only = Some(name("colour"))), ["SYNTH-0502"]);
    assert_eq!(codes(|packs| packs.packs[0].synth.groups[3].count = Some(name("nothing"))), ["SYNTH-0502"]);
    assert_eq!(codes(|packs| packs.packs[0].synth.groups[3].records[0].when = Some(name("colour"))), ["SYNTH-0502"]);
    let sets = |packs: &mut Packs| packs.packs[0].synth.groups[3].steps.push(Step::Keep(name("colour")));
    assert_eq!(codes(sets), ["SYNTH-0502"]);
}

#[test]
fn templates_without_form_field_or_subject() {
    assert_eq!(codes(|packs| packs.packs[0].synth.groups[3].records[0].form = "toy.nothing".into()), ["SYNTH-0503"]);
    let field = |packs: &mut Packs| packs.packs[0].synth.groups[3].records[0].values.push(("colour".into(), Make::Expr(name("i"))));
    assert_eq!(codes(field), ["SYNTH-0503"]);
    assert_eq!(codes(|packs| packs.packs[0].synth.groups[1].records[0].form = "toy.payment".into()).first(), Some(&"SYNTH-0503"));
}

#[test]
fn unknown_tables_and_texts_and_shares_in_records() {
    assert_eq!(codes(|packs| packs.packs[0].synth.groups[5].records[0].repeat = Repeat::Table("toy.years".into()))[0], "SYNTH-0505");
    let fake = |packs: &mut Packs| packs.packs[0].synth.groups[1].steps.push(Step::Set("surname".into(), Make::Fake("passport".into())));
    assert_eq!(codes(fake)[0], "SYNTH-0505");
    let share = Make::Share { total: name("people"), min: None, max: None, decimals: 0, of: None, weight: None };
    assert_eq!(codes(|packs| packs.packs[0].synth.groups[3].records[0].lets.push(("part".into(), share))), ["SYNTH-0505"]);
}

#[test]
fn names_defined_by_each_other() {
    let circle = |packs: &mut Packs| {
        packs.packs[0].synth.lets.push(("hen".into(), name("egg")));
        packs.packs[0].synth.lets.push(("egg".into(), name("hen")));
    };
    assert!(codes(circle).contains(&"SYNTH-0504"));
}

#[test]
fn a_shared_link_without_a_common_parent() {
    let link = qianmo_core::pack::Link { to: "clinics".into(), cover: false, weight: None, shared: true };
    assert!(codes(|packs| packs.packs[0].synth.groups[4].link = Some(link)).contains(&"SYNTH-0501"));
}
