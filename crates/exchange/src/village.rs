//! Villages as people write them: by code, by name, with or without 村 and 委员会, with the township in front.

use std::collections::HashMap;

use qianmo_core::fault::suggest;
use qianmo_core::{AreaCode, AreaKind, AreaTree, Fault};

use crate::source::Cell;
use crate::text::key;

/// The leaves of the tree by code and by each way to write their names.
pub(crate) struct Villages {
    codes: HashMap<String, AreaCode>,
    names: HashMap<String, Vec<AreaCode>>,
    bare: HashMap<String, Vec<AreaCode>>,
    official: Vec<String>,
}

const ENDINGS: [&str; 9] = ["村民委员会", "居民委员会", "社区居委会", "村委会", "居委会", "委员会", "社区", "村", "镇"];

fn bare(name: &str) -> &str {
    ENDINGS.iter().find_map(|ending| name.strip_suffix(ending).filter(|rest| !rest.is_empty())).unwrap_or(name)
}

impl Villages {
    pub(crate) fn new(areas: &AreaTree) -> Self {
        let mut villages = Self { codes: HashMap::new(), names: HashMap::new(), bare: HashMap::new(), official: Vec::new() };
        for area in areas.iter().filter(|area| area.kind >= AreaKind::Township) {
            let name = key(&area.name);
            villages.codes.insert(area.code.to_string(), area.code);
            villages.bare.entry(bare(&name).to_owned()).or_default().push(area.code);
            villages.names.entry(name).or_default().push(area.code);
            villages.official.push(area.name.clone());
        }
        villages
    }

    /// The leaf that a cell names.
    ///
    /// Errors: `IMPORT-0205` none, `IMPORT-0206` several.
    pub(crate) fn find(&self, cell: &Cell) -> Result<AreaCode, Fault> {
        let shown = cell.shown();
        let name = key(&shown);
        if let Some(code) = self.codes.get(&name) {
            return Ok(*code);
        }
        let by_ending = || {
            let ends = |(held, codes): &(&String, &Vec<AreaCode>)| {
                (name.len() > held.len() && name.ends_with(held.as_str())).then_some((held.len(), (*codes).clone()))
            };
            self.names.iter().filter_map(|entry| ends(&entry)).max_by_key(|(length, _)| *length).map(|(_, codes)| codes)
        };
        let found = self.names.get(&name).or_else(|| self.bare.get(bare(&name))).cloned().or_else(by_ending).unwrap_or_default();
        match found[..] {
            [code] => Ok(code),
            [] => {
                let fault = Fault::new("IMPORT-0205").with("value", &shown);
                Err(match suggest(&shown, self.official.iter().map(String::as_str)) {
                    Some(near) => fault.with("suggestion", near),
                    None => fault,
                })
            }
            _ => Err(Fault::new("IMPORT-0206").with("value", &shown).with("count", found.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use qianmo_core::Area;

    #[test]
    fn villages_are_found_as_people_write_them() {
        let area = |code: &str, name: &str, kind, parent: Option<&str>| Area {
            code: code.parse().unwrap(),
            name: name.into(),
            kind,
            parent: parent.map(|parent| parent.parse().unwrap()),
            valid_from: date(2000, 1, 1),
            valid_to: None,
        };
        let root = "530523100000";
        let tree = AreaTree::new(vec![
            area(root, "白水镇", AreaKind::Township, None),
            area("530523100001", "白水社区", AreaKind::Community, Some(root)),
            area("530523100201", "龙潭村", AreaKind::Village, Some(root)),
            area("530523100202", "大河村村民委员会", AreaKind::Village, Some(root)),
        ])
        .unwrap();
        let villages = Villages::new(&tree);
        let find = |text: &str| villages.find(&Cell::Text(text.into())).map(AreaCode::village_part).map_err(|fault| fault.code);
        for text in
            ["龙潭村", "龙潭", " 龙 潭 村", "龙潭村委会", "龙潭村民委员会", "530523100201", "５３０５２３１００２０１", "白水镇龙潭村"]
        {
            assert_eq!(find(text), Ok(201), "{text}");
        }
        assert_eq!(find("大河村村民委员会"), Ok(202));
        assert_eq!(find("白水镇"), Ok(0));
        assert_eq!(find("白水社区"), Ok(1));
        assert_eq!(find("白水"), Err("IMPORT-0206"));
        assert_eq!(villages.find(&Cell::Number(530_523_100_201.0)).unwrap().village_part(), 201);
        let fault = villages.find(&Cell::Text("龙坛村".into())).unwrap_err();
        assert_eq!((fault.code, fault.param("suggestion")), ("IMPORT-0205", Some("龙潭村")));
    }
}
