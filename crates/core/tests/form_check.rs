//! The check of a filled form: each fault and each question, by code.

#[cfg(test)]
mod form_check {
    use std::collections::BTreeMap;

    use qianmo_core::expr::Op;
    use qianmo_core::form::{Findings, Identifies};
    use qianmo_core::{
        Action, AreaCode, AreaTree, Check, Choice, Date, Decimal, Derived, Expr, Field, FieldType, Form, Known, Record, RecordId, Subject,
        SubjectId, Value, Versions,
    };

    const TODAY: Date = Date::constant(2012, 12, 31);

    fn field(id: &str, kind: FieldType) -> Field {
        Field {
            id: id.into(),
            name: format!("「{id}」"),
            name_en: String::new(),
            kind,
            unit: String::new(),
            required: false,
            range: None,
            usual: None,
            choices: vec![Choice { code: "1".into(), name: "一".into() }, Choice { code: "3".into(), name: "三".into() }],
            identifies: None,
            choice_fact: false,
            note: String::new(),
            synonyms: vec![],
            versions: Versions::default(),
        }
    }

    fn above(low: &str, high: i64) -> Expr {
        Expr::Binary(Op::Lt, Box::new(Expr::Name(low.into())), Box::new(Expr::Literal(Value::Integer(high))))
    }

    fn form() -> Form {
        let bounds = |low: i64, high: i64| Some((Decimal::from(low), Decimal::from(high)));
        let check = |require, message: &str, ask| Check { require, message: message.into(), ask, versions: Versions::default() };
        Form {
            id: "care.visit".into(),
            name: "随访".into(),
            name_en: String::new(),
            version: 1,
            subject: "resident".into(),
            profile: false,
            locates: false,
            unique: vec![],
            fields: vec![
                Field { required: true, range: bounds(60, 280), usual: bounds(90, 200), ..field("sbp", FieldType::Integer) },
                field("weight", FieldType::Decimal(1)),
                field("sex", FieldType::Choice),
                field("symptoms", FieldType::Choices),
                Field { identifies: Some(Identifies::ResidentNumber), ..field("id_number", FieldType::Text) },
            ],
            derived: vec![],
            checks: vec![check(above("weight", 300), "体重过大", false), check(above("weight", 200), "体重请核对", true)],
            source: String::new(),
            verified: true,
        }
    }

    fn findings(at: Date, values: &[(&str, Value)]) -> Findings {
        let mut all: BTreeMap<_, _> = BTreeMap::from([("sbp".into(), Value::Integer(120))]);
        all.extend(values.iter().map(|(id, value)| ((*id).into(), value.clone())));
        let id = SubjectId::of_area(AreaCode::from_number(1).unwrap());
        let record = Record {
            id: RecordId(id.0),
            form: "care.visit".into(),
            form_version: 1,
            subject: Subject { kind: "resident".into(), id },
            resident: None,
            area: AreaCode::from_number(1).unwrap(),
            organisation: None,
            worker: None,
            device: None,
            at,
            recorded_at: 0,
            action: Action::State,
            values: all,
        };
        form().check(&record, &Known::on(TODAY))
    }

    fn refused(values: &[(&str, Value)]) -> Vec<&'static str> {
        findings(TODAY, values).refused.iter().map(|fault| fault.code).collect()
    }

    fn asked(values: &[(&str, Value)]) -> Vec<&'static str> {
        let found = findings(TODAY, values);
        assert_eq!(found.refused, []);
        found.asked.iter().map(|fault| fault.code).collect()
    }

    fn decimal(text: &str) -> Value {
        Value::Decimal(text.parse().unwrap())
    }

    #[test]
    fn a_right_form_raises_nothing() {
        let values =
            [("weight", decimal("62.50")), ("sex", "1".into()), ("symptoms", "|1|3|".into()), ("id_number", "11010519491231002X".into())];
        assert_eq!(findings(TODAY, &values), Findings::default());
    }

    #[test]
    fn each_refusal_has_its_code() {
        assert_eq!(refused(&[("sbq", 1_i64.into())]), ["FORM-0101"]);
        assert_eq!(findings(TODAY, &[("sbq", 1_i64.into())]).refused[0].param("suggestion"), Some("sbp"));
        assert_eq!(refused(&[("sbp", Value::Null)]), ["FORM-0102"]);
        assert_eq!(refused(&[("sbp", "高".into())]), ["FORM-0103"]);
        assert_eq!(refused(&[("sbp", decimal("120.0"))]), ["FORM-0103"]);
        assert_eq!(refused(&[("sbp", 59_i64.into())]), ["FORM-0104"]);
        assert_eq!(refused(&[("sbp", 281_i64.into())]), ["FORM-0104"]);
        assert_eq!(refused(&[("sex", "2".into())]), ["FORM-0105"]);
        assert_eq!(refused(&[("symptoms", "|1|2|4|".into())]), ["FORM-0105", "FORM-0105"]);
        assert_eq!(refused(&[("id_number", "110105194912310021".into())]), ["FORM-0106"]);
        assert_eq!(refused(&[("weight", decimal("62.55"))]), ["FORM-0107"]);
        assert_eq!(refused(&[("weight", decimal("300"))]), ["FORM-0201"]);
        let tomorrow = findings(TODAY.tomorrow().unwrap(), &[]);
        assert_eq!(tomorrow.refused.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["FORM-0108"]);
    }

    #[test]
    fn questions_are_asked_at_the_edges_and_refuse_nothing() {
        assert_eq!(asked(&[("sbp", 90_i64.into())]), [] as [&str; 0]);
        assert_eq!(asked(&[("sbp", 89_i64.into())]), ["FORM-0301"]);
        assert_eq!(asked(&[("sbp", 280_i64.into())]), ["FORM-0301"]);
        assert_eq!(asked(&[("weight", decimal("199.9"))]), [] as [&str; 0]);
        assert_eq!(asked(&[("weight", decimal("200"))]), ["FORM-0302"]);
        assert_eq!(asked(&[("weight", Value::Null)]), [] as [&str; 0], "an unknown weight fails no check");
    }

    #[test]
    fn areas_and_ids_that_do_not_exist_are_named() {
        let code = AreaCode::from_number(1).unwrap();
        assert_eq!(AreaTree::default().require(code).unwrap_err().code, "CORE-0104");
        assert_eq!("no-id".parse::<RecordId>().unwrap_err().code, "CORE-0401");
    }

    fn visit(form: &Form, version: u32, values: &[(&str, Value)]) -> Record {
        let id = SubjectId::of_area(AreaCode::from_number(1).unwrap());
        Record {
            id: RecordId(id.0),
            form: form.id.clone(),
            form_version: version,
            subject: Subject { kind: "resident".into(), id },
            resident: None,
            area: AreaCode::from_number(1).unwrap(),
            organisation: None,
            worker: None,
            device: None,
            at: TODAY,
            recorded_at: 0,
            action: Action::State,
            values: values.iter().map(|(id, value)| ((*id).into(), value.clone())).collect(),
        }
    }

    #[expect(clippy::unnecessary_box_returns, reason = "operands are boxed")]
    fn name(id: &str) -> Box<Expr> {
        Box::new(Expr::Name(id.into()))
    }

    #[test]
    fn derived_values_follow_from_fields_the_person_and_each_other() {
        let derived = |id: &str, kind, value| Derived {
            field: field(id, kind),
            value,
            meaning: String::new(),
            source: String::new(),
            verified: true,
        };
        let mut form = form();
        let half = Expr::Binary(Op::Div, name("weight"), Box::new(Expr::Literal(Value::Integer(3))));
        form.derived = vec![
            derived("third", FieldType::Decimal(1), half),
            derived("more", FieldType::Decimal(1), Expr::Binary(Op::Add, name("third"), name("resident.bonus"))),
        ];
        form.checks = vec![Check {
            require: Expr::Binary(Op::Lt, name("more"), Box::new(Expr::Literal(Value::Integer(30)))),
            message: "过多".into(),
            ask: false,
            versions: Versions::default(),
        }];
        assert!(form.asks_the_person());
        let record = visit(&form, 1, &[("sbp", Value::Integer(120)), ("weight", Value::Decimal(Decimal::from(80)))]);
        let person = |bonus: i64| BTreeMap::from([(std::sync::Arc::from("bonus"), Value::Integer(bonus))]);
        // 80 / 3 is kept with the one decimal of its field before it is used again.
        let expected = vec![Value::Decimal(Decimal::new(267, 1)), Value::Decimal(Decimal::new(297, 1))];
        assert_eq!(form.derive(record.at, &record.values, &person(3)), expected);
        assert_eq!(form.check(&record, &Known::on(TODAY).about(&person(3))).refused, []);
        assert_eq!(form.check(&record, &Known::on(TODAY).about(&person(4))).refused[0].code, "FORM-0201");
        assert_eq!(form.check(&record, &Known::on(TODAY)).refused, [], "an unknown person refuses nothing");
    }

    #[test]
    fn an_old_record_is_held_to_the_rules_of_its_own_version() {
        let mut form = form();
        form.version = 2;
        form.fields.push(Field { required: true, versions: Versions { since: 2, until: u32::MAX }, ..field("pulse", FieldType::Integer) });
        form.fields.push(Field { required: true, versions: Versions { since: 1, until: 1 }, ..field("ward", FieldType::Text) });
        form.checks[0].versions = Versions { since: 2, until: u32::MAX };
        let codes = |version, extra: (&str, Value)| -> Vec<&'static str> {
            let record = visit(&form, version, &[("sbp", Value::Integer(120)), ("weight", Value::Decimal(Decimal::from(400))), extra]);
            form.check(&record, &Known::on(TODAY)).refused.iter().map(|fault| fault.code).collect()
        };
        assert_eq!(codes(1, ("ward", Value::text("东"))), [""; 0]);
        assert_eq!(codes(1, ("pulse", Value::Integer(70))), ["FORM-0101", "FORM-0102"]);
        assert_eq!(codes(2, ("pulse", Value::Integer(70))), ["FORM-0201"]);
        assert_eq!(codes(2, ("ward", Value::text("东"))), ["FORM-0101", "FORM-0102"]);
    }
}
