//! What a worked case expects of the schedule, held against what the planner says.

use jiff::civil::Date;

use super::facts::Fact;
use super::item::Item;
use super::planner::{Planner, Wanted};
use super::state::State;
use super::types::CaseDue;
use crate::fault::Fault;
use crate::record::{Record, SubjectId};

impl Planner {
    /// Holds one expectation of a worked case against the answer for its subject; `records` are those that the case's forms took.
    ///
    /// Of several items of the service (each bad reading asks for itself) one must be as expected. Without a dose number a
    /// series is asked for its next dose, when it is complete for its last. Faults: `CASE-0106`.
    #[must_use]
    pub fn check_case(&self, due: &CaseDue, subject: SubjectId, records: &[&Record]) -> Option<Fault> {
        let resident = records.iter().find(|record| record.subject.id == subject).and_then(|record| record.resident);
        let about = |record: &&&Record| record.subject.id == subject || (resident.is_some() && record.resident == resident);
        let facts: Vec<Fact<'_>> = records.iter().filter(about).filter_map(|record| Fact::of(self, record)).collect();
        let mut items = self.items(&facts, due.on, Wanted::All);
        items.retain(|item| item.subject == subject && item.service == due.service);
        if self.series_of(&due.service).is_some() {
            let next = items.iter().filter(|item| item.state != State::Done).map(|item| item.dose).next_back();
            let asked = due.dose.or(next.unwrap_or_else(|| items.iter().filter_map(|item| item.dose).max()));
            items.retain(|item| item.dose == asked);
        }
        let agrees = match due.state {
            None => items.is_empty(),
            Some(_) => items.iter().any(|item| due.agrees(item)),
        };
        if agrees {
            return None;
        }
        let fault = Fault::new("CASE-0106").at(due.place.clone()).with("service", &due.service).with("subject", &due.subject);
        let computed: Vec<String> = items.iter().map(|item| format!("{}（{}）", shown(item), self.explain(item, due.on))).collect();
        let computed = if computed.is_empty() { "none".to_owned() } else { computed.join("；") };
        Some(fault.with("on", due.on).with("expected", due.expected()).with("computed", computed))
    }
}

impl CaseDue {
    fn agrees(&self, item: &Item) -> bool {
        let same = |wanted: Option<Date>, found: Option<Date>| wanted.is_none_or(|wanted| found == Some(wanted));
        self.state == Some(item.state) && same(self.open, item.opens) && same(self.due, item.due) && same(self.close, item.closes)
    }

    fn expected(&self) -> String {
        let state = self.state.map_or("none", State::word);
        dates(state, [self.open, self.due, self.close])
    }
}

fn shown(item: &Item) -> String {
    dates(item.state.word(), [item.opens, item.due, item.closes])
}

fn dates(state: &str, days: [Option<Date>; 3]) -> String {
    let named = ["open", "due", "close"].into_iter().zip(days);
    let known: Vec<String> = named.filter_map(|(name, day)| Some(format!(" {name} {}", day?))).collect();
    format!("{state}{}", known.concat())
}
