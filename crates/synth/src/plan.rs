//! Makes the members of every group for one year: who is drawn, linked, marked and given which attributes.
//!
//! In the figures' own year everything must come out exactly; what can't is a fault that names the figures behind it, and
//! the plan goes on with what there is, to find the next. In a year lived on, a draw takes what there is.

use std::sync::Arc;

use qianmo_core::pack::{Group, Make, Step};
use qianmo_core::{AreaCode, Decimal, Expr, Fault, Value};

use crate::bind::{Bound, Row, Scope};
use crate::facts::Facts;
use crate::fake::Faker;
use crate::links;
use crate::make::{Days, Maker, unknown_name};
use crate::members::{Members, World};
use crate::random::Random;
use crate::script::Script;
use crate::share::{Taker, split};

/// What a plan is made with.
#[derive(Debug)]
pub(crate) struct Planner<'a> {
    pub(crate) script: &'a Script<'a>,
    pub(crate) facts: &'a Facts<'a>,
    /// Codes of the leaves.
    pub(crate) areas: &'a [AreaCode],
    /// Cumulated weights of the leaves.
    pub(crate) weights: &'a [f64],
    pub(crate) world: &'a mut World,
    pub(crate) faker: &'a mut Faker,
    pub(crate) seed: u64,
    /// What went wrong.
    pub(crate) faults: Vec<Fault>,
    /// Groups that came out smaller than the figures want: what follows from them is not told again.
    pub(crate) short: Vec<bool>,
}

impl Planner<'_> {
    /// Plans one group.
    pub(crate) fn group(&mut self, number: usize) {
        let prepared = &self.script.groups[number];
        let Some(group) = prepared.group else { return };
        let members = &mut self.world.groups[number];
        members.start = members.len;
        if group.once && !self.facts.span().first {
            return;
        }
        let mut random = Random::new(self.seed, &prepared.id, self.facts.span().year);
        let planned = self.gather(number, group, &mut random).and_then(|()| {
            self.link(number, group, &mut random)?;
            self.settle(number, &mut random);
            self.steps(number, group, &mut random)
        });
        if let Err(fault) = planned {
            // What a group lacks because an earlier one failed has been told.
            let follows = fault.code == "SYNTH-0303" && prepared.link.is_some_and(|to| self.lineage_short(to));
            if !follows {
                self.faults.push(fault);
            }
            self.short[number] = true;
            self.fill(number);
        }
    }

    fn row(&self, group: usize, row: usize) -> Row<'_> {
        Row { world: self.world, areas: self.areas, group, row, temps: &[] }
    }

    fn bind(&self, expr: &Expr, scope: Scope<'_>) -> Result<Bound, Fault> {
        Bound::new(expr, scope, self.script, self.facts).map_err(|name| unknown_name(&self.script.groups[scope.group].id, &name))
    }

    /// Binds a condition of one group on the members of another.
    fn bind_far(&self, expr: &Expr, group: usize, on: usize) -> Result<Bound, Fault> {
        let pack = self.script.groups[group].pack;
        let bound = Bound::in_pack(expr, pack, Scope::of(on), self.script, self.facts);
        bound.map_err(|name| unknown_name(&self.script.groups[group].id, &name))
    }

    /// Who the members are.
    fn gather(&mut self, number: usize, group: &Group, random: &mut Random) -> Result<(), Fault> {
        if group.from.is_empty() {
            let wanted = group.count.as_ref().map_or(Ok(1), |count| self.count(number, count, 0))?;
            self.extend(number, group, vec![], wanted, random);
            return Ok(());
        }
        let mut pool = self.pool(number, group)?;
        if let Some(count) = &group.count {
            let wanted = self.count(number, count, pool.len())?;
            if pool.len() < wanted {
                let exprs: Vec<&Expr> = std::iter::once(count).chain(&group.only).collect();
                self.too_few(number, &group.id, wanted, pool.len(), &exprs);
            }
            random.choose_front(&mut pool, wanted);
            pool.truncate(wanted);
        }
        if let Some(each) = &group.each {
            pool = self.repeat_each(number, group, &pool, each)?;
        }
        let wanted = pool.len();
        self.extend(number, group, pool, wanted, random);
        Ok(())
    }

    fn pool(&self, number: usize, group: &Group) -> Result<Vec<(u8, u32)>, Fault> {
        let mut pool = Vec::new();
        for (position, &source) in self.script.groups[number].from.iter().enumerate() {
            let only = group.only.as_ref().map(|only| self.bind_far(only, number, source)).transpose()?;
            let position = u8::try_from(position).unwrap_or(u8::MAX);
            for row in 0..self.world.groups[source].len {
                if only.as_ref().is_none_or(|only| only.holds(&self.row(source, row))) {
                    pool.push((position, u32::try_from(row).unwrap_or(u32::MAX)));
                }
            }
        }
        Ok(pool)
    }

    fn repeat_each(&self, number: usize, group: &Group, pool: &[(u8, u32)], each: &Expr) -> Result<Vec<(u8, u32)>, Fault> {
        let sources = &self.script.groups[number].from;
        let bound = sources.iter().map(|&source| self.bind_far(each, number, source)).collect::<Result<Vec<_>, _>>()?;
        let mut members = Vec::with_capacity(pool.len());
        for &(position, row) in pool {
            let at = usize::from(position);
            let times = bound[at].eval(&self.row(sources[at], row as usize)).as_integer();
            let times = times.and_then(|times| usize::try_from(times).ok());
            let times = times.ok_or_else(|| Fault::new("SYNTH-0204").with("group", &group.id).with("value", "each").with("figures", ""))?;
            members.extend(std::iter::repeat_n((position, row), times));
        }
        Ok(members)
    }

    fn extend(&mut self, number: usize, group: &Group, parents: Vec<(u8, u32)>, count: usize, random: &mut Random) {
        let members: &mut Members = &mut self.world.groups[number];
        members.parents.extend(parents);
        members.len = members.start + count;
        if group.new.is_some() {
            // Version 8, variant 10: a UUID of our own making.
            let id = |random: &mut Random| {
                let bits = u128::from(random.bits()) << 64 | u128::from(random.bits());
                bits & !(0xF000_u128 << 64) & !(0xC000_u128 << 48) | 0x8000_u128 << 64 | 0x8000_u128 << 48
            };
            members.ids.extend((0..count).map(|_| id(random)));
        }
    }

    fn link(&mut self, number: usize, group: &Group, random: &mut Random) -> Result<(), Fault> {
        let (Some(link), Some(to)) = (&group.link, self.script.groups[number].link) else { return Ok(()) };
        if link.shared {
            let links = links::shared(self.world, self.script, number, to);
            let fault = Fault::new("SYNTH-0501").with("group", &group.id).with("name", &link.to);
            self.world.groups[number].links.extend(links.ok_or(fault)?);
            return Ok(());
        }
        let (count, targets) = (self.size(number), self.world.groups[to].len);
        let weights = match &link.weight {
            Some(weight) => {
                let bound = self.bind_far(weight, number, to)?;
                Some((0..targets).map(|row| number_of(&bound.eval(&self.row(to, row)))).collect::<Vec<f64>>())
            }
            None => None,
        };
        let first = self.facts.span().first;
        if link.cover && first && count < targets && !self.lineage_short(number) && !self.short[to] {
            let figures = self.facts.describe(&self.suspects(number, &[], &[number, to]));
            let fault = Fault::new("SYNTH-0303").with("group", &group.id).with("to", &link.to).with("members", count);
            self.short[number] = true;
            self.faults.push(fault.with("targets", targets).with("figures", figures));
        }
        let links = links::draw(count, targets, weights.as_deref(), link.cover && first, random);
        let links = links.ok_or_else(|| {
            let figures = self.facts.describe(&self.suspects(number, &[], &[to]));
            let fault = Fault::new("SYNTH-0303").with("group", &group.id).with("to", &link.to).with("members", count);
            fault.with("targets", 0).with("figures", figures)
        })?;
        self.world.groups[number].links.extend(links);
        Ok(())
    }

    /// Puts each member where its parent sits, else its link, else anywhere.
    fn settle(&mut self, number: usize, random: &mut Random) {
        let prepared = &self.script.groups[number];
        let members = &self.world.groups[number];
        let villages: Vec<u16> = (members.start..members.len)
            .map(|row| {
                if let Some((source, parent)) = members.parents.get(row) {
                    return self.world.groups[prepared.from[usize::from(*source)]].villages[*parent as usize];
                }
                if let (Some(to), Some(link)) = (prepared.link, members.links.get(row)) {
                    return self.world.groups[to].villages[*link as usize];
                }
                random.weighted(self.weights).and_then(|at| u16::try_from(at).ok()).unwrap_or(0)
            })
            .collect();
        self.world.groups[number].villages.extend(villages);
    }

    fn steps(&mut self, number: usize, group: &Group, random: &mut Random) -> Result<(), Fault> {
        let mut own: Vec<Arc<str>> = Vec::new();
        for step in &group.steps {
            let scope = Scope { group: number, own: Some(&own), temps: &[] };
            match step {
                Step::Set(name, make) => {
                    let values = match make {
                        Make::Share { .. } => self.share(scope, name, make, random)?,
                        _ => self.made(scope, make, random)?,
                    };
                    self.set(number, name, values);
                }
                Step::Draw { name, count, of } => {
                    let marked = self.draw(scope, name, count, of.as_ref(), random)?;
                    self.set(number, name, marked.into_iter().map(Value::Bool).collect());
                }
                Step::Keep(keep) => {
                    let bound = self.bind(keep, scope)?;
                    let kept: Vec<bool> = self.rows(number).map(|row| bound.holds(&self.row(number, row))).collect();
                    self.world.groups[number].retain(&kept);
                }
            }
            if let Step::Set(name, _) | Step::Draw { name, .. } = step
                && !own.contains(name)
            {
                own.push(name.clone());
            }
        }
        Ok(())
    }

    fn set(&mut self, number: usize, name: &Arc<str>, values: Vec<Value>) {
        if let Some(column) = self.script.groups[number].columns.iter().position(|column| column == name) {
            self.world.groups[number].set(column, values);
        }
    }

    fn made(&mut self, scope: Scope<'_>, make: &Make, random: &mut Random) -> Result<Vec<Value>, Fault> {
        let maker = Maker::new(make, scope, self.script, self.facts)?;
        let mut values = Vec::with_capacity(self.size(scope.group));
        for row in self.rows(scope.group) {
            let row = Row { world: self.world, areas: self.areas, group: scope.group, row, temps: &[] };
            values.push(maker.value(&row, random, self.faker, Days::Any));
        }
        Ok(values)
    }

    fn draw(&mut self, scope: Scope<'_>, name: &str, count: &Expr, of: Option<&Expr>, random: &mut Random) -> Result<Vec<bool>, Fault> {
        let number = scope.group;
        let start = self.world.groups[number].start;
        let bound = of.map(|of| self.bind(of, scope)).transpose()?;
        let mut pool: Vec<usize> =
            self.rows(number).filter(|row| bound.as_ref().is_none_or(|bound| bound.holds(&self.row(number, *row)))).collect();
        let wanted = self.count(number, count, pool.len())?;
        if pool.len() < wanted {
            let exprs: Vec<&Expr> = std::iter::once(count).chain(of).collect();
            self.too_few(number, name, wanted, pool.len(), &exprs);
        }
        random.choose_front(&mut pool, wanted);
        let mut marked = vec![false; self.size(number)];
        pool.into_iter().take(wanted).for_each(|row| marked[row - start] = true);
        Ok(marked)
    }

    fn share(&mut self, scope: Scope<'_>, name: &str, make: &Make, random: &mut Random) -> Result<Vec<Value>, Fault> {
        let Make::Share { total, min, max, decimals, of, weight } = make else { return Ok(Vec::new()) };
        let number = scope.group;
        let start = self.world.groups[number].start;
        let bind = |expr: &Option<Expr>| expr.as_ref().map(|expr| self.bind(expr, scope)).transpose();
        let (min, max, of_bound, weight) = (bind(min)?, bind(max)?, bind(of)?, bind(weight)?);
        let sum = self.number(number, total)?;
        let units = |value: &Value| -> Option<i64> {
            let scaled = value.as_decimal()?.checked_mul(Decimal::from(10_i64.checked_pow(*decimals)?))?;
            i64::try_from(scaled.round()).ok()
        };
        let (mut takers, mut rows) = (Vec::new(), Vec::new());
        for row in self.rows(number) {
            let at = self.row(number, row);
            if of_bound.as_ref().is_none_or(|of| of.holds(&at)) {
                let low = min.as_ref().map_or(Some(0), |min| units(&min.eval(&at))).unwrap_or(0);
                let high = max.as_ref().map_or(Some(i64::MAX / 4), |max| units(&max.eval(&at))).unwrap_or(i64::MAX / 4);
                let part = weight.as_ref().map_or_else(|| 0.5 + random.unit(), |weight| number_of(&weight.eval(&at)));
                takers.push(Taker { min: low, max: high, weight: part });
                rows.push(row - start);
            }
        }
        let mut sum_units = units(&Value::Decimal(sum)).unwrap_or(0);
        let lowest: i128 = takers.iter().map(|taker| i128::from(taker.min)).sum();
        let highest: i128 = takers.iter().map(|taker| i128::from(taker.max)).sum();
        if !self.facts.span().first {
            sum_units = i64::try_from(i128::from(sum_units).max(lowest).min(highest)).unwrap_or(0);
        }
        let shares = split(sum_units, &takers);
        if shares.is_none() && !self.lineage_short(number) {
            let money = |units: i128| i64::try_from(units).map_or_else(|_| "∞".to_owned(), |n| Decimal::new(n, *decimals).to_string());
            let unbounded = highest >= i128::from(i64::MAX / 4);
            let exprs: Vec<&Expr> = std::iter::once(total).chain(of).collect();
            let figures = self.facts.describe(&self.suspects(number, &exprs, &self.script.lineage(number)));
            let fault = Fault::new("SYNTH-0302").with("group", &self.script.groups[number].id).with("name", name).with("total", sum);
            let fault = fault.with("members", takers.len()).with("low", money(lowest));
            let high = if unbounded { "不限".to_owned() } else { money(highest) };
            self.faults.push(fault.with("high", high).with("figures", figures));
        }
        let mut values = vec![Value::Null; self.size(number)];
        for (at, share) in rows.into_iter().zip(shares.unwrap_or_default()) {
            values[at] = if *decimals == 0 { Value::Integer(share) } else { Value::Decimal(Decimal::new(share, *decimals)) };
        }
        Ok(values)
    }

    /// A whole number that isn't negative; in a year lived on, the nearest.
    fn count(&self, number: usize, expr: &Expr, size: usize) -> Result<usize, Fault> {
        let value = self.number_with(number, expr, size)?;
        let first = self.facts.span().first;
        if first && (value.is_sign_negative() && !value.is_zero() || !value.fract().is_zero()) {
            let pack = self.script.groups[number].pack;
            let figures = self.facts.describe(&self.facts.behind(pack, expr));
            let fault = Fault::new("SYNTH-0204").with("group", &self.script.groups[number].id).with("value", value);
            return Err(fault.with("figures", figures));
        }
        Ok(usize::try_from(value.round().max(Decimal::ZERO)).unwrap_or(0))
    }

    fn number(&self, number: usize, expr: &Expr) -> Result<Decimal, Fault> {
        self.number_with(number, expr, self.size(number))
    }

    fn number_with(&self, number: usize, expr: &Expr, size: usize) -> Result<Decimal, Fault> {
        let group = &self.script.groups[number];
        let value = expr.eval(&|name: &str| match name {
            "n" => i64::try_from(size).map_or(Value::Null, Value::Integer),
            name => self.facts.value(group.pack, name).unwrap_or_default(),
        });
        if let Some(unknown) = expr.names().iter().find(|name| &***name != "n" && self.facts.value(group.pack, name).is_none()) {
            return Err(unknown_name(&group.id, unknown));
        }
        value.as_decimal().ok_or_else(|| {
            let behind = self.facts.behind(group.pack, expr);
            let fault = Fault::new("SYNTH-0203").with("group", &group.id);
            match self.facts.missing(&behind) {
                Some(missing) => fault.with("figure", &missing).at(qianmo_core::Place::Figure(missing)),
                None => fault.with("figure", behind.join("、")),
            }
        })
    }

    fn size(&self, number: usize) -> usize {
        self.world.groups[number].len - self.world.groups[number].start
    }

    fn rows(&self, number: usize) -> std::ops::Range<usize> {
        self.world.groups[number].start..self.world.groups[number].len
    }

    /// Sets what a failed group lacks to unknown, so that the groups after it can still be looked at.
    fn fill(&mut self, number: usize) {
        let members = &mut self.world.groups[number];
        members.len = members.start;
        let keep: Vec<bool> =
            vec![false; members.columns.iter().map(Vec::len).chain([members.parents.len(), members.ids.len()]).max().unwrap_or(0)];
        members.retain(&keep);
    }

    fn lineage_short(&self, number: usize) -> bool {
        self.script.lineage(number).iter().any(|&at| self.short[at])
    }

    fn too_few(&mut self, number: usize, name: &str, wanted: usize, available: usize, exprs: &[&Expr]) {
        if !self.facts.span().first || self.lineage_short(number) {
            return;
        }
        let figures = self.facts.describe(&self.suspects(number, exprs, &self.script.lineage(number)));
        let fault = Fault::new("SYNTH-0301").with("group", &self.script.groups[number].id).with("name", name);
        self.faults.push(fault.with("wanted", wanted).with("available", available).with("figures", figures));
        self.short[number] = true;
    }

    /// The figures that decide an expression, the marks it reads, and the sizes of these groups.
    fn suspects(&self, number: usize, exprs: &[&Expr], groups: &[usize]) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut add = |pack: usize, expr: &Expr| {
            for id in self.facts.behind(pack, expr) {
                if !found.contains(&id) {
                    found.push(id);
                }
            }
        };
        let pack = self.script.groups[number].pack;
        let mut open: Vec<(usize, &Expr)> = exprs.iter().map(|expr| (pack, *expr)).collect();
        let mut seen: Vec<Arc<str>> = Vec::new();
        // The marks that the expressions read, and those behind them.
        while !open.is_empty() {
            let (pack, expr) = open.remove(0);
            add(pack, expr);
            for name in expr.names() {
                if !seen.contains(&name) {
                    open.extend(self.makers_of(&name, groups));
                    seen.push(name);
                }
            }
        }
        for &at in groups {
            let prepared = &self.script.groups[at];
            if let Some(count) = prepared.group.and_then(|group| group.count.as_ref()) {
                add(prepared.pack, count);
            }
        }
        found.truncate(12);
        found
    }

    /// The counts and expressions that make an attribute in these groups.
    fn makers_of(&self, attribute: &str, groups: &[usize]) -> Vec<(usize, &Expr)> {
        let mut makers = Vec::new();
        for &at in groups {
            let prepared = &self.script.groups[at];
            for step in prepared.group.iter().flat_map(|group| &group.steps) {
                match step {
                    Step::Draw { name, count, of } if **name == *attribute => {
                        makers.extend(std::iter::once(count).chain(of).map(|expr| (prepared.pack, expr)));
                    }
                    Step::Set(name, Make::Expr(expr)) if **name == *attribute => makers.push((prepared.pack, expr)),
                    _ => {}
                }
            }
        }
        makers
    }
}

fn number_of(value: &Value) -> f64 {
    let text = value.as_decimal().map(|value| value.to_string()).unwrap_or_default();
    text.parse().unwrap_or(0.0)
}
