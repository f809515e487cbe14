//! The linter: fields that nothing uses. Grassroots workers drown in forms; a shipped pack has none.

use std::collections::BTreeSet;

use qianmo_core::Fault;
use qianmo_core::form::Form;
use qianmo_core::pack::Packs;
use sqlparser::tokenizer::Token;

use crate::part::views::tokens;

/// The fields that no check, no schedule, no campaign, no consent and no view reads: `PACK-0701` with `form`, `field` and `name`, without a place.
///
/// Indicators, rosters, returns and documents see fields only through views, so a view's use stands for theirs. A view uses a
/// field when it reads the form's table and has the field's name as a word. Fields in `unique` are used: import
/// refuses doubles by them. [`crate::Loaded::dead_fields`] gives the same with places.
#[must_use]
pub fn dead_fields(packs: &Packs) -> Vec<Fault> {
    let views: Vec<BTreeSet<String>> = packs.views().map(|view| words(&view.sql)).collect();
    let rules = packs
        .forms()
        .flat_map(|form| form.checks.iter().map(|check| &check.require).chain(form.derived.iter().map(|derived| &derived.value)));
    let asked: BTreeSet<String> = rules.flat_map(qianmo_core::Expr::names).map(|name| name.to_string()).collect();
    let mut planned = crate::part::schedule::field_uses(packs);
    for campaign in packs.campaigns() {
        let rules = campaign.only.iter().chain(campaign.values.iter().map(|(_, value)| value));
        let names = rules.flat_map(qianmo_core::Expr::names);
        planned.extend(names.filter_map(|name| Some((campaign.opens.clone(), name.strip_prefix("round.")?.into()))));
    }
    for form in packs.packs.iter().filter_map(|pack| pack.consents.form.as_ref()) {
        let fields = [Some(&form.purpose), Some(&form.answer), form.until.as_ref()].into_iter().flatten();
        planned.extend(fields.map(|field| (form.form.clone(), field.clone())));
    }
    let unplanned = |fault: &Fault| {
        let param = |name| std::sync::Arc::from(fault.param(name).unwrap_or(""));
        !planned.contains(&(param("form"), param("field")))
    };
    packs.forms().flat_map(|form| dead(form, &views, &asked)).filter(unplanned).collect()
}

fn dead(form: &Form, views: &[BTreeSet<String>], asked: &BTreeSet<String>) -> Vec<Fault> {
    let table = form.id.replace('.', "_");
    let mut used: BTreeSet<String> = form.unique.iter().map(ToString::to_string).collect();
    let rules = form.checks.iter().map(|check| &check.require).chain(form.derived.iter().map(|derived| &derived.value));
    used.extend(rules.flat_map(qianmo_core::Expr::names).map(|name| name.to_string()));
    if form.is_person_sheet() {
        used.extend(asked.iter().filter_map(|name| Some(name.strip_prefix("resident.")?.to_owned())));
    }
    let readers: Vec<&BTreeSet<String>> = views.iter().filter(|words| words.contains(&table)).collect();
    let unused = form.columns().filter(|field| !used.contains(&*field.id) && !readers.iter().any(|words| words.contains(&*field.id)));
    unused.map(|field| Fault::new("PACK-0701").with("form", &form.id).with("field", &field.id).with("name", &field.name)).collect()
}

/// The words of a query: names of tables and columns, keywords.
fn words(sql: &str) -> BTreeSet<String> {
    let word = |token: sqlparser::tokenizer::TokenWithSpan| if let Token::Word(word) = token.token { Some(word.value) } else { None };
    tokens(sql).unwrap_or_default().into_iter().filter_map(word).collect()
}
