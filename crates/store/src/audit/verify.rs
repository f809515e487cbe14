//! Walking log and chain from the beginning: what doesn't fit is named by number.

use qianmo_core::Fault;

use super::chain::{Link, Tail, add, links};
use super::hash::{Hash, Span, entry_hash, row_digest};
use super::{Actor, Anchor, Deed, Entry};
use crate::db::{Db, transaction};
use crate::row::RowRef;

/// Entries read at a time.
const PAGE: u32 = 2000;

/// Takes a row as it is stored and the hash kept beside it.
pub(crate) type EachRaw<'a> = &'a mut dyn FnMut(&RowRef<'_>, Option<&[u8]>) -> Result<(), Fault>;

/// The log as it is stored.
pub(crate) trait RawRows {
    /// Hands out the rows from `from` to `to`, both included, names and values as they are stored, with the hash kept beside.
    /// A row that can't be read at all is a fault `STORE-0402`.
    fn raw_rows(&self, from: i64, to: i64, each: EachRaw<'_>) -> Result<(), Fault>;

    /// Notes the hash of a row from before the chain.
    fn set_digest(&self, seq: i64, digest: &[u8; 32]) -> Result<(), Fault>;

    /// Position of the last row.
    fn end(&self) -> Result<i64, Fault>;
}

/// Checks the whole chain, the whole log, and the anchors noted in the store and given from outside.
///
/// Errors: `STORE-0401` an entry, `STORE-0402` a record, `STORE-0403` records that an entry binds, taken together, `STORE-0404` records that no
/// entry binds, `STORE-0405` an anchor.
pub(crate) fn verify(db: &dyn Db, rows: &dyn RawRows, anchors: &[Anchor]) -> Result<(), Fault> {
    let (mut tail, mut done) = (Tail::START, 0);
    let mut open: Vec<Anchor> = super::anchors(db)?;
    open.extend_from_slice(anchors);
    let mut pass_anchors = |tail: &Tail| {
        if let Some(anchor) = open.iter().find(|anchor| anchor.seq == tail.seq && anchor.hash != tail.hash) {
            return Err(Fault::new("STORE-0405").with("day", anchor.day).with("entry", anchor.seq));
        }
        open.retain(|anchor| anchor.seq != tail.seq);
        Ok(())
    };
    pass_anchors(&tail)?;
    loop {
        let page = links(db, tail.seq, PAGE)?;
        let mut spans: Vec<(i64, Hash, Span)> = Vec::new();
        for (seq, link) in &page {
            let wrong = || Fault::new("STORE-0401").with("entry", tail.seq + 1);
            let Link { audited, algorithm, detail, span, hash } = link.as_ref().filter(|_| *seq == tail.seq + 1).ok_or_else(wrong)?;
            if entry_hash(*algorithm, &tail.hash, *seq, &audited.entry, detail.as_deref(), span.as_ref()) != *hash {
                return Err(wrong());
            }
            tail = Tail { seq: *seq, hash: *hash };
            pass_anchors(&tail)?;
            spans.extend(span.iter().map(|span| (*seq, *algorithm, span.clone())));
        }
        done = verify_rows(rows, done, &spans)?;
        if page.len() < PAGE as usize {
            break;
        }
    }
    if let Some(anchor) = open.first() {
        return Err(Fault::new("STORE-0405").with("day", anchor.day).with("entry", anchor.seq));
    }
    let end = rows.end()?;
    if end == done { Ok(()) } else { Err(Fault::new("STORE-0404").with("from", done.min(end) + 1).with("to", end.max(done))) }
}

/// Checks the rows that a page of entries binds; the position reached.
fn verify_rows(rows: &dyn RawRows, done: i64, spans: &[(i64, Hash, Span)]) -> Result<i64, Fault> {
    let Some((_, _, last)) = spans.last() else { return Ok(done) };
    let to = last.to;
    let mut at = done;
    let mut spans = spans.iter();
    let mut current = spans.next();
    let mut digests: Vec<[u8; 32]> = Vec::new();
    rows.raw_rows(done + 1, to, &mut |row, held| {
        let altered = || Fault::new("STORE-0402").with("seq", at + 1);
        let Some((entry, hash, span)) = current else { return Err(altered()) };
        let digest = row_digest(*hash, row);
        if row.seq != at + 1 || held != Some(digest.as_slice()) {
            return Err(altered());
        }
        at = row.seq;
        digests.push(digest);
        if row.seq == span.to {
            let sum = Span::of(*hash, span.from, &digests);
            if sum.is_none_or(|sum| sum.to != span.to || sum.digest != span.digest) {
                return Err(Fault::new("STORE-0403").with("from", span.from).with("to", span.to).with("entry", entry));
            }
            digests.clear();
            current = spans.next();
        }
        Ok(())
    })?;
    if at == to { Ok(to) } else { Err(Fault::new("STORE-0402").with("seq", at + 1)) }
}

/// Takes a log from the time before the chain into it: hashes its rows and adds one entry that binds them.
pub(crate) fn adopt(db: &dyn Db, rows: &dyn RawRows, hash: Hash, at: i64) -> Result<(), Fault> {
    // Rows that have a hash once had a chain; without one they are for `verify` to report, not to be taken in anew.
    let fresh = || -> Result<bool, Fault> {
        let mut bare = false;
        if Tail::read(db)?.seq == 0 {
            rows.raw_rows(1, 1, &mut |_, digest| {
                bare = digest.is_none();
                Ok(())
            })?;
        }
        Ok(bare)
    };
    if !fresh()? {
        return Ok(());
    }
    transaction(db, || {
        // Another process may have been first.
        if !fresh()? {
            return Ok(());
        }
        let end = rows.end()?;
        let mut digests = Vec::new();
        rows.raw_rows(1, end, &mut |row, _| {
            digests.push(row_digest(hash, row));
            Ok(())
        })?;
        for (seq, digest) in (1..).zip(&digests) {
            rows.set_digest(seq, digest)?;
        }
        let entry = Entry::new(at, &Actor::default(), Deed::Adopt);
        add(db, None, hash, &mut Tail::START.clone(), &[(&entry, Span::of(hash, 1, &digests))])
    })
}
