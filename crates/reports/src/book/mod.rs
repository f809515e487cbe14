//! A pack as a Chinese booklet that a health worker can read, correct and sign off.
//!
//! [`compose`] puts it together from the loaded pack alone: cover, programme at a glance, forms as on paper, rules in words,
//! tables, indicators as fractions, ledgers, returns, worked cases, open points, signatures. Rules in words are the
//! pack's own (`meaning`, `message`, `note`); where it has none, the expression itself is read out in Chinese, in small
//! print. Parts that a pack doesn't have are left out and the numbers close up. Tests: `tests/book.rs`.

mod close;
mod cover;
mod forms;
mod indicators;
mod lists;
mod names;
mod pages;
mod schedule;
mod tables;
mod words;

use qianmo_core::Date;
use qianmo_core::pack::{Pack, Packs};

use crate::model::{Document, Look};
use names::Names;
use pages::Pages;

/// What a booklet is made of.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// All packs, for names of other packs' forms and indicators.
    pub packs: &'a Packs,
    /// The pack.
    pub pack: &'a Pack,
    /// Date of printing.
    pub printed: Date,
}

/// Composes the booklet of a pack.
#[must_use]
pub fn compose(request: &Request<'_>) -> Document {
    let Request { packs, pack, printed } = *request;
    let mut pages = Pages::default();
    let names = Names::of(packs);
    cover::write(&mut pages, packs, pack, printed);
    forms::write(&mut pages, &names, pack);
    schedule::services(&mut pages, &names, pack);
    schedule::series(&mut pages, &names, pack);
    tables::write(&mut pages, packs, pack);
    indicators::write(&mut pages, &names, pack);
    lists::rosters(&mut pages, &names, pack);
    lists::returns(&mut pages, &names, pack);
    lists::campaigns(&mut pages, &names, pack);
    close::cases(&mut pages, &names, pack);
    close::open_points(&mut pages, pack);
    close::signatures(&mut pages);
    Document {
        title: format!("{}专项包", pack.name),
        subtitle: Some("（供审定签字）".to_owned()),
        organisation: pack.author.clone(),
        date: printed,
        look: Look::Booklet,
        blocks: pages.blocks,
        references: Vec::new(),
    }
}
