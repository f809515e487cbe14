//! `campaigns.toml`: what is read, and what is refused where.

#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use qianmo_core::Expr;
use qianmo_packs::load;

const ROUND: &str = r#"id = "care.round"
name = "行动"
name_en = "Round"
version = 1
subject = "area"
source = "测试规范，2017"
[[field]]
id = "age_to"
name = "年龄上限"
name_en = "Age up to"
type = "integer"
required = true
[[field]]
id = "kind"
name = "类别"
name_en = "Kind"
type = "choice"
choices = [["1", "首轮"], ["2", "次轮"]]
"#;

const TARGET: &str = r#"id = "care.target"
name = "应到名单"
name_en = "Target"
version = 1
subject = "resident"
source = "测试规范，2017"
[[field]]
id = "round"
name = "行动类别"
name_en = "Round"
type = "choice"
choices = [["1", "首轮"], ["2", "次轮"]]
required = true
[[field]]
id = "old"
name = "年长"
name_en = "Old"
type = "bool"
"#;

const VIEW: &str = "-- view: care_everybody
-- name: 全部居民
-- grain: one row per resident
-- subject: resident
-- column: age integer 周岁
-- column: sex text 性别
-- source: 测试规范，2017
select r.subject, 1 as age, r.sex, t.round, t.old from base_resident r join care_target t on t.subject = r.subject where $end between r.valid_from and r.valid_to
";

const CAMPAIGN: &str = r#"source = "测试规范，2017"
[[campaign]]
id = "care.autumn"
name = "秋季行动"
name_en = "Autumn"
opens = "care.round"
view = "care_everybody"
only = "age <= round.age_to and sex = '2'"
target = "care.target"
values = { round = "round.kind", old = "age >= 65" }
"#;

/// The good packs with a campaign, one text of it changed; marks say where faults are expected.
fn check(old: &str, new: &str, expected: &[&str]) {
    assert!(old.is_empty() || CAMPAIGN.matches(old).count() == 1, "{old}");
    let campaign = if old.is_empty() { CAMPAIGN.to_owned() } else { CAMPAIGN.replace(old, new) };
    let (mut files, places) = common::changed("care/campaigns.toml", "", &campaign);
    files.extend(
        [("care/forms/round.toml", ROUND), ("care/forms/target.toml", TARGET), ("care/views/care_everybody.sql", VIEW)]
            .map(|(path, text)| (path.to_owned(), text.to_owned())),
    );
    let found: Vec<String> = load(&files).faults.iter().map(common::shown).collect();
    let wanted: Vec<String> = expected.iter().zip(&places).map(|(fault, place)| format!("{place} {fault}")).collect();
    assert_eq!((expected.len(), &found), (places.len(), &wanted), "after {old} -> {new}");
    if expected.is_empty() {
        let loaded = load(&files);
        let campaign = loaded.packs.campaigns().next().unwrap();
        assert_eq!((&*campaign.id, &*campaign.opens, &*campaign.target), ("care.autumn", "care.round", "care.target"));
        assert!(campaign.values.iter().any(|(field, value)| &**field == "round" && *value == Expr::Name("round.kind".into())));
        assert_eq!(campaign.source, "测试规范，2017");
        let dead: Vec<String> = loaded.dead_fields().iter().map(common::shown).collect();
        assert!(!dead.iter().any(|fault| fault.contains("care.round")), "a field the campaign reads is used: {dead:?}");
    }
}

#[test]
fn a_campaign_is_read() {
    check("", "", &[]);
}

#[test]
fn names_are_the_views_columns_and_the_rounds_fields() {
    check("age <= round.age_to", "age <= ⟦round.age_too", &["PACK-0202 name=round.age_too suggestion=round.age_to"]);
    check("age <= round.age_to", "⟦ages <= round.age_to", &["PACK-0202 name=ages suggestion=age"]);
    check("age <= round.age_to and sex = '2'", "round.kind = ⟦'3'", &["PACK-0204 field=round.kind code=3 known=1、2"]);
    check("only = \"age <= round.age_to and sex = '2'\"", "only = \"⟦age + 1\"", &["PACK-0209 expected=是/否 found=整数"]);
}

#[test]
fn what_it_refers_to_exists_and_fits() {
    check("opens = \"care.round\"", "opens = ⟦\"care.rount\"", &["PACK-0302 what=表单 id=care.rount suggestion=care.round"]);
    check("view = \"care_everybody\"", "view = ⟦\"care_everyone\"", &["PACK-0302 what=视图 id=care_everyone suggestion=care_everybody"]);
    check("opens = \"care.round\"", "opens = ⟦\"care.target\"", &["PACK-0320 form=care.target subject=resident"]);
    check("id = \"care.autumn\"", "id = ⟦\"base.autumn\"", &["PACK-0107 id=base.autumn expected=care.…"]);
    let other = "target = ⟦\"care.round\"\nvalues = { age_to = \"1\" }\n#";
    check("target = \"care.target\"\nvalues", other, &["PACK-0321 form=care.round subject=area expected=resident"]);
}

#[test]
fn values_are_fields_of_the_target_of_their_kind() {
    check("old = \"age >= 65\"", "⟦olt = \"age >= 65\"", &["PACK-0202 name=olt suggestion=old"]);
    check("old = \"age >= 65\"", "old = \"⟦age\"", &["PACK-0209 expected=是/否 found=整数"]);
    check("round = \"round.kind\"", "round = ⟦\"'7'\"", &["PACK-0204 field=round code=7 known=1、2"]);
    check("values = { round = \"round.kind\",", "values = ⟦{", &["PACK-0322 name=行动类别 field=round form=应到名单"]);
}
