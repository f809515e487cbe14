//! The rules and a village's records after their way to a phone: every answer is the same as before.

#[cfg(test)]
mod drawn;

#[cfg(test)]
mod programme {
    use std::path::Path;

    use qianmo_core::Record;
    use qianmo_core::pack::Packs;
    use qianmo_core::schedule::{Fact, Item, Planner, Wanted};
    use qianmo_wire::due::{self, Question};
    use qianmo_wire::{Lang, programme, village};

    use super::drawn::{Dice, Drawn, TODAY, shipped};

    /// The drawn people are asked for more services than this; those of organisations and areas aren't among them.
    const FEWEST_SERVICES: usize = 110;

    fn packs() -> Packs {
        let loaded = qianmo_packs::load(&shipped(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")));
        assert!(loaded.packs.forms().count() > 100, "the packs are read");
        loaded.packs
    }

    fn told(planner: &Planner, items: &[Item]) -> Vec<String> {
        items.iter().flat_map(|item| [planner.explain(item, TODAY), planner.explain_en(item, TODAY)]).collect()
    }

    #[test]
    fn a_planner_from_the_body_answers_as_one_from_the_packs() {
        let packs = packs();
        let carried = programme::read(&programme::write(&packs)).unwrap();
        let (before, after) = (Planner::new(&packs), Planner::new(&carried));
        assert_eq!(before.forms().collect::<Vec<_>>(), after.forms().collect::<Vec<_>>());
        let (drawn, mut dice) = (Drawn::of(&packs), Dice(11));
        let mut village: Vec<Record> = Vec::new();
        let mut services = std::collections::BTreeSet::new();
        for number in 0..400 {
            let records = drawn.person(number, &mut dice);
            let facts: Vec<Fact<'_>> = records.iter().filter_map(|record| Fact::of(&before, record)).collect();
            let held = village::read(&village::write(&records), &carried, &after).unwrap();
            let carried_facts: Vec<Fact<'_>> = held.iter().map(village::Held::fact).collect();
            assert_eq!(facts.len(), carried_facts.len(), "every record that is read crosses");
            let (one, other) = (before.items(&facts, TODAY, Wanted::All), after.items(&carried_facts, TODAY, Wanted::All));
            assert_eq!(one, other, "person {number}");
            assert_eq!(told(&before, &one), told(&after, &other), "person {number}");
            services.extend(one.into_iter().map(|item| item.service));
            village.extend(records);
        }
        assert!(services.len() > FEWEST_SERVICES, "only {} services are asked of the drawn people", services.len());

        // The list of all is what each one's list has, in one order.
        let held = village::read(&village::write(&village), &carried, &after).unwrap();
        let facts: Vec<Fact<'_>> = held.iter().map(village::Held::fact).collect();
        let list = after.everybody(&facts, TODAY, Wanted::Asked);
        let each: usize = held
            .chunk_by(|a, b| a.owner() == b.owner())
            .map(|own| after.items(&own.iter().map(village::Held::fact).collect::<Vec<_>>(), TODAY, Wanted::Asked).len())
            .sum();
        assert_eq!(list.len(), each);
        assert!(list.is_sorted_by_key(|item| (item.urgency, -item.days_overdue(TODAY))));
        let question = Question { on: TODAY, wanted: Wanted::Asked, restricted: false, lang: Lang::Zh };
        let body: serde_json::Value = serde_json::from_str(&due::write(&after, &list, question)).unwrap();
        assert_eq!(body.as_array().unwrap().len(), list.len());
        assert_eq!(body[0]["service"], *list[0].service);
        assert_eq!(body[0]["reason"], after.explain(&list[0], TODAY));
    }

    #[test]
    fn the_body_is_the_same_after_a_second_way() {
        let packs = packs();
        let body = programme::write(&packs);
        assert!(body.len() < 1_000_000, "{} bytes", body.len());
        assert_eq!(programme::write(&programme::read(&body).unwrap()), body);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_code() {
        let code = |body: &str| programme::read(body.as_bytes()).unwrap_err().code;
        assert_eq!(code(r#"{"version": 9, "rules": []}"#), "WIRE-0101");
        assert_eq!(code(r#"{"version": 1, "packs": ["#), "WIRE-0102");
        let derived = |tree: &str| {
            let form = r#""id": "p.f", "name": "n", "name_en": "n", "subject": "resident", "fields": []"#;
            format!(
                r#"{{"version": 1, "packs": [{{"id": "p", "name": "n", "forms": [{{{form}, "derived": [["d", "integer", {tree}]]}}]}}]}}"#
            )
        };
        assert!(programme::read(derived(r#"{"is": {"integer": 7}}"#).as_bytes()).is_ok());
        for wrong in [
            r#"{"chain": ["xor", [{"name": "a"}, {"name": "b"}]]}"#,
            r#"{"chain": ["and", []]}"#,
            r#"{"call": ["now", []]}"#,
            r#"{"is": {"date": "2025-02-30"}}"#,
            r#"{"lms_z": [3, [{"name": "a"}, {"name": "b"}, {"name": "c"}]]}"#,
        ] {
            assert_eq!(code(&derived(wrong)), "WIRE-0102", "{wrong}");
        }

        let packs = packs();
        let planner = Planner::new(&packs);
        let code = |body: &str| village::read(body.as_bytes(), &packs, &planner).unwrap_err().code;
        assert_eq!(code("{}"), "WIRE-0103");
        let record = r#"[{"id": "x", "form": "population.resident", "subject": "y", "at": "2025-01-01", "recorded_at": 0}]"#;
        assert_eq!(code(record), "WIRE-0103");
        let other = record.replace("population.resident", "nobody.asks");
        assert_eq!(village::read(other.as_bytes(), &packs, &planner).unwrap(), [], "a form that no schedule reads is passed over");

        assert_eq!(Question::read(b"{\"on\": \"today\"}").unwrap_err().code, "WIRE-0104");
        let asked = Question::read(b"{\"on\": \"2025-06-15\", \"lang\": \"en\", \"later\": 1}").unwrap();
        assert_eq!(asked, Question { on: TODAY, wanted: Wanted::Asked, restricted: false, lang: Lang::En });
    }
}
