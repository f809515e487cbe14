//! A due list as JSON, and the question that it answers.

use qianmo_core::schedule::{Item, Planner, Wanted};
use qianmo_core::{Date, Fault};
use serde::{Deserialize, Serialize};

use crate::Lang;

/// What is asked: `{"on": "2025-06-15", "all": false, "restricted": false, "lang": "zh"}`; only `on` must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// The day.
    pub on: Date,
    /// Everything, or only what is due or overdue.
    pub wanted: Wanted,
    /// Also what restricted programmes ask for.
    pub restricted: bool,
    /// The language of names and reasons.
    pub lang: Lang,
}

#[derive(Deserialize)]
struct QuestionBody {
    on: String,
    #[serde(default)]
    all: bool,
    #[serde(default)]
    restricted: bool,
    #[serde(default)]
    lang: String,
}

impl Question {
    /// Reads a question.
    ///
    /// Errors: `WIRE-0104` when it isn't one.
    pub fn read(body: &[u8]) -> Result<Self, Fault> {
        let wrong = |why: &dyn std::fmt::Display| Fault::new("WIRE-0104").with("why", why);
        let body: QuestionBody = serde_json::from_slice(body).map_err(|error| wrong(&error))?;
        Ok(Self {
            on: body.on.parse().map_err(|_| wrong(&body.on))?,
            wanted: if body.all { Wanted::All } else { Wanted::Asked },
            restricted: body.restricted,
            lang: if body.lang == "en" { Lang::En } else { Lang::Zh },
        })
    }
}

/// One line of a due list. Dates are `YYYY-MM-DD`; what isn't known is absent.
#[derive(Serialize)]
struct Line<'i> {
    service: &'i str,
    name: &'i str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dose: Option<u32>,
    kind: &'i str,
    subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resident: Option<String>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    opens: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lapses: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_done: Option<String>,
    urgency: u8,
    days_overdue: i32,
    /// What can be given, the planned product first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    products: Vec<&'i str>,
    /// Why, in words.
    reason: String,
}

/// Items as a JSON array, in their order.
#[must_use]
pub fn write(planner: &Planner, items: &[Item], question: Question) -> String {
    let lines: Vec<Line<'_>> = items.iter().map(|item| line(planner, item, question)).collect();
    serde_json::to_string(&lines).expect("maps have text keys and nothing else fails")
}

fn line<'i>(planner: &'i Planner, item: &'i Item, question: Question) -> Line<'i> {
    let text = |date: Option<Date>| date.map(|date| date.to_string());
    let (name, reason) = match question.lang {
        Lang::Zh => (planner.name(&item.service), planner.explain(item, question.on)),
        Lang::En => (planner.name_en(&item.service), planner.explain_en(item, question.on)),
    };
    Line {
        service: &item.service,
        name: name.unwrap_or(&item.service),
        dose: item.dose,
        kind: &item.kind,
        subject: item.subject.to_string(),
        resident: item.resident.map(|resident| resident.to_string()),
        state: item.state.word(),
        opens: text(item.opens),
        due: text(item.due),
        closes: text(item.closes),
        lapses: text(item.lapses),
        last_done: text(item.last_done),
        urgency: item.urgency,
        days_overdue: item.days_overdue(question.on),
        products: item.detail.iter().flat_map(|detail| &detail.products).map(AsRef::as_ref).collect(),
        reason,
    }
}
