//! Members of groups: columns of attributes, parents, links, villages and subjects, all years together.

use qianmo_core::{SubjectId, Value};
use uuid::Uuid;

/// The members of one group. Rows `start..` belong to the year being made.
#[derive(Debug, Default)]
pub(crate) struct Members {
    /// Attribute values by column; a column not yet set this year is shorter than the others.
    pub(crate) columns: Vec<Vec<Value>>,
    /// Which source group (position in `from`) and which row of it; empty for members without parents.
    pub(crate) parents: Vec<(u8, u32)>,
    /// Row in the linked group; empty without a link.
    pub(crate) links: Vec<u32>,
    /// Where each sits: row of the built-in areas.
    pub(crate) villages: Vec<u16>,
    /// The new subject of each; empty when members are their parents' subjects.
    pub(crate) ids: Vec<u128>,
    /// Number of rows.
    pub(crate) len: usize,
    /// First row of the year being made.
    pub(crate) start: usize,
}

impl Members {
    /// A group with so many columns and no member.
    pub(crate) fn new(columns: usize) -> Self {
        Self { columns: vec![Vec::new(); columns], ..Self::default() }
    }

    /// Sets a column for the rows of this year.
    pub(crate) fn set(&mut self, column: usize, values: Vec<Value>) {
        let held = &mut self.columns[column];
        held.truncate(self.start);
        held.extend(values);
    }

    /// Keeps those rows of this year for which `keep` says so.
    pub(crate) fn retain(&mut self, keep: &[bool]) {
        fn filter<T>(list: &mut Vec<T>, start: usize, keep: &[bool]) {
            let mut row = 0;
            list.retain(|_| {
                row += 1;
                row <= start || keep.get(row - 1 - start).copied().unwrap_or(true)
            });
        }
        let start = self.start;
        for column in &mut self.columns {
            filter(column, start, keep);
        }
        filter(&mut self.parents, start, keep);
        filter(&mut self.links, start, keep);
        filter(&mut self.villages, start, keep);
        filter(&mut self.ids, start, keep);
        self.len = start + keep.iter().filter(|kept| **kept).count();
    }

    /// Forgets every member; for groups that no other group draws from.
    pub(crate) fn clear(&mut self) {
        for column in &mut self.columns {
            *column = Vec::new();
        }
        self.parents = Vec::new();
        self.links = Vec::new();
        self.villages = Vec::new();
        self.ids = Vec::new();
        self.len = 0;
        self.start = 0;
    }

    /// The attribute of a row; unknown while the column isn't set.
    pub(crate) fn value(&self, column: usize, row: usize) -> Value {
        self.columns[column].get(row).cloned().unwrap_or_default()
    }
}

/// Every group's members.
#[derive(Debug, Default)]
pub(crate) struct World {
    /// By group number, as in the script.
    pub(crate) groups: Vec<Members>,
}

/// How to find, from a member, the member whose new subject is meant.
#[derive(Debug, Clone)]
pub(crate) enum Owner {
    /// The member itself.
    Own,
    /// By its parent; one way for each source group, `None` where there is none.
    Parent(Box<[(usize, Option<Owner>)]>),
    /// By its link.
    Link(usize, Box<Owner>),
}

impl World {
    /// Row `row` of group `group` and who owns the wanted subject there: its group and row.
    pub(crate) fn owner(&self, group: usize, row: usize, owner: &Owner) -> Option<(usize, usize)> {
        match owner {
            Owner::Own => Some((group, row)),
            Owner::Parent(ways) => {
                let (source, parent) = self.groups[group].parents[row];
                let (group, way) = &ways[usize::from(source)];
                self.owner(*group, parent as usize, way.as_ref()?)
            }
            Owner::Link(to, way) => self.owner(*to, *self.groups[group].links.get(row)? as usize, way),
        }
    }

    /// The subject found that way.
    pub(crate) fn subject(&self, group: usize, row: usize, owner: &Owner) -> Option<SubjectId> {
        let (group, row) = self.owner(group, row, owner)?;
        self.groups[group].ids.get(row).map(|id| SubjectId(Uuid::from_u128(*id)))
    }
}
