//! Every id that the packs declare, taken before anything is read, so that a reference can be told from a
//! misspelling whatever the order of files, and a broken part isn't reported a second time where it is used.

use std::collections::BTreeMap;

use qianmo_core::{Fault, Place};
use toml::de::DeValue;

use crate::part::{Doc, FileKind};
use crate::reader::near;
use crate::source::{Sink, Text};

/// Kinds of things with ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    Pack,
    Subject,
    Form,
    View,
    Indicator,
    Roster,
    Return,
    Table,
    Group,
    Figure,
    Let,
    Service,
    Campaign,
    Purpose,
}

impl What {
    pub(crate) fn chinese(self) -> &'static str {
        match self {
            Self::Pack => "专项",
            Self::Subject => "对象类别",
            Self::Form => "表单",
            Self::View => "视图",
            Self::Indicator => "指标",
            Self::Roster => "花名册",
            Self::Return => "报表",
            Self::Table => "数据表",
            Self::Group => "人群",
            Self::Figure => "数字",
            Self::Let => "变量",
            Self::Service => "服务",
            Self::Campaign => "群体行动",
            Self::Purpose => "同意事项",
        }
    }
}

/// The declared ids.
#[derive(Debug, Default)]
pub(crate) struct Index {
    ids: BTreeMap<(What, String), Place>,
}

impl Index {
    pub(crate) fn has(&self, what: What, id: &str) -> bool {
        self.ids.contains_key(&(what, id.to_owned()))
    }

    pub(crate) fn all(&self, what: What) -> impl Iterator<Item = &str> {
        self.ids.keys().filter(move |(kind, _)| *kind == what).map(|(_, id)| id.as_str())
    }

    /// Declares an id; a second claim is a fault.
    pub(crate) fn declare(&mut self, what: What, id: &str, place: Place, sink: &Sink) {
        let held = self.ids.entry((what, id.to_owned())).or_insert_with(|| place.clone());
        if *held != place {
            sink.push(Fault::new("PACK-0301").at(place).with("what", what.chinese()).with("id", id).with("first", held));
        }
    }

    /// Reports a reference to what nobody declares.
    pub(crate) fn refer(&self, what: What, text: &Text<'_>, sink: &Sink) -> bool {
        let found = self.has(what, &text.value);
        if !found {
            let fault = Fault::new("PACK-0302").at(text.place()).with("what", what.chinese()).with("id", &text.value);
            sink.push(near(fault, &text.value, self.all(what)));
        }
        found
    }

    /// Takes the ids of all files.
    pub(crate) fn of(docs: &[Doc<'_>], sink: &Sink) -> Self {
        let mut index = Self::default();
        for kind in ["resident", "household", "organisation", "area"] {
            index.declare(What::Subject, kind, Place::Nowhere, sink);
        }
        for doc in docs {
            index.take(doc, sink);
        }
        index
    }

    fn take(&mut self, doc: &Doc<'_>, sink: &Sink) {
        match doc.kind {
            FileKind::View => {
                if let Some((id, at)) = crate::part::views::declared_id(&doc.source.text) {
                    self.declare(What::View, id, doc.source.place(at), sink);
                }
            }
            FileKind::Manifest => {
                self.declare(What::Pack, doc.pack, doc.source.place(0), sink);
                self.list(doc, "subject", "id", What::Subject, false, sink);
            }
            FileKind::Form => self.own(doc, What::Form, false, sink),
            FileKind::Roster => self.own(doc, What::Roster, false, sink),
            FileKind::Return => self.own(doc, What::Return, false, sink),
            FileKind::Table => self.own(doc, What::Table, true, sink),
            FileKind::Indicators => self.list(doc, "indicator", "id", What::Indicator, false, sink),
            FileKind::Consent => self.list(doc, "purpose", "id", What::Purpose, false, sink),
            FileKind::Campaigns => self.list(doc, "campaign", "id", What::Campaign, false, sink),
            FileKind::Schedule => {
                self.list(doc, "service", "id", What::Service, false, sink);
                self.list(doc, "series", "id", What::Service, false, sink);
            }
            FileKind::Synth => {
                self.list(doc, "figure", "id", What::Figure, false, sink);
                self.list(doc, "let", "name", What::Let, false, sink);
                self.list(doc, "group", "id", What::Group, true, sink);
            }
            FileKind::Summary | FileKind::Case | FileKind::Rows | FileKind::Unknown => {}
        }
    }

    fn own(&mut self, doc: &Doc<'_>, what: What, within_pack: bool, sink: &Sink) {
        let Some(value) = doc.toml.as_ref().and_then(|toml| toml.get_ref().get("id")) else { return };
        self.one(doc, value, what, within_pack, sink);
    }

    fn list(&mut self, doc: &Doc<'_>, list: &str, key: &str, what: What, within_pack: bool, sink: &Sink) {
        let Some(items) = doc.toml.as_ref().and_then(|toml| toml.get_ref().get(list)?.get_ref().as_array()) else { return };
        for value in items.iter().filter_map(|item| item.get_ref().get(key)) {
            self.one(doc, value, what, within_pack, sink);
        }
    }

    fn one(&mut self, doc: &Doc<'_>, value: &toml::Spanned<DeValue<'_>>, what: What, within_pack: bool, sink: &Sink) {
        let Some(id) = value.get_ref().as_str() else { return };
        let id = if within_pack { format!("{}.{id}", doc.pack) } else { id.to_owned() };
        self.declare(what, &id, doc.source.place(value.span().start), sink);
    }
}
