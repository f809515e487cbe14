//! Which fields schedules read, for the linter.

use std::collections::BTreeSet;
use std::sync::Arc;

use qianmo_core::Expr;
use qianmo_core::pack::Packs;

/// Fields by form.
type Uses = BTreeSet<(Arc<str>, Arc<str>)>;

/// The fields that schedules read, each with its form.
pub(crate) fn field_uses(packs: &Packs) -> Uses {
    let sheet = packs.forms().find(|form| form.is_person_sheet()).map(|form| form.id.clone());
    let mut uses = Uses::new();
    let mut read = |expr: Option<&Expr>, own: &[Arc<str>], anchor: &Arc<str>| {
        for name in expr.map(Expr::names).unwrap_or_default() {
            match name.split_once('.') {
                None => uses.extend(own.iter().map(|form| (form.clone(), name.clone()))),
                Some(("anchor", field)) => uses.extend([(anchor.clone(), field.into())]),
                Some(("resident", field)) => uses.extend(sheet.iter().map(|form| (form.clone(), field.into()))),
                Some(_) => uses.extend(name.rsplit_once('.').map(|(form, field)| (form.into(), field.into()))),
            }
        }
    };
    for schedule in packs.packs.iter().map(|pack| &pack.schedule) {
        for service in &schedule.services {
            let anchor = std::slice::from_ref(&service.after);
            read(service.when.as_ref(), anchor, &service.after);
            read(service.from.as_ref(), anchor, &service.after);
            read(service.by_when.as_ref(), &service.by, &service.after);
        }
        for stop in &schedule.stops {
            read(stop.when.as_ref(), std::slice::from_ref(&stop.form), &stop.form);
        }
        for hold in &schedule.holds {
            read(hold.when.as_ref(), std::slice::from_ref(&hold.form), &hold.form);
            read(hold.until.as_ref(), std::slice::from_ref(&hold.form), &hold.form);
        }
        for series in &schedule.series {
            let doses = series.courses.iter().flat_map(|course| &course.doses);
            let own = [series.when.as_ref(), series.from.as_ref()].into_iter();
            let own = own.chain(series.courses.iter().map(|course| course.when.as_ref())).chain(doses.map(|dose| dose.unless.as_ref()));
            for expr in own {
                read(expr, std::slice::from_ref(&series.after), &series.after);
            }
        }
    }
    for schedule in packs.packs.iter().map(|pack| &pack.schedule) {
        uses.extend(schedule.series.iter().map(|series| (series.by.clone(), series.product.clone())));
        uses.extend(schedule.holds.iter().filter_map(|hold| Some((hold.form.clone(), hold.product.clone()?))));
        if let Some(decline) = &schedule.decline {
            uses.extend([(decline.form.clone(), decline.service.clone()), (decline.form.clone(), decline.wish.clone())]);
        }
    }
    uses
}
