//! [`Planner`]: the schedules of all packs, compiled once, asked for one person at a time.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::compile::{Formula, Names, Ref};
use super::facts::{Fact, FormNumber, Given, Person};
use super::item::{Item, Reason};
use super::state::State;
use super::types::{Conflict, Decline, Every, Reach, Schedule, Series, Service};
use crate::expr::Expr;
use crate::form::Form;
use crate::pack::Packs;

/// The schedules of a set of packs, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Planner {
    pub(super) forms: Vec<FormRules>,
    numbers: HashMap<Arc<str>, FormNumber>,
    /// The person's sheet.
    pub(super) sheet: Option<FormNumber>,
    pub(super) services: Vec<ServiceRules>,
    pub(super) series: Vec<SeriesRules>,
    pub(super) stops: Vec<StopRules>,
    pub(super) holds: Vec<HoldRules>,
    pub(super) decline: Option<(FormNumber, Decline)>,
    pub(super) conflicts: Vec<(Vec<u16>, Conflict)>,
    pub(super) products: HashMap<Arc<str>, u16>,
    /// The forms of doses, with the field that says what was given.
    dose_forms: Vec<(FormNumber, Arc<str>)>,
    /// Services and series by id: the numbers that stops and holds use, services first.
    rules: HashMap<Arc<str>, usize>,
}

/// A form, and the rules that begin with it.
#[derive(Debug, Clone)]
pub(super) struct FormRules {
    pub(super) id: Arc<str>,
    pub(super) name: String,
    pub(super) name_en: String,
    pub(super) kind: Arc<str>,
    pub(super) profile: bool,
    pub(super) of_resident: bool,
    /// The form itself, when values follow from its fields.
    pub(super) derives: Option<Arc<Form>>,
    read: bool,
    services: Vec<usize>,
    series: Vec<usize>,
    stops: Vec<usize>,
    holds: Vec<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct ServiceRules {
    pub(super) rule: Service,
    pub(super) pack: Arc<str>,
    pub(super) after: FormNumber,
    pub(super) by: Vec<FormNumber>,
    pub(super) when: Option<Formula>,
    pub(super) from: Option<Formula>,
    pub(super) by_when: Option<Formula>,
}

#[derive(Debug, Clone)]
pub(super) struct SeriesRules {
    pub(super) rule: Series,
    pub(super) pack: Arc<str>,
    /// Number among stops and holds.
    pub(super) number: usize,
    pub(super) after: FormNumber,
    /// Where its doses stand among those of the person.
    pub(super) given: usize,
    pub(super) when: Option<Formula>,
    pub(super) from: Option<Formula>,
    pub(super) products: Vec<u16>,
    pub(super) courses: Vec<CourseRules>,
}

#[derive(Debug, Clone)]
pub(super) struct CourseRules {
    pub(super) when: Option<Formula>,
    /// The rows of each dose number: where they begin and end.
    pub(super) numbers: Vec<(u32, std::ops::Range<usize>)>,
    pub(super) rows: Vec<RowRules>,
}

#[derive(Debug, Clone)]
pub(super) struct RowRules {
    pub(super) products: Vec<u16>,
    pub(super) unless: Option<Formula>,
}

#[derive(Debug, Clone)]
pub(super) struct StopRules {
    pub(super) when: Option<Formula>,
    pub(super) resumed_by: Option<FormNumber>,
    pub(super) reach: Vec<bool>,
    pub(super) reason: Arc<str>,
}

#[derive(Debug, Clone)]
pub(super) struct HoldRules {
    pub(super) when: Option<Formula>,
    pub(super) until: Option<Formula>,
    pub(super) product: Option<Arc<str>>,
    pub(super) reach: Vec<bool>,
    pub(super) reason: Arc<str>,
}

/// Which items are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Every item, whatever its state.
    All,
    /// Only what is due or overdue: for lists; nothing is built for the rest.
    Asked,
}

impl Planner {
    /// Compiles the schedules of all packs. What refers to nothing is left out; the loader refuses such packs.
    #[must_use]
    pub fn new(packs: &Packs) -> Self {
        let mut planner = Self::default();
        for (number, form) in packs.forms().enumerate() {
            let number = FormNumber(u16::try_from(number).unwrap_or(u16::MAX));
            planner.numbers.insert(form.id.clone(), number);
            if form.is_person_sheet() && planner.sheet.is_none() {
                planner.sheet = Some(number);
            }
            planner.forms.push(FormRules {
                id: form.id.clone(),
                name: form.name.clone(),
                name_en: form.name_en.clone(),
                kind: form.subject.clone(),
                profile: form.profile,
                of_resident: &*form.subject == "resident",
                derives: (!form.derived.is_empty()).then(|| Arc::new(form.clone())),
                read: planner.sheet == Some(number),
                services: Vec::new(),
                series: Vec::new(),
                stops: Vec::new(),
                holds: Vec::new(),
            });
        }
        let schedules = || packs.packs.iter().map(|pack| (&pack.id, &pack.schedule));
        planner.name_rules(packs);
        for (pack, schedule) in schedules() {
            schedule.services.iter().for_each(|service| planner.add_service(pack, service));
        }
        for (pack, schedule) in schedules() {
            schedule.series.iter().for_each(|series| planner.add_series(pack, series));
        }
        for (pack, schedule) in schedules() {
            planner.add_limits(pack, schedule);
        }
        planner
    }

    fn name_rules(&mut self, packs: &Packs) {
        let schedules = || packs.packs.iter().map(|pack| &pack.schedule);
        let known = |planner: &Self, forms: &[&Arc<str>]| forms.iter().all(|form| planner.numbers.contains_key(*form));
        let services = schedules()
            .flat_map(|schedule| &schedule.services)
            .filter(|service| known(self, &[&service.after]) && service.by.iter().all(|form| known(self, &[form])));
        let series = schedules().flat_map(|schedule| &schedule.series).filter(|series| known(self, &[&series.after, &series.by]));
        let ids: Vec<Arc<str>> = services.map(|service| service.id.clone()).chain(series.map(|series| series.id.clone())).collect();
        for id in ids {
            let number = self.rules.len();
            self.rules.entry(id).or_insert(number);
        }
        for product in schedules().flat_map(|schedule| &schedule.series).flat_map(|series| &series.products) {
            self.product(product);
        }
    }

    fn product(&mut self, product: &Arc<str>) -> u16 {
        let next = u16::try_from(self.products.len()).unwrap_or(u16::MAX);
        *self.products.entry(product.clone()).or_insert(next)
    }

    /// Makes an expression ready and notes the forms it reads.
    fn formula(&mut self, expr: Option<&Expr>) -> Option<Formula> {
        let formula = Names { forms: &self.numbers, products: &self.products }.optional(expr)?;
        for name in formula.names() {
            if let Ref::Latest(form, _) | Ref::LatestAt(form) = name {
                self.forms[usize::from(form.0)].read = true;
            }
        }
        Some(formula)
    }

    /// The number of a form that is read from now on.
    fn reads(&mut self, form: &str) -> Option<FormNumber> {
        let number = *self.numbers.get(form)?;
        self.forms[usize::from(number.0)].read = true;
        Some(number)
    }

    fn add_service(&mut self, pack: &Arc<str>, service: &Service) {
        let place = self.services.len();
        let (Some(after), by) = (self.reads(&service.after), service.by.iter().map(|form| self.reads(form)).collect::<Option<Vec<_>>>())
        else {
            return;
        };
        let Some(by) = by.filter(|_| self.rules.get(&service.id) == Some(&place)) else { return };
        self.forms[usize::from(after.0)].services.push(place);
        let rules = ServiceRules {
            pack: pack.clone(),
            after,
            by,
            when: self.formula(service.when.as_ref()),
            from: self.formula(service.from.as_ref()),
            by_when: self.formula(service.by_when.as_ref()),
            rule: service.clone(),
        };
        self.services.push(rules);
    }

    fn add_series(&mut self, pack: &Arc<str>, series: &Series) {
        let number = self.services.len() + self.series.len();
        let (Some(after), Some(by)) = (self.reads(&series.after), self.reads(&series.by)) else { return };
        if self.rules.get(&series.id) != Some(&number) {
            return;
        }
        self.forms[usize::from(after.0)].series.push(self.series.len());
        let source = (by, series.product.clone());
        let given = self.dose_forms.iter().position(|held| *held == source).unwrap_or(self.dose_forms.len());
        if given == self.dose_forms.len() {
            self.dose_forms.push(source);
        }
        let mut courses = Vec::new();
        for course in &series.courses {
            let mut numbers: Vec<(u32, std::ops::Range<usize>)> = Vec::new();
            let mut rows = Vec::new();
            for (place, dose) in course.doses.iter().enumerate() {
                match numbers.last_mut().filter(|(number, _)| *number == dose.number) {
                    Some((_, range)) => range.end = place + 1,
                    None => numbers.push((dose.number, place..place + 1)),
                }
                let products = dose.products.iter().map(|product| self.product(product)).collect();
                rows.push(RowRules { products, unless: self.formula(dose.unless.as_ref()) });
            }
            courses.push(CourseRules { when: self.formula(course.when.as_ref()), numbers, rows });
        }
        let rules = SeriesRules {
            pack: pack.clone(),
            number,
            after,
            given,
            when: self.formula(series.when.as_ref()),
            from: self.formula(series.from.as_ref()),
            products: series.products.iter().map(|product| self.product(product)).collect(),
            courses,
            rule: series.clone(),
        };
        self.series.push(rules);
    }

    fn add_limits(&mut self, pack: &Arc<str>, schedule: &Schedule) {
        for stop in &schedule.stops {
            let Some(form) = self.reads(&stop.form) else { continue };
            self.forms[usize::from(form.0)].stops.push(self.stops.len());
            let resumed_by = stop.resumed_by.as_ref().and_then(|form| self.reads(form));
            let reach = self.reach(pack, &stop.services);
            let when = self.formula(stop.when.as_ref());
            self.stops.push(StopRules { when, resumed_by, reach, reason: stop.reason.clone() });
        }
        for hold in &schedule.holds {
            let Some(form) = self.reads(&hold.form) else { continue };
            self.forms[usize::from(form.0)].holds.push(self.holds.len());
            let reach = self.reach(pack, &hold.services);
            let (when, until) = (self.formula(hold.when.as_ref()), self.formula(hold.until.as_ref()));
            self.holds.push(HoldRules { when, until, product: hold.product.clone(), reach, reason: hold.reason.clone() });
        }
        if let Some(decline) = &schedule.decline
            && let Some(form) = self.reads(&decline.form)
        {
            self.decline = Some((form, decline.clone()));
        }
        for conflict in &schedule.conflicts {
            let products = conflict.products.iter().map(|product| self.product(product)).collect();
            self.conflicts.push((products, conflict.clone()));
        }
    }

    fn reach(&self, pack: &str, reach: &Reach) -> Vec<bool> {
        let packs = self.services.iter().map(|service| (&service.pack, &service.rule.id));
        let rules = packs.chain(self.series.iter().map(|series| (&series.pack, &series.rule.id)));
        rules
            .map(|(of, id)| match reach {
                Reach::All => true,
                Reach::Pack => **of == *pack,
                Reach::Only(ids) => ids.contains(id),
            })
            .collect()
    }

    /// The number of a form; `None` when no schedule reads it, so that its records need not be fetched.
    #[must_use]
    pub fn form(&self, id: &str) -> Option<FormNumber> {
        self.numbers.get(id).copied().filter(|number| self.forms[usize::from(number.0)].read)
    }

    /// The forms that schedules read.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        self.forms.iter().filter(|form| form.read).map(|form| &*form.id)
    }

    /// What is to be done for one person on a day.
    ///
    /// `facts`: the records in force of one resident with all episodes, or of one organisation, area or household, in any order.
    /// Records dated after `today` are passed over. Items come by urgency, then by days overdue, then by due date.
    #[must_use]
    pub fn items(&self, facts: &[Fact<'_>], today: Date, wanted: Wanted) -> Vec<Item> {
        let person = Person::new(self, facts, today);
        let limits = super::limits::Limits::of(&person);
        let given: Vec<Vec<Given<'_, '_>>> = self.dose_forms.iter().map(|(form, field)| person.given(*form, field)).collect();
        let mut items = Vec::new();
        for run in &person.runs {
            let form = &self.forms[usize::from(run.form.0)];
            for service in &form.services {
                super::service::add(&person, &limits, *service, *run, wanted, &mut items);
            }
            for series in &form.series {
                let rules = &self.series[*series];
                super::series::add(
                    &super::series::Asking { person: &person, limits: &limits, rules, given: &given[rules.given], wanted },
                    *run,
                    &mut items,
                );
            }
        }
        self.supersede(&mut items);
        if wanted == Wanted::Asked {
            items.retain(|item| item.state.is_asked());
        }
        items.sort_unstable_by(|a, b| Self::order(a, b, today));
        items
    }

    /// What is to be done for everybody whose records are given, in one list; in the order of [`Self::items`].
    ///
    /// `facts`: the records in force of many residents, organisations, areas or households, in any order.
    #[must_use]
    pub fn everybody(&self, facts: &[Fact<'_>], today: Date, wanted: Wanted) -> Vec<Item> {
        let owner = |fact: &Fact<'_>| fact.resident.unwrap_or(fact.subject);
        let mut facts = facts.to_vec();
        facts.sort_by_key(owner);
        let mut items: Vec<Item> = Vec::new();
        for of_one in facts.chunk_by(|a, b| owner(a) == owner(b)) {
            items.append(&mut self.items(of_one, today, wanted));
        }
        items.sort_unstable_by(|a, b| Self::order(a, b, today));
        items
    }

    /// Urgency, days overdue, due date; then whatever makes the order of a list the same each time.
    fn order(a: &Item, b: &Item, today: Date) -> std::cmp::Ordering {
        let rank = |item: &Item| (item.urgency, -item.days_overdue(today), item.due.unwrap_or(Date::MAX));
        let rest = |item: &Item| (item.subject, item.dose, item.anchored_on, item.anchor);
        rank(a).cmp(&rank(b)).then_with(|| a.service.cmp(&b.service)).then_with(|| rest(a).cmp(&rest(b)))
    }

    /// Leaves out what a more urgent service that is asked takes the place of.
    fn supersede(&self, items: &mut [Item]) {
        let mut takers = Vec::new();
        for item in items.iter().filter(|item| item.state.is_asked()) {
            if let Some(rules) = self.service(&item.service).filter(|rules| !rules.rule.supersedes.is_empty()) {
                takers.push((item.subject, item.resident, item.kind.clone(), &rules.rule));
            }
        }
        for (subject, resident, kind, taker) in takers {
            let same = |item: &Item| item.subject == subject || (item.resident == resident && resident.is_some() && item.kind != kind);
            for item in items.iter_mut().filter(|item| item.state.is_asked() && taker.supersedes.contains(&item.service) && same(item)) {
                item.state = State::Superseded;
                item.reason = Reason::Superseded(taker.id.clone());
            }
        }
    }

    pub(super) fn service(&self, id: &str) -> Option<&ServiceRules> {
        self.rules.get(id).and_then(|place| self.services.get(*place))
    }

    pub(super) fn series_of(&self, id: &str) -> Option<&SeriesRules> {
        self.rules.get(id).and_then(|place| self.series.get(place.checked_sub(self.services.len())?))
    }

    /// The stops and holds that a form's records bring.
    pub(super) fn limits_of(&self, form: FormNumber) -> (&[usize], &[usize]) {
        let form = &self.forms[usize::from(form.0)];
        (&form.stops, &form.holds)
    }

    /// Whether a service comes back after a span.
    pub(super) fn again(service: &Service) -> Option<super::Span> {
        if let Some(Every::Span(span)) = service.every { Some(span) } else { None }
    }
}
