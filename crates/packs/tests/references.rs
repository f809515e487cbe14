//! References: what claims another's id, and what refers to nothing.

mod common;

use common::{changed, check, shown};
use qianmo_packs::load;

#[test]
fn an_id_belongs_to_one() {
    let copy = common::good().remove(4).1.replace("id = \"care.visit\"", "id = ⟦\"care.visit\"");
    check("care/forms/zzz.toml", "", &copy, &["PACK-0301 what=表单 id=care.visit first=care/forms/visit.toml:1:6"]);
    check("care/synth.toml", "id = \"home_rate\"", "id = ⟦\"people\"", &["PACK-0301 what=数字 id=people first=base/synth.toml:2:6"]);
    // Files are read in order of their names: the later one is the second claim.
    let mut files = common::good();
    let copy = files[7].1.clone();
    files.push(("base/views/care_method.sql".to_owned(), copy));
    let found: Vec<String> = load(&files).faults.iter().map(shown).collect();
    assert_eq!(found, ["care/views/care_method.sql:1:10 PACK-0301 what=视图 id=care_method first=base/views/care_method.sql:1:10"]);
}

#[test]
fn what_is_referred_to_exists() {
    let refused = |path: &str, old: &str, new: &str, expected: &str| {
        check(path, old, new, &[&format!("PACK-0302 {expected}")]);
    };
    refused(
        "care/indicators.toml",
        "view = \"care_visit\"\nnumerator = \"at_home\"",
        "view = ⟦\"care_visits\"\nnumerator = \"at_home\"",
        "what=视图 id=care_visits suggestion=care_visit",
    );
    refused("care/rosters/L90.toml", "view = \"care_visit\"", "view = ⟦\"visit\"", "what=视图 id=visit");
    refused("care/rosters/L90.toml", "\"care.visit.place\"", "⟦\"care.visit.plaice\"", "what=选项字段 id=plaice suggestion=place");
    refused("care/rosters/L90.toml", "\"care.visit.place\"", "⟦\"care.vist.place\"", "what=表单 id=care.vist suggestion=care.visit");
    refused(
        "care/returns/R90.toml",
        "indicator = \"care.visits\"",
        "indicator = ⟦\"care.visit\"",
        "what=指标 id=care.visit suggestion=care.visits",
    );
    refused(
        "care/synth.toml",
        "indicator = \"care.visits\"",
        "indicator = ⟦\"care.visit\"",
        "what=指标 id=care.visit suggestion=care.visits",
    );
    refused("care/synth.toml", "from = [\"base.people\"]", "from = [⟦\"base.peple\"]", "what=人群 id=base.peple suggestion=base.people");
    refused(
        "care/synth.toml",
        "table = \"care.schedule\"",
        "table = ⟦\"care.scedule\"",
        "what=数据表 id=care.scedule suggestion=care.schedule",
    );
    refused("care/synth.toml", "carer = \"resident\" }", "⟦carrer = \"resident\" }", "what=字段 id=carrer suggestion=carer");
    refused("care/synth.toml", "new = \"stay\"", "new = ⟦\"stays\"", "what=对象类别 id=stays suggestion=stay");
    refused("care/forms/visit.toml", "to = \"resident\"", "to = ⟦\"residnt\"", "what=对象类别 id=residnt suggestion=resident");
    refused("care/pack.toml", "needs = [\"base\"]", "needs = [\"base\", ⟦\"bsae\"]", "what=专项 id=bsae suggestion=base");
    refused("care/cases/edges.toml", "place = \"1\"", "⟦plac = \"1\"", "what=字段 id=plac suggestion=place");
    refused(
        "care/cases/edges.toml",
        "indicator = \"care.home_rate\"",
        "indicator = ⟦\"care.homerate\"",
        "what=指标 id=care.homerate suggestion=care.home_rate",
    );
    refused("care/summary.md", "?care.visits", "?⟦care.vists", "what=指标 id=care.vists suggestion=care.visits");
    refused("care/summary.md", "{care.home_rate:nd}", "{⟦care.home_rte:nd}", "what=指标 id=care.home_rte suggestion=care.home_rate");
    refused(
        "care/summary.md",
        ": care.visits, care.home_rate",
        ": care.visits, ⟦care.homerate",
        "what=指标 id=care.homerate suggestion=care.home_rate",
    );
    refused("care/summary.md", "{year}", "{⟦yaer}", "what=指标 id=yaer suggestion=year");
}

#[test]
fn packs_do_not_need_each_other_in_a_circle() {
    let (mut files, places) = changed("base/pack.toml", "author", "needs = ⟦[\"care\"]\nauthor");
    files.retain(|(path, _)| path.ends_with("pack.toml"));
    let found: Vec<String> = load(&files).faults.iter().map(shown).collect();
    assert_eq!(found, [format!("{} PACK-0303 packs=base、care", places[0]), "care/pack.toml:6:9 PACK-0303 packs=base、care".to_owned()]);
}

#[test]
fn units_are_known_ones() {
    check("care/indicators.toml", "unit = \"人\"", "unit = ⟦\"人数\"", &["PACK-0305 unit=人数 suggestion=人"]);
    check("care/forms/visit.toml", "unit = \"千克\"", "unit = ⟦\"mmHq\"", &["PACK-0305 unit=mmHq suggestion=mmHg"]);
    check("care/indicators.toml", "unit = \"次\"", "unit = ⟦\"percent\"", &["PACK-0305 unit=percent"]);
}

#[test]
fn groups_come_after_those_they_draw_from() {
    check(
        "care/synth.toml",
        "from = [\"base.people\"]\nonly = \"sex = '2' and birth_date < $start\"",
        "from = [⟦\"returned\"]",
        &["PACK-0306 id=returned"],
    );
    let (files, _) = changed("base/pack.toml", "author", "needs = []\nauthor");
    assert_eq!(load(&files).faults, []);
}

#[test]
fn a_count_has_no_denominator() {
    check(
        "care/returns/R90.toml",
        "indicator = \"care.visits\"",
        "indicator = ⟦\"care.visits\"\npart = \"denominator\"",
        &["PACK-0307 id=care.visits"],
    );
    check("care/summary.md", "{care.visits}", "{⟦care.visits:d}", &["PACK-0307 id=care.visits"]);
    let more = "[[case.expect]]\nindicator = \"care.visits\"\nnumerator = 1\ndenominator = ⟦1\n[[case.refused]]";
    check("care/cases/edges.toml", "[[case.refused]]", more, &["PACK-0307 id=care.visits"]);
}

#[test]
fn fabricated_records_fill_what_is_required() {
    let expected = "PACK-0308 form=base.resident field=birth_date name=出生日期";
    check(
        "base/synth.toml",
        "values = { name = \"name\", sex = \"sex\", birth_date = \"birth_date\" }",
        "values = ⟦{ name = \"name\", sex = \"sex\" }",
        &[expected],
    );
}

#[test]
fn fabricated_values_fit_their_fields() {
    let place = "place = \"case when home then '1' else '2' end\"";
    check("care/synth.toml", place, "place = ⟦\"case when home then '1' else '3' end\"", &["PACK-0204 field=place code=3 known=1、2"]);
    check("care/synth.toml", "{ \"1\" = 0.3, \"2\" = 0.7 }", "{ \"1\" = 0.3, ⟦\"4\" = 0.7 }", &["PACK-0204 field=place code=4 known=1、2"]);
    check("care/synth.toml", "weight = \"kilos\"", "weight = \"⟦visited_on\"", &["PACK-0209 expected=数字 found=日期"]);
    check("care/synth.toml", "count = 3", "count = ⟦true", &["PACK-0106 key=count expected=数字 found=true 或 false"]);
    check("care/synth.toml", "at = \"visited_on + interval '1 month'\"", "at = ⟦\"'x'\"", &["PACK-0209 expected=日期 found=文字"]);
    check(
        "care/synth.toml",
        "of = \"visited_on > birth_date\"",
        "of = \"visited_on > ⟦birth_dat\"",
        &["PACK-0202 name=birth_dat suggestion=birth_date"],
    );
    check("care/synth.toml", "expr = \"dose * share\"", "expr = \"⟦dos * share\"", &["PACK-0202 name=dos suggestion=dose"]);
    check(
        "care/synth.toml",
        "formula = \"home_visits / visits",
        "formula = \"⟦home_visit / visits",
        &["PACK-0202 name=home_visit suggestion=home_visits"],
    );
    check(
        "care/synth.toml",
        "[\"greatest($start, birth_date)\", \"$end\"]",
        "⟦[\"greatest($start, birth_date)\", 5]",
        &["PACK-0203 op=between left=日期 right=整数"],
    );
}
