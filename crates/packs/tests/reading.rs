//! What is wrong with a file as such: each fault at its place, with a suggestion where there is one.

mod common;

use common::check;

#[test]
fn text_that_is_no_toml() {
    check("care/pack.toml", "order = 10", "order =⟦= 10", &["PACK-0101 why=extra `=`, expected nothing"]);
}

#[test]
fn unknown_keys_are_reported_with_the_nearest_known_one() {
    check("care/forms/visit.toml", "required = true", "⟦requierd = true", &["PACK-0102 key=requierd suggestion=required"]);
    check("care/synth.toml", "[[rule]]", "[[⟦rules]]", &["PACK-0102 key=rules suggestion=rule"]);
    check("care/forms/visit.toml", "to = \"resident\"", "⟦colour = 1\nto = \"resident\"", &["PACK-0102 key=colour"]);
    check("care/forms/visit.toml", "type = \"datetime\"", "type = \"datetime\"\nchoices = ⟦[]", &["PACK-0102 key=choices"]);
    check("care/views/care_visit.sql", "-- grain:", "-- ⟦grian: x\n-- grain:", &["PACK-0102 key=grian suggestion=grain"]);
}

#[test]
fn missing_keys_are_reported_where_the_table_begins() {
    check("care/returns/R90.toml", "[[row]]\ncode = \"a0\"", "⟦[[row]]", &["PACK-0103 key=code"]);
    check(
        "care/returns/R90.toml",
        "[[row]]\ncode = \"a0\"",
        "⟦[[row]]\n⟦cod = \"a0\"",
        &["PACK-0103 key=code", "PACK-0102 key=cod suggestion=code"],
    );
    let (old, new) = (
        "name = \"平均体重\"\nname_en = \"Mean weight\"\nnumerator = { of = \"care.visits * 2\" }",
        "name = \"平均体重\"\nname_en = \"Mean weight\"",
    );
    check(
        "care/indicators.toml",
        &format!("[[indicator]]\nid = \"care.weight_per_visit\"\n{old}"),
        &format!("⟦[[indicator]]\nid = \"care.weight_per_visit\"\n{new}"),
        &["PACK-0103 key=numerator"],
    );
    check("base/synth.toml", "[[group]]\nid = \"people\"\ncount = \"people\"", "⟦[[group]]\nid = \"people\"", &["PACK-0103 key=count"]);
    check("care/summary.md", "# 护理", "⟦护理", &["PACK-0103 key=# "]);
}

#[test]
fn empty_text_is_not_text() {
    check("care/forms/visit.toml", "name = \"地点\"", "name = ⟦\" \"", &["PACK-0104 key=name"]);
}

#[test]
fn words_must_be_among_those_known() {
    let expected =
        "PACK-0105 key=type value=interger known=text、integer、decimal、date、datetime、bool、choice、choices、ref suggestion=integer";
    check(
        "care/forms/choice.toml",
        "type = \"bool\"",
        "type = ⟦\"boool\"",
        &[&expected.replace("interger", "boool").replace("=integer", "=bool")],
    );
    let expected = "PACK-0105 key=better value=more known=higher、lower";
    check("care/indicators.toml", "better = \"higher\"\nmeaning = \"在家", "better = ⟦\"more\"\nmeaning = \"在家", &[expected]);
    let expected = "PACK-0105 key=additive value=at known=happened_on";
    check("care/views/care_visit.sql", "additive: happened_on", "additive: ⟦at", &[expected]);
    let expected = "PACK-0105 key=period value=2012-13 known=2012、2012H1、2012Q1、2012-03、2012W07、2012-03-05";
    check("care/cases/edges.toml", "period = \"2012\"", "period = ⟦\"2012-13\"", &[expected]);
}

#[test]
fn types_must_fit() {
    check("care/pack.toml", "order = 10", "order = ⟦\"10\"", &["PACK-0106 key=order expected=整数 found=文字"]);
    check("care/forms/visit.toml", "range = [0.5, 300]", "range = ⟦[0.5]", &["PACK-0106 key=range expected=两个数 found=列表"]);
    check("care/forms/visit.toml", "usual = [2, 150]", "usual = [2, ⟦true]", &["PACK-0106 key=usual expected=数字 found=true 或 false"]);
    check(
        "care/pack.toml",
        "in_force_from = 2017-01-01",
        "in_force_from = ⟦2017-01-01T00:00:00",
        &["PACK-0106 key=in_force_from expected=日期 found=日期"],
    );
    check("care/tables/schedule.toml", "[2, 1, \"\"", "[⟦2.5, 1, \"\"", &["PACK-0106 key=rows expected=整数 found=数字"]);
    check("care/tables/schedule.toml", "[2, 1, \"\", 2017-01-01, \"\"]", "⟦[2, 1]", &["PACK-0106 key=rows expected=5 列的一行 found=列表"]);
    check("care/cases/edges.toml", "count = 2", "count = ⟦true", &["PACK-0106 key=count expected=整数 found=true 或 false"]);
    check("care/cases/edges.toml", "record = 2", "record = ⟦3", &["PACK-0106 key=record expected=1 到 2 的记录号 found=整数"]);
    check("care/rosters/L90.toml", "width = 5", "width = ⟦500", &["PACK-0106 key=width expected=1 到 200 的数字 found=整数"]);
}

#[test]
fn ids_are_ascii_and_begin_with_their_pack() {
    let expected = "PACK-0107 id=weight_per_visit expected=care.…";
    check("care/indicators.toml", "id = \"care.weight_per_visit\"", "id = ⟦\"weight_per_visit\"", &[expected]);
    check("care/returns/R90.toml", "code = \"a0\"", "code = ⟦\"A-0\"", &["PACK-0107 id=A-0 expected=a–z、0–9、_"]);
    check("care/rosters/L90.toml", "id = \"L90\"", "id = ⟦\"台账\"", &["PACK-0107 id=台账 expected=A–Z、a–z、0–9、_"]);
}

#[test]
fn a_folder_without_a_manifest_is_no_pack() {
    let form = common::good().remove(4).1.replace("care.", "cure.").replace("stay", "resident");
    check("cure/forms/visit.toml", "", &format!("⟦{form}"), &["PACK-0108 pack=cure"]);
}

#[test]
fn files_in_unknown_places_are_faults() {
    let known = "known=pack.toml、schedule.toml、campaigns.toml、consent.toml、indicators.toml、summary.md、synth.toml、forms/*.toml、views/*.sql、rosters/*.toml、returns/*.toml、tables/*.toml、tables/*.csv、cases/*.toml";
    check("care/synt.toml", "", "⟦", &[&format!("PACK-0109 path=synt.toml {known} suggestion=synth.toml")]);
    check("care/forms/old/visit.toml", "", "⟦x", &[&format!("PACK-0109 path=forms/old/visit.toml {known}")]);
    check("care/views/a.txt", "", "⟦x", &[&format!("PACK-0109 path=views/a.txt {known}")]);
}

#[test]
fn every_rule_has_a_source_and_every_indicator_a_meaning() {
    let form =
        common::good().remove(5).1.replace("source = ", "note = ").replace("care.choice", "care.other").replace("note =", "# note =");
    check("care/forms/other.toml", "", &format!("⟦{form}"), &["PACK-0110 what=知情选择"]);
    let indicator = "\n⟦[[indicator]]\nid = \"care.new\"\nname = \"新\"\nname_en = \"New\"\nview = \"care_visit\"\nnumerator = \"true\"\nunit = \"次\"\n";
    let last = "meaning = \"访视了多少次\"\n";
    check("care/indicators.toml", last, &format!("{last}{indicator}"), &["PACK-0115 what=新"]);
}

#[test]
fn manifest_and_folder_have_one_name() {
    check("base/pack.toml", "id = \"base\"", "id = ⟦\"bass\"", &["PACK-0111 id=bass folder=base"]);
}

#[test]
fn ids_stand_once_and_built_in_names_are_taken() {
    check("care/forms/choice.toml", "id = \"satisfied\"", "id = ⟦\"method\"", &["PACK-0112 what=字段 id=method"]);
    check("care/forms/choice.toml", "id = \"satisfied\"", "id = ⟦\"organisation\"", &["PACK-0112 what=字段 id=organisation"]);
    check("care/forms/visit.toml", "[\"2\", \"咳嗽\"]", "[⟦\"1\", \"咳嗽\"]", &["PACK-0112 what=编码 id=1"]);
    check(
        "care/returns/R90.toml",
        "code = \"a1\"\nname = \"次数\"",
        "code = \"a1\"\nname = \"次数\"\n[[row]]\ncode = ⟦\"a1\"\nname = \"次数\"",
        &["PACK-0112 what=项目 id=a1"],
    );
    check("care/tables/schedule.toml", "[\"open\", \"boolean\"]", "[⟦\"label\", \"boolean\"]", &["PACK-0112 what=列 id=label"]);
}

#[test]
fn bounds_stand_in_order() {
    check("care/forms/visit.toml", "usual = [2, 150]", "usual = ⟦[150, 2]", &["PACK-0113 low=150 high=2"]);
    let (from, to) = ("in_force_from = 2017-01-01", "in_force_from = 2017-01-01\nin_force_to = ⟦2016-12-31");
    check("base/pack.toml", from, to, &["PACK-0113 low=2017-01-01 high=2016-12-31"]);
}

#[test]
fn only_residents_households_and_organisations_sit_somewhere() {
    check("care/forms/visit.toml", "version = 1", "version = 1\nlocates = ⟦true", &["PACK-0114 subject=stay"]);
}

#[test]
fn one_way_of_making_a_value_is_enough() {
    let keys = "PACK-0116 keys=expr、between、pick、share、fake";
    check("care/synth.toml", "{ set = \"again\", expr =", "⟦{ set = \"again\", fake = \"phone\", expr =", &[keys]);
    check("care/synth.toml", "{ keep = ", "⟦{ draw = \"x\", keep = ", &["PACK-0116 keys=set、draw、keep"]);
    let record = "[[group.record]]\nform = \"care.visit\"\nat = \"visited_on + interval '1 month'\"";
    check("care/synth.toml", record, &format!("⟦{record}\ntable = \"care.schedule\""), &["PACK-0116 keys=times、table"]);
}

#[test]
fn english_names_are_only_missed() {
    let loaded = check("base/pack.toml", "name_en = \"Residents\"\n", "", &[]);
    assert_eq!(loaded.warnings.iter().map(common::shown).collect::<Vec<_>>(), ["base/pack.toml:1:1 PACK-0801 key=name_en"]);
}
