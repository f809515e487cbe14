//! Pulling: the records of villages since a cursor, as the worker may see them.
//!
//! Each village has a cursor of its own, so that one may be new while another is up to date. Beside what was written since, a village's part has the
//! earlier records of residents who moved in, and names those who left. Cut off after some bytes; the cursor says where to go on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use qianmo_core::{Action, AreaCode, Fault, RecordId, SubjectId};
use qianmo_store::{ActionRef, Areas, Cut, Reader, Row, Scan, Sight, Store, Window};
use qianmo_wire::sync::{BaseBody, Cursor, RecordBody, Village};
use ring::digest::{SHA256, digest};
use serde_json::Map;

use crate::Rules;
use crate::body::head;
use crate::rules::came_from;

/// Rows read at a time.
const ROWS: usize = 500;
/// About what a record takes beside its values, in bytes.
const HEAD_BYTES: u64 = 320;
/// Candidates for having left from which on the village's own residents are listed first.
const MANY: usize = 64;

/// What is pulled, for whom.
#[derive(Clone, Copy)]
pub struct Puller<'a> {
    /// A reading handle.
    pub store: &'a dyn Store,
    /// Programmes and areas in force.
    pub rules: &'a Rules,
    /// What the worker may see.
    pub sight: &'a Sight,
    /// Where the asking server is at home: what came from there isn't sent back.
    pub home: Option<AreaCode>,
}

impl std::fmt::Debug for Puller<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Puller").field("sight", &self.sight).finish_non_exhaustive()
    }
}

/// Villages' parts of an answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pulled {
    /// The villages in which there is something new, or whose cursor moved.
    pub villages: Vec<Village>,
    /// There is more.
    pub more: bool,
}

impl Puller<'_> {
    /// The villages (and townships' own leaves) that the sight opens.
    #[must_use]
    pub fn villages(&self) -> BTreeSet<AreaCode> {
        let mut all = BTreeSet::new();
        for window in &self.sight.windows {
            match &window.areas {
                Areas::All => all.extend(self.rules.root().map(|root| self.rules.areas().leaves(root)).unwrap_or_default()),
                Areas::Only(areas) => all.extend(areas.iter().copied()),
            }
        }
        all
    }

    /// Pulls the villages since the cursors, about `bytes_max` bytes of records in all (a village's first step may go beyond it).
    pub fn pull(&self, cursors: &BTreeMap<AreaCode, Cursor>, bytes_max: u64) -> Result<Pulled, Fault> {
        let mut pulled = Pulled::default();
        let mut room = bytes_max;
        // A server takes everything as one: there the order of the log across villages matters.
        for area in self.home.map_or_else(|| self.villages(), |home| BTreeSet::from([home])) {
            if room == 0 {
                pulled.more = true;
                break;
            }
            let cursor = cursors.get(&area).copied();
            let (village, more) = self.village(area, cursor, &mut room)?;
            pulled.more |= more;
            if cursor != Some(village.cursor) || !village.left.is_empty() {
                pulled.villages.push(village);
            }
        }
        Ok(pulled)
    }

    /// One village; whether there is more of it.
    fn village(&self, area: AreaCode, cursor: Option<Cursor>, room: &mut u64) -> Result<(Village, bool), Fault> {
        let sight = if self.home.is_some() { self.sight.clone() } else { within(self.sight, area) };
        let print = fingerprint(&sight);
        let reader = Reader::new(self.store, &sight);
        // What is written while this runs belongs to the next time.
        let end = self.store.cut()?;
        // What the worker may see has changed, or the server's data is another: everything anew.
        let kept = cursor.filter(|cursor| cursor.sight == print && cursor.position <= end.0);
        let mut village = Village { area: area.to_string(), anew: cursor.is_some() && kept.is_none(), ..Village::default() };
        let mut at = kept.unwrap_or(Cursor { sight: print, ..Cursor::default() });
        if at.position == 0 || self.home.is_some() {
            at.moved = end.0;
        } else {
            let done = self.moved_in(&reader, area, &mut at, end, (&mut village, room))?;
            if !done {
                village.cursor = at;
                return Ok((village, true));
            }
        }
        let from = Cut(at.position);
        let more = self.changes(&reader, &mut at, (&mut village, room))?;
        if from != Cut::START && self.home.is_none() {
            self.left(&reader, area, (from, Cut(at.position)), &mut village)?;
        }
        village.cursor = at;
        Ok((village, more))
    }

    /// The earlier records of who moved in, person by person; `false` when the room doesn't suffice.
    fn moved_in(
        &self,
        reader: &Reader<'_>,
        area: AreaCode,
        at: &mut Cursor,
        end: Cut,
        (village, room): (&mut Village, &mut u64),
    ) -> Result<bool, Fault> {
        let mut movers: Vec<(i64, SubjectId)> = reader
            .moved_in(&[area], Cut(at.moved))?
            .into_iter()
            .filter_map(|resident| Some((resident.arrived?.0, resident.id)))
            .filter(|(arrived, _)| *arrived <= end.0)
            .collect();
        // Who sits here again because what said "elsewhere" was withdrawn or corrected has arrived long ago, by the directory.
        let locating = self.locating();
        let what = Scan { forms: Some(&locating), since: Some(Cut(at.moved)), cut: Some(end), corrections: true, ..Scan::default() };
        let mut corrected = Vec::new();
        self.store.scan_changes(&what, &mut |row| {
            corrected.extend(row.resident.map(|resident| (row.seq, resident)));
            Ok(())
        })?;
        for (position, resident) in corrected {
            if self.store.directory()?.home(resident)? == Some(area) {
                movers.push((position, resident));
            }
        }
        movers.sort_unstable();
        for (arrived, resident) in movers {
            // Those of one moment go together: the cursor can't tell them apart.
            if *room == 0 && arrived > at.moved {
                return Ok(false);
            }
            for row in reader.about(resident)?.into_iter().filter(|row| row.seq <= at.position && row.head().area != area) {
                self.take(&row, village, room)?;
            }
            at.moved = arrived;
        }
        at.moved = end.0;
        Ok(true)
    }

    /// The forms that say where somebody sits.
    fn locating(&self) -> Vec<&str> {
        self.rules.packs().forms().filter(|form| form.locates).map(|form| &*form.id).collect()
    }

    /// What was written since; whether there is more.
    fn changes(&self, reader: &Reader<'_>, at: &mut Cursor, (village, room): (&mut Village, &mut u64)) -> Result<bool, Fault> {
        loop {
            let changes = reader.changes(Cut(at.position), ROWS)?;
            village.gone.extend(changes.gone.iter().map(ToString::to_string));
            for row in changes.rows {
                if *room == 0 {
                    return Ok(true);
                }
                at.position = row.seq;
                self.take(&row, village, room)?;
            }
            at.position = changes.cut.0.max(at.position);
            if !changes.more {
                return Ok(false);
            }
            if *room == 0 {
                return Ok(true);
            }
        }
    }

    fn take(&self, row: &Row, village: &mut Village, room: &mut u64) -> Result<(), Fault> {
        // A server gets what was written above it about its own areas, and nothing of what it sent.
        let head = row.head();
        if self.home.is_some_and(|home| {
            came_from(head.worker.as_deref(), home) || !self.sight.windows.iter().any(|window| opens(window, head.area))
        }) {
            return Ok(());
        }
        *room = room.saturating_sub(HEAD_BYTES + row.values().len() as u64);
        village.records.push(if self.home.is_some() { for_server(self.store, body(row))? } else { body(row) });
        Ok(())
    }

    /// Residents of the village who sit elsewhere since something that was written between two positions, and what of theirs no longer stands.
    fn left(&self, reader: &Reader<'_>, area: AreaCode, (from, to): (Cut, Cut), village: &mut Village) -> Result<(), Fault> {
        let locating = self.locating();
        let mut elsewhere: BTreeSet<SubjectId> = BTreeSet::new();
        let what = Scan { forms: Some(&locating), since: Some(from), cut: Some(to), ..Scan::default() };
        self.store.scan_changes(&what, &mut |row| {
            // Somewhere else; or what said "here" is withdrawn or corrected.
            if (row.area != area || row.action != ActionRef::State)
                && let Some(resident) = row.resident
            {
                elsewhere.insert(resident);
            }
            Ok(())
        })?;
        if elsewhere.len() > MANY {
            let mut here = BTreeSet::new();
            let what = Scan { forms: Some(&locating), areas: Some(&[area]), ..Scan::default() };
            self.store.scan(&what, &mut |row| {
                here.extend(row.resident);
                Ok(())
            })?;
            elsewhere.retain(|resident| here.contains(resident));
        }
        for resident in elsewhere {
            if self.store.directory()?.home(resident)? == Some(area) {
                continue;
            }
            let seen: BTreeSet<RecordId> = reader.about(resident)?.iter().map(|row| row.head().id).collect();
            if seen.is_empty() {
                continue;
            }
            village.left.push(resident.to_string());
            // What was corrected from elsewhere stays corrected, though the correction isn't for this village any more.
            for row in Reader::whole(self.store).about(resident)? {
                if let Action::Supersede(old) | Action::Void { record: old, .. } = &row.head().action
                    && seen.contains(old)
                    && !seen.contains(&row.head().id)
                {
                    village.gone.push(old.to_string());
                }
            }
        }
        Ok(())
    }
}

/// A record as a body, with its position. Values need no form: they lie as JSON.
pub(crate) fn body(row: &Row) -> RecordBody {
    let values: Map<String, serde_json::Value> = serde_json::from_str(row.values()).unwrap_or_default();
    RecordBody { values, position: Some(row.seq), ..head(row.head()) }
}

/// A record for another server: with what it corrects, as it stands here.
pub(crate) fn for_server(store: &dyn Store, mut sent: RecordBody) -> Result<RecordBody, Fault> {
    sent.position = None;
    let target = sent.supersedes.as_ref().or(sent.voids.as_ref()).and_then(|id| id.parse::<RecordId>().ok());
    if let Some(row) = target.map(|target| store.record(target)).transpose()?.flatten() {
        let known = body(&row);
        sent.base = Some(BaseBody { at: known.at, area: known.area, values: known.values });
    }
    Ok(sent)
}

/// The sight, in one village only.
fn within(sight: &Sight, area: AreaCode) -> Sight {
    let only = Areas::Only(Arc::new(BTreeSet::from([area])));
    let windows = sight.windows.iter().filter(|window| opens(window, area)).map(|window| Window { areas: only.clone(), ..window.clone() });
    Sight { windows: windows.collect(), exposed: sight.exposed }
}

fn opens(window: &Window, area: AreaCode) -> bool {
    match &window.areas {
        Areas::All => true,
        Areas::Only(areas) => areas.contains(&area),
    }
}

/// Tells sights apart; fits into what a browser counts exactly.
fn fingerprint(sight: &Sight) -> u64 {
    let hash = digest(&SHA256, format!("{sight:?}").as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash.as_ref()[..8]);
    (u64::from_le_bytes(bytes) & ((1 << 53) - 1)).max(1)
}
