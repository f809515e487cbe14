//! Areas (辖区): the division tree, as data with dates.
//!
//! An area's name for the program is its 12-digit statistical code (2 province, 2 city, 2 county, 3 township,
//! 3 village). Parents come from the data, never from cutting digits: villages merge and move.
//! A leaf is where subjects sit. A township's own doings (its health centre's training, its meetings) sit in
//! a leaf of its own, named by the township's code, so that a township's number is always the sum of leaves.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::fault::Fault;

/// A 12-digit statistical division code.
///
/// Source: 国家统计局 统计用区划代码编制规则.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AreaCode(u64);

impl AreaCode {
    /// The code as a number below 10^12.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }

    /// The code from a number.
    ///
    /// Errors: `CORE-0101` when it has more than 12 digits or none.
    pub fn from_number(number: u64) -> Result<Self, Fault> {
        if (1..1_000_000_000_000).contains(&number) { Ok(Self(number)) } else { Err(Fault::new("CORE-0101").with("code", number)) }
    }

    /// Digits 10 to 12: 001–199 residents' committee, 200–399 villagers' committee, 000 the township itself.
    #[must_use]
    pub fn village_part(self) -> u64 {
        self.0 % 1000
    }
}

impl FromStr for AreaCode {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let digits = text.trim();
        if digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit()) {
            digits.parse().ok().and_then(|n| Self::from_number(n).ok()).ok_or_else(|| Fault::new("CORE-0101").with("code", text))
        } else {
            Err(Fault::new("CORE-0101").with("code", text))
        }
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What kind of area a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AreaKind {
    /// 省
    Province,
    /// 市、州
    City,
    /// 县、区
    County,
    /// 乡、镇、街道
    Township,
    /// 社区（居民委员会）
    Community,
    /// 村（村民委员会）
    Village,
}

impl AreaKind {
    /// The word for it in data files and SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::City => "city",
            Self::County => "county",
            Self::Township => "township",
            Self::Community => "community",
            Self::Village => "village",
        }
    }

    /// The kind named by a word of [`AreaKind::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Province, Self::City, Self::County, Self::Township, Self::Community, Self::Village]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// One node of the division tree, valid between two dates (both included).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Its code.
    pub code: AreaCode,
    /// Official name, without the names of its parents.
    pub name: String,
    /// What it is.
    pub kind: AreaKind,
    /// The node above; `None` for the root of this data folder.
    pub parent: Option<AreaCode>,
    /// First day it exists.
    pub valid_from: Date,
    /// Last day it exists; `None` while it does.
    pub valid_to: Option<Date>,
}

/// All areas that a data folder knows.
#[derive(Debug, Clone, Default)]
pub struct AreaTree {
    areas: BTreeMap<AreaCode, Area>,
    children: BTreeMap<AreaCode, Vec<AreaCode>>,
}

impl AreaTree {
    /// A tree of these areas.
    ///
    /// Errors: `CORE-0102` a code twice, `CORE-0103` a parent that is not among them or a circle.
    pub fn new(list: Vec<Area>) -> Result<Self, Fault> {
        let mut tree = Self::default();
        for area in list {
            if let Some(before) = tree.areas.insert(area.code, area) {
                return Err(Fault::new("CORE-0102").with("code", before.code));
            }
        }
        for area in tree.areas.values() {
            if let Some(parent) = area.parent {
                if !tree.areas.contains_key(&parent) {
                    return Err(Fault::new("CORE-0103").with("code", area.code).with("parent", parent));
                }
                tree.children.entry(parent).or_default().push(area.code);
            }
        }
        for code in tree.areas.keys() {
            let mut at = *code;
            let mut steps = 0;
            while let Some(parent) = tree.areas[&at].parent {
                at = parent;
                steps += 1;
                if steps > tree.areas.len() {
                    return Err(Fault::new("CORE-0103").with("code", code).with("parent", parent));
                }
            }
        }
        Ok(tree)
    }

    /// The area with this code.
    #[must_use]
    pub fn get(&self, code: AreaCode) -> Option<&Area> {
        self.areas.get(&code)
    }

    /// The area with this code.
    ///
    /// Errors: `CORE-0104` when the tree doesn't have it.
    pub fn require(&self, code: AreaCode) -> Result<&Area, Fault> {
        self.get(code).ok_or_else(|| Fault::new("CORE-0104").with("code", code))
    }

    /// Every area, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Area> {
        self.areas.values()
    }

    /// The areas directly below, by code.
    #[must_use]
    pub fn children(&self, code: AreaCode) -> &[AreaCode] {
        self.children.get(&code).map_or(&[], Vec::as_slice)
    }

    /// The leaves whose sums make up an area: villages and communities below it, and every township at or
    /// below it (a township is also the leaf of its own doings).
    #[must_use]
    pub fn leaves(&self, code: AreaCode) -> Vec<AreaCode> {
        let mut leaves = Vec::new();
        let mut stack = vec![code];
        while let Some(at) = stack.pop() {
            let Some(area) = self.areas.get(&at) else { continue };
            if area.kind >= AreaKind::Township {
                leaves.push(at);
            }
            stack.extend_from_slice(self.children(at));
        }
        leaves.sort_unstable();
        leaves
    }

    /// An area and all above it, from itself upwards.
    #[must_use]
    pub fn ancestors(&self, code: AreaCode) -> Vec<AreaCode> {
        let mut line = Vec::new();
        let mut at = Some(code);
        while let Some(code) = at {
            line.push(code);
            at = self.areas.get(&code).and_then(|area| area.parent);
        }
        line
    }

    /// The areas without a parent.
    pub fn roots(&self) -> impl Iterator<Item = &Area> {
        self.areas.values().filter(|area| area.parent.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn area(code: &str, kind: AreaKind, parent: Option<&str>) -> Area {
        Area {
            code: code.parse().unwrap(),
            name: code.into(),
            kind,
            parent: parent.map(|p| p.parse().unwrap()),
            valid_from: date(2000, 1, 1),
            valid_to: None,
        }
    }

    #[test]
    fn a_township_is_its_villages_and_itself() {
        let tree = AreaTree::new(vec![
            area("530523100000", AreaKind::Township, None),
            area("530523100001", AreaKind::Community, Some("530523100000")),
            area("530523100200", AreaKind::Village, Some("530523100000")),
        ])
        .unwrap();
        assert_eq!(tree.leaves("530523100000".parse().unwrap()).len(), 3);
        assert_eq!(tree.leaves("530523100200".parse().unwrap()).len(), 1);
    }

    #[test]
    fn faults_of_codes_and_trees_are_named() {
        assert_eq!("53052310000".parse::<AreaCode>().unwrap_err().code, "CORE-0101");
        assert_eq!("53052310000x".parse::<AreaCode>().unwrap_err().code, "CORE-0101");
        let a = area("530523100000", AreaKind::Township, None);
        assert_eq!(AreaTree::new(vec![a.clone(), a]).unwrap_err().code, "CORE-0102");
        let orphan = area("530523100001", AreaKind::Community, Some("530523100000"));
        assert_eq!(AreaTree::new(vec![orphan]).unwrap_err().code, "CORE-0103");
    }
}
