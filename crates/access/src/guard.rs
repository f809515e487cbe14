//! How carefully the packs want forms, views, indicators and services guarded.
//!
//! In: packs. Out: a [`Guard`], made once per set of packs. A view, indicator or service counts as the most sensitive of all forms that
//! it reads, through whatever other views: what is joined in may not leak. The programme of a grant is compared with its own pack only.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use qianmo_core::Expr;
use qianmo_core::form::Form;
use qianmo_core::pack::{Indicator, Pack, Packs, Sensitivity, Term};
use qianmo_core::schedule::{Series, Service};

use crate::consent::Rules;

/// How one thing is guarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guarded {
    /// The programme (pack) it belongs to.
    pub pack: Arc<str>,
    /// How sensitive it is, with everything it reads.
    pub sensitivity: Sensitivity,
    /// Whether neither a diagnosis nor a reproductive choice can be read in it.
    pub administrative: bool,
    /// Whether it is about organisations and areas: no resident has a row in it.
    pub impersonal: bool,
}

/// How everything in a set of packs is guarded.
#[derive(Debug, Default)]
pub struct Guard {
    pub(crate) forms: BTreeMap<Arc<str>, Guarded>,
    pub(crate) views: BTreeMap<Arc<str>, Guarded>,
    pub(crate) indicators: BTreeMap<Arc<str>, Guarded>,
    pub(crate) services: BTreeMap<Arc<str>, Guarded>,
    pub(crate) rosters: BTreeMap<Arc<str>, Guarded>,
    pub(crate) returns: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    pub(crate) campaigns: BTreeMap<Arc<str>, Guarded>,
    /// Forms in which residents themselves answer: consent and declining.
    pub(crate) answers: BTreeSet<Arc<str>>,
    pub(crate) locating: BTreeSet<Arc<str>>,
    pub(crate) consent: Rules,
}

/// Whether something of this sensitivity is within a bound.
#[must_use]
pub fn at_most(sensitivity: Sensitivity, bound: Sensitivity) -> bool {
    level(sensitivity) <= level(bound)
}

fn level(sensitivity: Sensitivity) -> u8 {
    match sensitivity {
        Sensitivity::Routine => 0,
        Sensitivity::Sensitive => 1,
        Sensitivity::Restricted => 2,
    }
}

impl Guarded {
    /// Adds what it reads: the more sensitive counts.
    fn read(&mut self, other: &Self) {
        if level(other.sensitivity) > level(self.sensitivity) {
            self.sensitivity = other.sensitivity;
        }
        self.administrative &= other.administrative;
    }
}

impl Guard {
    /// Reads a set of packs.
    #[must_use]
    pub fn new(packs: &Packs) -> Self {
        let mut guard = Self { consent: Rules::of(packs), ..Self::default() };
        for pack in &packs.packs {
            guard.forms.extend(pack.forms.iter().map(|form| (form.id.clone(), guarded_form(pack, form))));
            guard.locating.extend(pack.forms.iter().filter(|form| form.locates).map(|form| form.id.clone()));
            guard.answers.extend(pack.schedule.decline.iter().map(|decline| decline.form.clone()));
            guard.answers.extend(pack.consents.form.iter().map(|consent| consent.form.clone()));
        }
        guard.views = views(packs, &guard.forms);
        for pack in &packs.packs {
            guard.take_indicators(pack, packs);
            guard.take_services(pack);
            for roster in &pack.rosters {
                let view = guard.views.get(&roster.view).cloned();
                guard.rosters.extend(view.map(|view| (roster.id.clone(), Guarded { pack: pack.id.clone(), ..view })));
            }
            for campaign in &pack.campaigns {
                let mut held = plain(pack);
                [&campaign.opens, &campaign.target].into_iter().filter_map(|form| guard.forms.get(form)).for_each(|form| held.read(form));
                guard.views.get(&campaign.view).into_iter().for_each(|view| held.read(view));
                guard.campaigns.insert(campaign.id.clone(), held);
            }
            for form in &pack.returns {
                guard.returns.insert(form.id.clone(), form.rows.iter().filter_map(|row| row.indicator.clone()).collect());
            }
        }
        guard
    }

    /// How a form is guarded.
    #[must_use]
    pub fn form(&self, id: &str) -> Option<&Guarded> {
        self.forms.get(id)
    }

    /// How a view is guarded.
    #[must_use]
    pub fn view(&self, id: &str) -> Option<&Guarded> {
        self.views.get(id)
    }

    /// How an indicator is guarded.
    #[must_use]
    pub fn indicator(&self, id: &str) -> Option<&Guarded> {
        self.indicators.get(id)
    }

    /// How a service or series is guarded.
    #[must_use]
    pub fn service(&self, id: &str) -> Option<&Guarded> {
        self.services.get(id)
    }

    /// How a roster is guarded: as its view, in its own pack.
    #[must_use]
    pub fn roster(&self, id: &str) -> Option<&Guarded> {
        self.rosters.get(id)
    }

    /// What the packs say about consent.
    #[must_use]
    pub fn consent(&self) -> &Rules {
        &self.consent
    }

    fn take_indicators(&mut self, pack: &Pack, packs: &Packs) {
        for indicator in &pack.indicators {
            let mut held = plain(pack);
            for view in views_of(indicator, packs, &mut BTreeSet::new()) {
                self.views.get(&view).into_iter().for_each(|view| held.read(view));
            }
            self.indicators.insert(indicator.id.clone(), held);
        }
    }

    fn take_services(&mut self, pack: &Pack) {
        let asked = pack.schedule.services.iter().map(|service| (&service.id, forms_of_service(service)));
        let series = pack.schedule.series.iter().map(|series| (&series.id, forms_of_series(series)));
        for (id, forms) in asked.chain(series) {
            let mut held = plain(pack);
            let mut impersonal = false;
            for (place, form) in forms.iter().enumerate() {
                let Some(form) = self.forms.get(form) else { continue };
                held.read(form);
                impersonal |= place == 0 && form.impersonal;
            }
            held.impersonal = impersonal;
            self.services.insert(id.clone(), held);
        }
    }
}

/// A thing of a pack that reads nothing yet.
fn plain(pack: &Pack) -> Guarded {
    Guarded { pack: pack.id.clone(), sensitivity: pack.sensitivity, administrative: true, impersonal: false }
}

fn guarded_form(pack: &Pack, form: &Form) -> Guarded {
    let administrative = pack.administrative.contains(&form.id) && pack.sensitivity != Sensitivity::Restricted;
    Guarded { administrative, impersonal: is_impersonal(&form.subject, administrative), ..plain(pack) }
}

/// Organisations and areas; other kinds that packs declare (staff, equipment) only where the form says that it is administrative.
fn is_impersonal(subject: &str, administrative: bool) -> bool {
    match subject {
        "organisation" | "area" => true,
        "resident" | "household" => false,
        _ => administrative,
    }
}

/// The words of a query that can name a table or view, comments left out.
fn words(sql: &str) -> impl Iterator<Item = &str> {
    let lines = sql.lines().filter(|line| !line.trim_start().starts_with("--"));
    lines.flat_map(|line| line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))).filter(|word| !word.is_empty())
}

/// Every view with all forms it reads, through other views too.
fn views(packs: &Packs, forms: &BTreeMap<Arc<str>, Guarded>) -> BTreeMap<Arc<str>, Guarded> {
    let tables: HashMap<String, &Arc<str>> = forms.keys().map(|form| (form.replace('.', "_").to_lowercase(), form)).collect();
    let named: HashMap<&str, &Arc<str>> = packs.views().map(|view| (&*view.id, &view.id)).collect();
    let mut reads: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    let mut own: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for view in packs.views() {
        let sql = view.sql.to_lowercase();
        let words: BTreeSet<&str> = words(&sql).collect();
        own.insert(&view.id, words.iter().filter_map(|word| tables.get(*word)).map(|form| &***form).collect());
        reads.insert(&view.id, words.iter().filter_map(|word| named.get(word)).map(|id| &***id).collect());
    }
    let mut made = BTreeMap::new();
    for pack in &packs.packs {
        for view in &pack.views {
            let (mut seen, mut waiting) = (BTreeSet::new(), vec![&*view.id]);
            let mut held = plain(pack);
            while let Some(at) = waiting.pop() {
                if !seen.insert(at) {
                    continue;
                }
                own.get(at).into_iter().flatten().filter_map(|form| forms.get(*form)).for_each(|form| held.read(form));
                waiting.extend(reads.get(at).into_iter().flatten().copied());
            }
            held.impersonal = is_impersonal(&view.subject, held.administrative);
            made.insert(view.id.clone(), held);
        }
    }
    made
}

/// The views behind an indicator, those of the indicators it is made of included.
fn views_of(indicator: &Indicator, packs: &Packs, seen: &mut BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
    let mut views: BTreeSet<Arc<str>> = indicator.view.iter().cloned().collect();
    if !seen.insert(indicator.id.clone()) {
        return views;
    }
    let terms = [Some(&indicator.numerator), indicator.denominator.as_ref()];
    for name in
        terms.into_iter().flatten().filter_map(|term| if let Term::Indicators(expr) = term { Some(expr.names()) } else { None }).flatten()
    {
        let id = name.strip_suffix(".denominator").or_else(|| name.strip_suffix(".numerator")).unwrap_or(&name);
        if let Some(other) = packs.indicator(id) {
            views.extend(views_of(other, packs, seen));
        }
    }
    views
}

/// The forms that expressions name as `pack.form.field`.
fn forms_named<'a>(exprs: impl Iterator<Item = &'a Expr>) -> impl Iterator<Item = Arc<str>> {
    exprs.flat_map(Expr::names).filter_map(|name| {
        let (form, _) = name.rsplit_once('.')?;
        form.contains('.').then(|| form.into())
    })
}

/// The anchor first, then all else that is read.
fn forms_of_service(service: &Service) -> Vec<Arc<str>> {
    let exprs = [&service.when, &service.from, &service.by_when].into_iter().flatten();
    std::iter::once(service.after.clone()).chain(service.by.iter().cloned()).chain(forms_named(exprs)).collect()
}

fn forms_of_series(series: &Series) -> Vec<Arc<str>> {
    let courses = series.courses.iter().filter_map(|course| course.when.as_ref());
    let doses = series.courses.iter().flat_map(|course| &course.doses).filter_map(|dose| dose.unless.as_ref());
    let exprs = [&series.when, &series.from].into_iter().flatten().chain(courses).chain(doses);
    [series.after.clone(), series.by.clone()].into_iter().chain(forms_named(exprs)).collect()
}
