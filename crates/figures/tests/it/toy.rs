//! A pack small enough to think through, with every way in which records of one subject can matter to another.

use std::sync::Arc;

use qianmo_core::pack::Packs;

const PACK: &str = r#"
id = "toy"
name = "测试专项"
name_en = "Toy"
norm = "测试"
author = "测试"
in_force_from = 2010-01-01
order = 1
[[subject]]
id = "toy_case"
name = "病例"
"#;

const PERSON: &str = r#"
id = "toy.person"
name = "人员"
name_en = "Person"
version = 1
subject = "resident"
source = "测试"
profile = true
locates = true
[[field]]
id = "name"
name = "姓名"
name_en = "Name"
type = "text"
identifies = "name"
[[field]]
id = "phone"
name = "电话"
name_en = "Phone"
type = "text"
identifies = "phone"
[[field]]
id = "weight"
name = "体重"
name_en = "Weight"
type = "decimal"
decimals = 1
[[field]]
id = "household"
name = "户"
name_en = "Household"
type = "ref"
to = "household"
[[field]]
id = "clinic"
name = "签约卫生室"
name_en = "Clinic"
type = "ref"
to = "organisation"
"#;

const MERGE: &str = r#"
id = "toy.merge"
name = "重复档案合并"
name_en = "Two entries of one person"
version = 1
subject = "resident"
source = "测试"
[[field]]
id = "merged_into"
name = "合并到的档案"
name_en = "Merged into"
type = "ref"
to = "resident"
"#;

const HOUSEHOLD: &str = r#"
id = "toy.household"
name = "户"
name_en = "Household"
version = 1
subject = "household"
source = "测试"
profile = true
[[field]]
id = "poor"
name = "困难户"
name_en = "Poor"
type = "bool"
"#;

const CASE: &str = r#"
id = "toy.case"
name = "病例"
name_en = "Case"
version = 1
subject = "toy_case"
source = "测试"
[[field]]
id = "closed_on"
name = "结案日期"
name_en = "Closed on"
type = "date"
"#;

const VISIT: &str = r#"
id = "toy.visit"
name = "随访"
name_en = "Visit"
version = 1
subject = "resident"
source = "测试"
[[field]]
id = "good"
name = "满意"
name_en = "Good"
type = "bool"
[[field]]
id = "cost"
name = "费用"
name_en = "Cost"
type = "decimal"
decimals = 2
[[derived]]
id = "heavy"
name = "超重者随访"
name_en = "Heavy"
type = "bool"
value = "resident.weight > 80"
meaning = "随访对象最近体重超过80"
"#;

const CLINIC: &str = r#"
id = "toy.clinic"
name = "卫生室"
name_en = "Clinic"
version = 1
subject = "organisation"
source = "测试"
profile = true
locates = true
[[field]]
id = "grade"
name = "等级"
name_en = "Grade"
type = "integer"
"#;

const PEOPLE: &str = "-- view: toy_people
-- name: 期末人员
-- grain: one row per person at the end of the period
-- subject: resident
-- column: name text 姓名
-- column: phone text 电话
-- column: heavy boolean 超重
-- column: weight decimal 体重
-- column: poor boolean 困难户
-- column: cases integer 未结案病例
-- column: graded boolean 签约等级高
-- source: 测试
select p.subject, p.name, p.phone, p.weight > 80 as heavy, p.weight, coalesce(h.poor, false) as poor,
    coalesce(c.cases, 0) as cases, coalesce(o.grade >= 2, false) as graded
from toy_person p
left join toy_household h on h.subject = p.household and $end between h.valid_from and h.valid_to
left join (
    select c.resident, count(distinct c.subject) as cases from toy_case c
    where c.at <= $end and c.subject not in (select k.subject from toy_case k where k.closed_on <= $end)
    group by c.resident
) c on c.resident = p.subject
left join toy_clinic o on o.subject = p.clinic and $end between o.valid_from and o.valid_to
where $end between p.valid_from and p.valid_to
";

const VISITS: &str = "-- view: toy_visits
-- name: 随访
-- grain: one row per visit
-- subject: resident
-- additive: happened_on
-- column: good boolean 满意
-- column: cost decimal 费用
-- column: heavy boolean 超重者
-- column: nth integer 第几次
-- source: 测试
select v.subject, v.at as happened_on, v.good, v.cost, v.heavy,
    count(*) over (partition by v.subject order by v.at, v.record) as nth
from toy_visit v where v.at <= $end
";

const CLINICS: &str = "-- view: toy_clinics
-- name: 卫生室
-- grain: one row per clinic at the end of the period
-- subject: organisation
-- column: signed integer 签约人数
-- source: 测试
select o.subject, coalesce(p.signed, 0) as signed
from toy_clinic o
left join (
    select clinic, count(*) as signed from toy_person where $end between valid_from and valid_to group by clinic
) p on p.clinic = o.subject
where $end between o.valid_from and o.valid_to
";

const RANKED: &str = "-- view: toy_ranked
-- name: 最重的三人
-- grain: one row per person
-- subject: resident
-- column: top boolean 前三
-- source: 测试
select p.subject, p.weight is not null and count(*) over (order by p.weight desc nulls last, p.subject) <= 3 as top
from toy_person p where $end between p.valid_from and p.valid_to
";

const AREAS: &str = "-- view: toy_areas
-- name: 村
-- grain: one row per village
-- subject: area
-- column: clinics integer 卫生室数
-- source: 测试
select a.subject, coalesce(c.clinics, 0) as clinics
from area a
left join (
    select h.area, count(*) as clinics from toy_clinic o
    join home h on h.subject = o.subject and $end between h.valid_from and h.valid_to
    where $end between o.valid_from and o.valid_to group by h.area
) c on c.area = a.code
";

/// Indicators as id, view, numerator, denominator.
const INDICATORS: [(&str, &str, &str, &str); 11] = [
    ("heavy_rate", "toy_people", "heavy", "weight is not null"),
    ("weight", "toy_people", "weight", ""),
    ("poor", "toy_people", "poor", "true"),
    ("cases", "toy_people", "cases", ""),
    ("graded", "toy_people", "graded", ""),
    ("cost", "toy_visits", "cost", ""),
    ("good_rate", "toy_visits", "good", "true"),
    ("heavy_visits", "toy_visits", "heavy", ""),
    ("signed", "toy_clinics", "signed", "true"),
    ("top", "toy_ranked", "top", ""),
    ("clinics", "toy_areas", "clinics", ""),
];

const ROSTER: &str = r##"
id = "T01"
name = "人员花名册"
name_en = "People"
view = "toy_people"
sort = ["name"]
source = "测试"
columns = [
    { id = "#", name = "序号", width = 5 },
    { id = "name", name = "姓名", width = 8 },
    { id = "phone", name = "电话", width = 12, mask = true },
]
"##;

const RETURN: &str = r#"
id = "R01"
name = "人员报表"
name_en = "People"
form_number = "测1表"
issued_by = "测试"
frequency = "month"
due = "次月5日"
by_village = true
source = "测试"
[[row]]
code = "r1"
name = "困难户人口"
indicator = "toy.poor"
part = "numerator"
[[row]]
code = "r2"
name = "超重率"
indicator = "toy.heavy_rate"
part = "value"
"#;

const SUMMARY: &str = "# 人员\n年末困难户人口{toy.poor:n}人，占{toy.poor}，超重率{toy.heavy_rate}。\n";

fn indicators() -> String {
    let mut text = "source = \"测试\"\n".to_owned();
    for (id, view, numerator, denominator) in INDICATORS {
        let below = if denominator.is_empty() { String::new() } else { format!("denominator = \"{denominator}\"\nunit = \"%\"\n") };
        let unit = if denominator.is_empty() { "unit = \"人\"\ndecimals = 2\n" } else { "" };
        let one = format!(
            "[[indicator]]\nid = \"toy.{id}\"\nname = \"{id}\"\nname_en = \"{id}\"\nview = \"{view}\"\nnumerator = \"{numerator}\"\n{below}{unit}meaning = \"测试。\"\n"
        );
        text.push_str(&one);
    }
    text + "[[indicator]]\nid = \"toy.cost_each\"\nname = \"人均费用\"\nname_en = \"Each\"\nnumerator = { of = \"toy.cost\" }\ndenominator = { of = \"toy.poor.denominator\" }\nunit = \"元\"\nmeaning = \"费用除以人数。\"\n"
}

/// The pack, loaded.
pub(crate) fn packs() -> Arc<Packs> {
    let indicators = indicators();
    let files = [
        ("toy/pack.toml", PACK),
        ("toy/forms/person.toml", PERSON),
        ("toy/forms/merge.toml", MERGE),
        ("toy/forms/household.toml", HOUSEHOLD),
        ("toy/forms/case.toml", CASE),
        ("toy/forms/visit.toml", VISIT),
        ("toy/forms/clinic.toml", CLINIC),
        ("toy/views/toy_people.sql", PEOPLE),
        ("toy/views/toy_visits.sql", VISITS),
        ("toy/views/toy_clinics.sql", CLINICS),
        ("toy/views/toy_ranked.sql", RANKED),
        ("toy/views/toy_areas.sql", AREAS),
        ("toy/indicators.toml", &indicators),
        ("toy/rosters/T01.toml", ROSTER),
        ("toy/returns/R01.toml", RETURN),
        ("toy/summary.md", SUMMARY),
    ];
    let loaded = qianmo_packs::load(&files.map(|(name, text)| (name.to_owned(), text.to_owned())));
    assert_eq!(loaded.faults, []);
    Arc::new(loaded.packs)
}
