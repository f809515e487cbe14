//! Random links: which member of another group each new member belongs to.

use std::collections::HashMap;

use crate::members::World;
use crate::random::Random;
use crate::script::Script;

/// Links `count` members to the targets. With `cover`, the first of them (in random order) take one target each.
///
/// `weights` are by target row; equal when absent. `None` when nothing can be linked.
pub(crate) fn draw(count: usize, targets: usize, weights: Option<&[f64]>, cover: bool, random: &mut Random) -> Option<Vec<u32>> {
    let mut cumulated = Vec::new();
    if let Some(weights) = weights {
        let mut upto = 0.0;
        cumulated.extend(weights.iter().map(|weight| {
            upto += if weight.is_finite() { weight.max(0.0) } else { 0.0 };
            upto
        }));
    }
    let mut links = Vec::with_capacity(count);
    for _ in 0..count {
        let target = match weights {
            Some(_) => random.weighted(&cumulated)?,
            None if targets == 0 => return None,
            None => random.index(targets),
        };
        links.push(u32::try_from(target).ok()?);
    }
    if cover {
        let mut order: Vec<usize> = (0..count).collect();
        random.choose_front(&mut order, targets);
        for (target, member) in order.into_iter().take(targets).enumerate() {
            links[member] = u32::try_from(target).ok()?;
        }
    }
    Some(links)
}

/// Links each member of `group` made this year to the member of `to` that has the same parent, or the same parent's parent.
/// `None` when one has nobody there.
pub(crate) fn shared(world: &World, script: &Script<'_>, group: usize, to: usize) -> Option<Vec<u32>> {
    let parent = |at: usize, row: usize| {
        let (source, parent) = *world.groups[at].parents.get(row)?;
        Some((script.groups[at].from[usize::from(source)], parent as usize))
    };
    let by_parent: HashMap<(usize, usize), usize> = (0..world.groups[to].len).filter_map(|row| Some((parent(to, row)?, row))).collect();
    let members = &world.groups[group];
    let find = |row: usize| {
        let mut at = (group, row);
        while let Some(above) = parent(at.0, at.1) {
            if let Some(found) = by_parent.get(&above) {
                return u32::try_from(*found).ok();
            }
            at = above;
        }
        None
    };
    (members.start..members.len).map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covering_leaves_no_target_out_and_weight_zero_gets_none() {
        let mut random = Random::new(5, "links", 2012);
        let links = draw(60, 50, None, true, &mut random).unwrap();
        assert_eq!(links.iter().collect::<std::collections::BTreeSet<_>>().len(), 50);
        let links = draw(100, 3, Some(&[1.0, 0.0, 2.0]), false, &mut random).unwrap();
        assert!(links.iter().all(|at| *at != 1));
        assert_eq!(draw(1, 0, None, false, &mut random), None);
        assert_eq!(draw(0, 0, None, false, &mut random), Some(vec![]));
    }
}
