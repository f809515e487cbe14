//! What is sent: copies of records that the data folder holds already, with new ids.

use std::collections::BTreeSet;
use std::path::Path;

use qianmo_packs::load;
use qianmo_store::{Scan, SqliteStore, Store};
use qianmo_sync::body;
use serde_json::Value;
use uuid::Uuid;

use crate::Outcome;

/// The form that is copied: short, frequent, read by several views.
const FORM: &str = "hypertension.followup";
/// An indicator that counts its records, additive over days.
const INDICATOR: &str = "hypertension.face_visits";

/// Records to copy, and who and where they are about.
pub(crate) struct Material {
    pub(crate) records: Vec<Value>,
    pub(crate) villages: Vec<String>,
    pub(crate) residents: Vec<String>,
    /// What all of it lies in.
    top: String,
    month: String,
}

impl Material {
    /// Reads a data folder that no server has open.
    pub(crate) fn read(data: &Path) -> Outcome<Self> {
        let store = SqliteStore::open(data).map_err(|fault| fault.to_string())?;
        let packs = load(&files(Path::new("packs"))?).packs;
        let form = packs.form(FORM).ok_or("no such form")?;
        let mut records = Vec::new();
        let mut villages: Vec<(usize, String)> = Vec::new();
        let mut residents = BTreeSet::new();
        let mut last = String::new();
        let scan = Scan { forms: Some(&[FORM]), ..Scan::default() };
        store
            .scan(&scan, &mut |row| {
                let row = row.to_row();
                let record = row.record(&|field| form.field(field).map(|field| field.kind.kind()))?;
                let area = record.area.to_string();
                match villages.iter_mut().find(|(_, code)| *code == area) {
                    Some((count, _)) => *count += 1,
                    None => villages.push((1, area)),
                }
                residents.extend(record.resident.map(|resident| resident.to_string()));
                last = last.clone().max(record.at.to_string());
                if records.len() < 20_000 {
                    records.push(serde_json::to_value(body::write(&record)).unwrap_or_default());
                }
                Ok(())
            })
            .map_err(|fault| fault.to_string())?;
        villages.sort_unstable_by(|a, b| b.cmp(a));
        let villages: Vec<String> = villages.into_iter().map(|(_, code)| code).collect();
        let first = villages.first().ok_or("no records to copy")?;
        let township = &first[..9];
        // Whoever looks at all of it: a township, or the county above several.
        let top = if villages.iter().all(|code| code.starts_with(township)) {
            format!("{township}000")
        } else {
            format!("{}000000", &first[..6])
        };
        Ok(Self { records, villages, residents: residents.into_iter().collect(), top, month: last[..7].to_owned() })
    }

    /// A record that nobody has sent yet.
    pub(crate) fn record(&self, number: usize) -> Value {
        let mut body = self.records[number % self.records.len()].clone();
        body["id"] = Value::from(Uuid::now_v7().to_string());
        body
    }

    /// A record that counts in the month of [`Self::cells_address`].
    pub(crate) fn marker(&self, number: usize) -> Value {
        let mut body = self.record(number);
        body["at"] = Value::from(format!("{}-01", self.month));
        body
    }

    /// Where the indicator is read that counts what is sent.
    pub(crate) fn cells_address(&self) -> String {
        format!("/api/v1/indicators/cells?indicators={INDICATOR}&areas={}&periods={}", self.top, self.month)
    }

    /// What people look at.
    pub(crate) fn screens(&self) -> Vec<(&'static str, Vec<String>)> {
        let people = |n: usize| (0..n).map(|i| &self.residents[i * 97 % self.residents.len()]);
        let year = &self.month[..4];
        vec![
            ("到期清单", self.villages.iter().take(8).map(|code| format!("/api/v1/due?area={code}")).collect()),
            ("工作台合计", vec![format!("/api/v1/due/totals?area={}", self.top)]),
            ("居民检索", ["王", "李小", "zq", "lx", "1234"].iter().map(|text| format!("/api/v1/residents?q={text}")).collect()),
            ("居民页", people(50).map(|id| format!("/api/v1/residents/{id}")).collect()),
            (
                "指标看板",
                self.villages
                    .iter()
                    .map(|code| format!("/api/v1/indicators/cells?packs=hypertension&areas={code}&periods={year}"))
                    .collect(),
            ),
        ]
    }
}

/// The texts of the packs.
fn files(dir: &Path) -> Outcome<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(at) = todo.pop() {
        for entry in std::fs::read_dir(&at)? {
            let path = entry?.path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let name = path.strip_prefix(dir)?.to_string_lossy().into_owned();
                found.push((name, std::fs::read_to_string(&path)?));
            }
        }
    }
    found.sort();
    Ok(found)
}
