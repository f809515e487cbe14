//! The bounds: forbidden words, no targets on reproductive choice, no field without a use.

mod common;

use common::{changed, check, shown};
use qianmo_packs::load;

#[test]
fn forbidden_words_are_found_in_any_text() {
    check("care/forms/visit.toml", "name = \"体重\"", "name = \"体重（⟦计划外）\"", &["PACK-0501 word=计划外"]);
    check("care/forms/visit.toml", "message = \"请核对体重\"", "message = \"⟦举报\"", &["PACK-0501 word=举报"]);
    check("care/forms/visit.toml", "[\"2\", \"卫生院\"]", "[\"2\", \"⟦三查\"]", &["PACK-0501 word=三查"]);
    check("care/indicators.toml", "meaning = \"只作统计\"\n\n", "meaning = \"⟦孕情监测\"\n\n", &["PACK-0501 word=孕情监测"]);
    check("care/summary.md", "共访视", "⟦社会抚养费", &["PACK-0501 word=社会抚养费"]);
    check("care/views/care_visit.sql", "在家访视", "⟦补救措施", &["PACK-0501 word=补救措施"]);
    check("care/synth.toml", "id = \"returned\"", "id = \"⟦out_of_plan\"", &["PACK-0501 word=out_of_plan"]);
}

#[test]
fn a_choice_has_no_direction() {
    check("care/indicators.toml", "choice = true", "choice = true\nbetter = ⟦\"higher\"", &["PACK-0502 id=care.first_method key=better"]);
}

#[test]
fn an_indicator_that_reads_a_choice_field_is_one_even_if_it_does_not_say_so() {
    let (files, _) = changed("care/indicators.toml", "choice = true\n", "");
    let loaded = load(&files);
    assert_eq!(loaded.faults, []);
    assert!(loaded.packs.indicator("care.first_method").unwrap().choice);
    assert!(!loaded.packs.indicator("care.content_rate").unwrap().choice);
    let warned: Vec<String> = loaded.warnings.iter().map(shown).collect();
    assert_eq!(warned, ["care/indicators.toml:47:6 PACK-0802 id=care.first_method"]);
    check("care/indicators.toml", "choice = true", "better = ⟦\"lower\"", &["PACK-0502 id=care.first_method key=better"]);
}

#[test]
fn a_choice_is_followed_through_conditions_other_views_and_other_indicators() {
    let view = "care/views/care_method.sql";
    let expected = |place: &str| format!("{place} PACK-0502 id=care.content_rate key=better");
    let refused = |old: &str, new: &str| {
        let (files, _) = changed(view, old, new);
        let found: Vec<String> = load(&files).faults.iter().map(shown).collect();
        assert_eq!(found, [expected("care/indicators.toml:43:10")], "{new}");
    };
    refused("from care_choice group", "from care_choice where method = '1' group");
    refused("where $end >= $start", "where l.held <> '2' and $end >= $start");
    refused("l.content from latest l", "coalesce(l.content, l.held = '2') as content from latest l");
    refused("from latest l", "from latest l join care_choice c on c.subject = l.subject and c.method = '1'");
    let sum = "numerator = { of = \"care.first_method * 2\" }";
    let (files, _) = changed("care/indicators.toml", "numerator = { of = \"care.visits * 2\" }", sum);
    assert!(load(&files).packs.indicator("care.weight_per_visit").unwrap().choice);
}

#[test]
fn another_tables_column_of_the_same_name_is_no_choice() {
    let form = "id = \"method\"\nname = \"方式\"\nname_en = \"Method\"\ntype = \"bool\"\n[[field]]\nid = \"started\"";
    let (mut files, _) = changed("care/forms/visit.toml", "id = \"started\"", form);
    let view = &mut files.iter_mut().find(|(path, _)| path.ends_with("care_method.sql")).unwrap().1;
    *view = view.replace(
        "l.content from latest l",
        "coalesce(l.content, v.method) as content from latest l left join care_visit v on v.subject = l.subject",
    );
    assert_eq!(load(&files).faults, []);
}

#[test]
fn a_choice_has_no_target() {
    let row = "[\"care.home_rate\", 60,";
    let more = "[⟦\"care.first_method\", 60, 2017-01-01, 9999-12-31],\n    [\"care.home_rate\", 60,";
    check("care/tables/targets.toml", row, more, &["PACK-0502 id=care.first_method key=targets"]);
    check("care/summary.md", "（本年{care.home_rate}）", "（本年{⟦care.first_method}）", &["PACK-0502 id=care.first_method key=计划"]);
}

#[test]
fn a_mere_statistic_has_no_direction_and_no_target() {
    check(
        "care/indicators.toml",
        "statistic = true",
        "statistic = true\nbetter = ⟦\"lower\"",
        &["PACK-0503 id=care.weight_per_visit key=better"],
    );
    check(
        "care/tables/targets.toml",
        "\"care.home_rate\"",
        "⟦\"care.weight_per_visit\"",
        &["PACK-0503 id=care.weight_per_visit key=targets"],
    );
}

#[test]
fn fields_without_a_use_are_named_where_they_stand() {
    let dead = |files: &[(String, String)]| load(files).dead_fields().iter().map(shown).collect::<Vec<_>>();
    assert_eq!(
        dead(&common::good()),
        // Her sex is asked for by a derived value of another pack.
        ["base/forms/resident.toml:10:6 PACK-0701 form=base.resident field=name name=姓名"]
    );
    let (files, _) = changed("care/views/care_visit.sql", ", v.carer, v.started, v.count", " -- carer");
    let carer = "care/forms/visit.toml:41:6 PACK-0701 form=care.visit field=carer name=照护人";
    assert!(dead(&files).iter().any(|fault| fault == carer), "{:?}", dead(&files));
    let (files, _) =
        changed("base/forms/resident.toml", "require = \"birth_date <= at\"", "require = \"birth_date <= at and name is not null\"");
    assert_eq!(dead(&files), [""; 0]);
}
