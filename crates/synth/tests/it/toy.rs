//! A toy programme: people in households, some of them visited, some of them paid.

use qianmo_core::pack::Packs;
use qianmo_core::{Fault, Record, Value};
use qianmo_synth::{Figures, Options, Township, generate};

const PACK: &str = r#"
id = "toy"
name = "玩具"
name_en = "Toy"
norm = "无"
in_force_from = 2009-01-01
needs = []
author = "测试"
order = 1
[[subject]]
id = "visit"
name = "走访"
"#;

const RESIDENT: &str = r#"
id = "toy.resident"
name = "居民"
name_en = "Resident"
version = 1
subject = "resident"
source = "无"
field = [
    { id = "name", name = "姓名", name_en = "Name", type = "text" },
    { id = "sex", name = "性别", name_en = "Sex", type = "choice", choices = [["1", "男"], ["2", "女"]] },
    { id = "birth_date", name = "出生日期", name_en = "Born", type = "date", required = true },
    { id = "id_number", name = "身份证号", name_en = "Number", type = "text", identifies = "resident_number" },
    { id = "household", name = "户", name_en = "Household", type = "ref", to = "household" },
    { id = "poor", name = "困难", name_en = "Poor", type = "bool" },
]
"#;

const HOUSEHOLD: &str = r#"
id = "toy.household"
name = "户"
name_en = "Household"
version = 1
subject = "household"
source = "无"
field = [{ id = "number", name = "户号", name_en = "Number", type = "text" }]
"#;

const CLINIC: &str = r#"
id = "toy.clinic"
name = "卫生室"
name_en = "Clinic"
version = 1
subject = "organisation"
source = "无"
field = [{ id = "name", name = "名称", name_en = "Name", type = "text" }]
"#;

const VISIT: &str = r#"
id = "toy.visit"
name = "走访"
name_en = "Visit"
version = 1
subject = "visit"
source = "无"
field = [
    { id = "kind", name = "类别", name_en = "Kind", type = "choice", choices = [["1", "一"], ["2", "二"]] },
    { id = "number", name = "次序", name_en = "Number", type = "integer" },
    { id = "begun_at", name = "开始时间", name_en = "Begun", type = "datetime" },
]
"#;

const PAYMENT: &str = r#"
id = "toy.payment"
name = "补助"
name_en = "Payment"
version = 1
subject = "resident"
source = "无"
field = [{ id = "amount", name = "金额", name_en = "Amount", type = "decimal", decimals = 2 }]
"#;

const TABLE: &str = r#"
id = "round"
name = "轮次"
source = "无"
columns = [["name", "text"], ["month", "integer"]]
rows = [["春", 3], ["秋", 9]]
"#;

const SYNTH: &str = r#"
[[figure]]
id = "villages"
[[figure]]
id = "people"
[[figure]]
id = "households"
[[figure]]
id = "women"
[[figure]]
id = "poor"
[[figure]]
id = "visited"
[[figure]]
id = "paid_yuan"
[[figure]]
id = "newborns"
default = "0"
[[figure]]
id = "women_share"
formula = "women / people * 100"
[[rule]]
require = "women <= people"
message = "妇女多于总人口"
[[rule]]
require = "unvisited >= 0"
message = "走访多于困难居民"
[[let]]
name = "area_villages"
value = "villages"
[[let]]
name = "unvisited"
value = "poor - visited"

[[group]]
id = "clinics"
from = ["villages"]
new = "organisation"
once = true
steps = [{ set = "title", fake = "clinic_name" }, { set = "worker", fake = "person_name" }]
[[group.record]]
form = "toy.clinic"
at = "$start"
values = { name = "title" }

[[group]]
id = "households"
count = "households"
new = "household"
once = true
steps = [{ set = "surname", fake = "surname" }]
[[group.record]]
form = "toy.household"
at = "$start"
values = { number = { fake = "archive_number" } }

[[group]]
id = "people"
count = "people"
new = "resident"
link = { to = "households", cover = true }
once = true
steps = [
    { draw = "woman", count = "women" },
    { set = "sex", expr = "case when woman then '2' else '1' end" },
    { set = "birth_date", between = ["date($year - 60, 1, 1)", "date($year - 20, 12, 31)"] },
    { draw = "poor", count = "poor" },
    { set = "paid", share = "paid_yuan", decimals = 2, of = "poor", min = "0.01" },
]
[[group.record]]
form = "toy.resident"
at = "$start"
values = { name = { fake = "person_name" }, sex = "sex", birth_date = "birth_date", id_number = { fake = "resident_number" }, household = "household", poor = "poor" }
[[group.record]]
form = "toy.payment"
when = "poor"
at = { between = ["$start", "$end"] }
values = { amount = "paid" }

[[group]]
id = "visits"
from = ["people"]
only = "poor"
count = "visited"
new = "visit"
steps = [{ set = "kind", pick = { "1" = 1, "2" = 3 } }, { set = "day", between = ["$start", "$end"] }]
[[group.record]]
form = "toy.visit"
times = "2"
at = "day"
values = { kind = "kind", number = "i", begun_at = "at" }

[[group]]
id = "newborns"
from = ["people"]
only = "woman"
count = "newborns"
each = "2"
new = "resident"
steps = [
    { set = "birth_date", between = ["$start", "$end"] },
    { set = "sex", pick = { "1" = 1, "2" = 1 } },
    { keep = "birth_date <= $until" },
]
[[group.record]]
form = "toy.resident"
at = "birth_date"
values = { name = { fake = "person_name" }, sex = "sex", birth_date = "birth_date", household = "household" }

[[group]]
id = "twins_visited"
from = ["newborns"]
only = "birth_date >= $from"
new = "visit"
[[group.record]]
form = "toy.visit"
table = "toy.round"
when = "month = 3"
lets = [{ set = "kind", expr = "case when month = 3 then '1' else '2' end" }]
at = "birth_date + interval '10 days'"
values = { kind = "kind", number = "i" }
"#;

/// Figures that agree: 4 villages, 120 people.
pub(crate) const FIGURES: &str = "id,label,value,decimals,match
villages,村数,4,,
people,总人口,120,,
households,总户数,40,,
women,妇女,61,,
poor,困难居民,30,,
visited,走访,25,,
paid_yuan,补助金额,1234.56,,
newborns,出生,3,,
women_share,妇女比例,50.83,2,yes
";

/// The toy programme.
pub(crate) fn packs() -> Packs {
    packs_with(SYNTH)
}

/// The toy programme with a changed script.
pub(crate) fn changed(from: &str, to: &str) -> Packs {
    assert!(SYNTH.contains(from), "{from}");
    packs_with(&SYNTH.replacen(from, to, 1))
}

fn packs_with(synth: &str) -> Packs {
    let files = [
        ("toy/pack.toml", PACK),
        ("toy/forms/resident.toml", RESIDENT),
        ("toy/forms/household.toml", HOUSEHOLD),
        ("toy/forms/clinic.toml", CLINIC),
        ("toy/forms/visit.toml", VISIT),
        ("toy/forms/payment.toml", PAYMENT),
        ("toy/tables/round.toml", TABLE),
        ("toy/synth.toml", synth),
    ];
    let files: Vec<(String, String)> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let loaded = qianmo_packs::load(&files);
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    loaded.packs
}

/// The figures with some values replaced: `id=value`.
pub(crate) fn figures(changes: &[&str]) -> Figures {
    let mut lines: Vec<String> = FIGURES.lines().map(str::to_owned).collect();
    for change in changes {
        let (id, value) = change.split_once('=').unwrap();
        let line = lines.iter_mut().find(|line| line.starts_with(&format!("{id},"))).unwrap();
        let mut cells: Vec<&str> = line.split(',').collect();
        cells[2] = value;
        *line = cells.join(",");
    }
    Figures::read("玩具.csv", lines.join("\n").as_bytes()).unwrap()
}

pub(crate) fn options() -> Options {
    Options { year: 2012, seed: 7, until: None, area: None }
}

/// Every record, and what was made.
pub(crate) fn made(packs: &Packs, figures: &Figures, options: &Options) -> Result<(Vec<Record>, Township), Vec<Fault>> {
    let mut records = Vec::new();
    let township = generate(packs, figures, options, &mut |batch| {
        records.extend(batch);
        Ok(())
    })?;
    Ok((records, township))
}

/// The faults of a run that must fail, with nothing written.
pub(crate) fn refused(packs: &Packs, figures: &Figures, options: &Options) -> Vec<Fault> {
    let mut written = 0;
    let made = generate(packs, figures, options, &mut |batch| {
        written += batch.len();
        Ok(())
    });
    assert_eq!(written, 0, "nothing is handed over before the plan holds");
    made.unwrap_err()
}

/// The records of a form.
pub(crate) fn of<'a>(records: &'a [Record], form: &str) -> Vec<&'a Record> {
    records.iter().filter(|record| &*record.form == form).collect()
}

/// A field's value.
pub(crate) fn value(record: &Record, field: &str) -> Value {
    record.values.get(field).cloned().unwrap_or_default()
}
