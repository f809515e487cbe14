//! A township, a few forms, and files made on the spot.

use std::sync::Arc;

use qianmo_core::expr::Op;
use qianmo_core::form::Identifies;
use qianmo_core::{Area, AreaCode, AreaKind, AreaTree, Check, Choice, Date, Decimal, Expr, Fault, Field, FieldType, Form, Place, Versions};
use qianmo_exchange::{Import, Map, Options, Register, import};
use rust_xlsxwriter::Workbook;

pub(crate) const TODAY: Date = Date::constant(2013, 1, 10);
pub(crate) const VALID: &str = "11010519491231002X";

pub(crate) fn village(number: u64) -> AreaCode {
    AreaCode::from_number(530_523_100_000 + number).unwrap()
}

pub(crate) fn township() -> AreaTree {
    let node = |number, name: &str, kind, parent: Option<u64>| Area {
        code: village(number),
        name: name.into(),
        kind,
        parent: parent.map(village),
        valid_from: Date::constant(2000, 1, 1),
        valid_to: None,
    };
    AreaTree::new(vec![
        node(0, "白水镇", AreaKind::Township, None),
        node(201, "龙潭村", AreaKind::Village, Some(0)),
        node(202, "大河村", AreaKind::Village, Some(0)),
    ])
    .unwrap()
}

pub(crate) fn field(id: &str, name: &str, kind: FieldType) -> Field {
    Field {
        id: id.into(),
        name: name.into(),
        name_en: String::new(),
        kind,
        unit: String::new(),
        required: false,
        range: None,
        usual: None,
        choices: vec![],
        identifies: None,
        choice_fact: false,
        note: String::new(),
        synonyms: vec![],
        versions: Versions::default(),
    }
}

pub(crate) fn required(field: Field) -> Field {
    Field { required: true, ..field }
}

fn choices(list: &[(&str, &str)]) -> Vec<Choice> {
    list.iter().map(|(code, name)| Choice { code: (*code).into(), name: (*name).into() }).collect()
}

pub(crate) fn form(id: &str, name: &str, subject: &str, fields: Vec<Field>) -> Form {
    Form {
        id: id.into(),
        name: name.into(),
        name_en: String::new(),
        version: 1,
        subject: subject.into(),
        profile: false,
        locates: false,
        unique: vec![],
        fields,
        derived: vec![],
        checks: vec![],
        source: String::new(),
        verified: true,
    }
}

/// Who is who, as the population programme has it.
pub(crate) fn resident() -> Form {
    let number = Field {
        identifies: Some(Identifies::ResidentNumber),
        synonyms: vec!["身份证号".into()],
        ..field("id_number", "公民身份号码", FieldType::Text)
    };
    let name = Field { identifies: Some(Identifies::Name), ..required(field("name", "姓名", FieldType::Text)) };
    let sex = Field { choices: choices(&[("1", "男"), ("2", "女")]), ..required(field("sex", "性别", FieldType::Choice)) };
    Form {
        profile: true,
        locates: true,
        unique: vec!["id_number".into()],
        ..form(
            "population.resident",
            "居民基本信息",
            "resident",
            vec![
                name,
                sex,
                required(field("birth_date", "出生日期", FieldType::Date)),
                number,
                field("mother", "母亲", FieldType::Ref("resident".into())),
                field("household", "所在户", FieldType::Ref("household".into())),
                field("agricultural", "农业户口", FieldType::Bool),
                Field { identifies: Some(Identifies::Phone), ..field("phone", "联系电话", FieldType::Text) },
            ],
        )
    }
}

pub(crate) fn household() -> Form {
    Form {
        profile: true,
        locates: true,
        unique: vec!["number".into()],
        ..form("population.household", "家庭户登记", "household", vec![required(field("number", "户编号", FieldType::Text))])
    }
}

/// A service to a resident, with a check between fields.
pub(crate) fn visit() -> Form {
    let range = |low: i64, high: i64| Some((Decimal::from(low), Decimal::from(high)));
    let pressure =
        |id, name| Field { unit: "mmHg".into(), range: range(40, 280), usual: range(50, 200), ..field(id, name, FieldType::Integer) };
    let above = Expr::Binary(Op::Gt, Box::new(Expr::Name("sbp".into())), Box::new(Expr::Name("dbp".into())));
    Form {
        checks: vec![Check { require: above, message: "收缩压应高于舒张压".into(), ask: false, versions: Versions::default() }],
        ..form(
            "care.visit",
            "随访记录",
            "resident",
            vec![
                required(pressure("sbp", "收缩压")),
                pressure("dbp", "舒张压"),
                Field { unit: "kg".into(), ..field("weight", "体重", FieldType::Decimal(1)) },
                Field {
                    choices: choices(&[("1", "头痛"), ("2", "头晕"), ("3", "其他")]), ..field("symptoms", "症状", FieldType::Choices)
                },
                field("seen_at", "接诊时间", FieldType::DateTime),
                field("result", "结果", FieldType::Text),
            ],
        )
    }
}

/// An episode's record, told apart by its date.
pub(crate) fn delivery() -> Form {
    Form {
        unique: vec!["delivered_on".into()],
        ..form("mother.delivery", "分娩记录", "pregnancy", vec![required(field("delivered_on", "分娩日期", FieldType::Date))])
    }
}

pub(crate) fn options<'a>() -> Options<'a> {
    Options {
        file: "表.csv",
        sheet: None,
        at: None,
        area: None,
        good_rows: false,
        today: TODAY,
        recorded_at: 1_357_800_000_000,
        worker: Some("li".into()),
        device: None,
        organisation: None,
        salt: "test",
    }
}

pub(crate) fn read_bytes(bytes: &[u8], form: &Form, register: &Register, options: &Options<'_>) -> Import {
    import(bytes, form, &Map::default(), register, &township(), options)
}

/// Reads csv text into an empty store.
pub(crate) fn read(text: &str, form: &Form) -> Import {
    read_bytes(text.as_bytes(), form, &Register::new(form), &options())
}

/// A register that knows the people of this csv text (name, sex, birth date, number, village).
pub(crate) fn knowing(people: &str, form: &Form) -> Register {
    let text = format!("姓名,性别,出生日期,身份证号,村\n{people}");
    let found = read(&text, &resident());
    assert_eq!(found.faults, []);
    let mut register = Register::new(form);
    assert!(register.wants(&resident()));
    for record in &found.records {
        register.push(&resident(), record);
    }
    register
}

/// Code, row and column of each fault.
pub(crate) fn places(faults: &[Fault]) -> Vec<(&'static str, u32, String)> {
    let place = |fault: &Fault| match &fault.place {
        Place::Sheet { row, column, .. } => (*row, column.clone()),
        _ => (0, String::new()),
    };
    faults
        .iter()
        .map(|fault| {
            let (row, column) = place(fault);
            (fault.code, row, column)
        })
        .collect()
}

pub(crate) fn at(code: &'static str, row: u32, column: &str) -> (&'static str, u32, String) {
    (code, row, column.to_owned())
}

/// An xlsx of sheets of text rows.
pub(crate) fn xlsx(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap();
        for (row, cells) in (0..).zip(*rows) {
            for (column, cell) in (0..).zip(*cells) {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

pub(crate) fn value<'a>(import: &'a Import, record: usize, field: &str) -> &'a qianmo_core::Value {
    &import.records[record].values[&Arc::<str>::from(field)]
}
