//! The typesetter's world: one source text, fonts, no files, no clock.

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_kit::fonts::FontStore;

/// One page description.
pub(super) struct Page<'a> {
    library: LazyHash<Library>,
    source: Source,
    fonts: &'a FontStore,
}

impl<'a> Page<'a> {
    pub(super) fn new(markup: &str, fonts: &'a FontStore) -> Self {
        Self { library: LazyHash::new(Library::default()), source: Source::detached(markup), fonts }
    }

    fn refuse<T>(id: FileId) -> FileResult<T> {
        Err(FileError::NotFound(id.get().vpath().get_with_slash().into()))
    }
}

impl World for Page<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.source.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.source.id() { Ok(self.source.clone()) } else { Self::refuse(id) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        Self::refuse(id)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
