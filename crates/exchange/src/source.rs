//! A file as rows of cells, whatever its format: xlsx, xls, ods or csv (UTF-8 or GBK).
//!
//! Rows are handed out one by one, so that a file of 100,000 rows needs no more memory than its text.

use std::io::Cursor;

use calamine::{Data, DataRef, ExcelDateTime, Reader as _, Sheets, Xlsx, open_workbook_auto_from_rs, open_workbook_from_rs};
use qianmo_core::Fault;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// A number that the spreadsheet shows as a date or time.
    Moment(ExcelDateTime),
    /// True or false.
    Bool(bool),
    /// The result of a formula that failed: `#N/A`.
    Error(String),
}

impl Cell {
    /// Whether it holds nothing, or a dash.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => crate::text::is_blank(text),
            _ => false,
        }
    }

    /// What a person sees in it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Error(text) => text.trim().to_owned(),
            Self::Number(number) => crate::number::from_float(*number).map_or_else(|| number.to_string(), |number| number.to_string()),
            Self::Moment(moment) => {
                let (year, month, day, hour, minute, _, _) = moment.to_ymd_hms_milli();
                let date = format!("{year:04}-{month:02}-{day:02}");
                if (hour, minute) == (0, 0) { date } else { format!("{date} {hour:02}:{minute:02}") }
            }
            Self::Bool(b) => if *b { "是" } else { "否" }.to_owned(),
        }
    }
}

/// Takes a row (its number from 1, its cells) and says whether to go on.
pub(crate) type EachRow<'a> = &'a mut dyn FnMut(u32, &[Cell]) -> bool;

/// An open file.
pub(crate) enum Source<'a> {
    Xlsx(Box<Xlsx<Cursor<&'a [u8]>>>),
    Other(Box<Sheets<Cursor<&'a [u8]>>>),
    Csv(String),
}

impl<'a> Source<'a> {
    /// Opens a file by what it holds, not by its name.
    ///
    /// Errors: `IMPORT-0001` not a spreadsheet, `IMPORT-0003` text in an unknown encoding.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        let wrong = |why: &dyn std::fmt::Display| Fault::new("IMPORT-0001").with("why", why);
        if bytes.starts_with(b"PK")
            && let Ok(book) = open_workbook_from_rs::<Xlsx<_>, _>(Cursor::new(bytes))
        {
            return Ok(Self::Xlsx(Box::new(book)));
        }
        if bytes.starts_with(b"PK") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return open_workbook_auto_from_rs(Cursor::new(bytes)).map(|book| Self::Other(Box::new(book))).map_err(|error| wrong(&error));
        }
        decode(bytes).map(Self::Csv)
    }

    /// Names of the sheets; one without name for csv.
    pub(crate) fn sheets(&self) -> Vec<String> {
        match self {
            Self::Xlsx(book) => book.sheet_names(),
            Self::Other(book) => book.sheet_names(),
            Self::Csv(_) => vec![String::new()],
        }
    }

    /// Hands out the rows of a sheet; rows without any cell may be left out.
    ///
    /// Errors: `IMPORT-0001` when the sheet can't be read.
    pub(crate) fn rows(&mut self, sheet: &str, each: EachRow<'_>) -> Result<(), Fault> {
        let wrong = |why: &dyn std::fmt::Display| Fault::new("IMPORT-0001").with("why", why);
        match self {
            Self::Xlsx(book) => {
                let mut reader = book.worksheet_cells_reader(sheet).map_err(|error| wrong(&error))?;
                let mut rows = Gather { row: 0, cells: Vec::new(), each };
                while let Some(cell) = reader.next_cell().map_err(|error| wrong(&error))? {
                    let (row, column) = cell.get_position();
                    if !rows.put(row, column, from_ref(cell.get_value())) {
                        return Ok(());
                    }
                }
                rows.flush();
                Ok(())
            }
            Self::Other(book) => {
                let range = book.worksheet_range(sheet).map_err(|error| wrong(&error))?;
                let (top, left) = range.start().unwrap_or((0, 0));
                let mut rows = Gather { row: 0, cells: Vec::new(), each };
                for (row, column, value) in range.used_cells() {
                    let place = |offset: usize, start: u32| start + u32::try_from(offset).unwrap_or(u32::MAX - start);
                    if !rows.put(place(row, top), place(column, left), from_data(value)) {
                        return Ok(());
                    }
                }
                rows.flush();
                Ok(())
            }
            Self::Csv(text) => csv_rows(text, each).map_err(|error| wrong(&error)),
        }
    }
}

/// Columns beyond this are not looked at.
const COLUMNS_MAX: u32 = 1024;

/// Cells one by one into whole rows.
struct Gather<'a> {
    row: u32,
    cells: Vec<Cell>,
    each: EachRow<'a>,
}

impl Gather<'_> {
    fn put(&mut self, row: u32, column: u32, cell: Cell) -> bool {
        if row != self.row && !self.flush() {
            return false;
        }
        self.row = row;
        if column < COLUMNS_MAX && cell != Cell::Empty {
            let column = column as usize;
            if self.cells.len() <= column {
                self.cells.resize(column + 1, Cell::Empty);
            }
            self.cells[column] = cell;
        }
        true
    }

    fn flush(&mut self) -> bool {
        let go_on = self.cells.is_empty() || (self.each)(self.row + 1, &self.cells);
        self.cells.clear();
        go_on
    }
}

fn text(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

fn from_ref(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::SharedString(shared) => text(shared),
        DataRef::String(own) => text(own),
        other => from_data(&Data::from(other.clone())),
    }
}

fn from_data(value: &Data) -> Cell {
    match value {
        Data::Empty => Cell::Empty,
        #[expect(clippy::cast_precision_loss, reason = "spreadsheets hold no whole number that a float doesn't")]
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Float(number) => Cell::Number(*number),
        Data::String(own) | Data::DateTimeIso(own) | Data::DurationIso(own) => text(own),
        Data::Bool(b) => Cell::Bool(*b),
        Data::DateTime(moment) => Cell::Moment(*moment),
        Data::Error(error) => Cell::Error(error.to_string()),
    }
}

fn decode(bytes: &[u8]) -> Result<String, Fault> {
    let unknown = || Fault::new("IMPORT-0003");
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if plain.contains(&0) {
        return Err(Fault::new("IMPORT-0001").with("why", "binary"));
    }
    if let Ok(text) = std::str::from_utf8(plain) {
        return Ok(text.to_owned());
    }
    let (text, wrong) = encoding_rs::GB18030.decode_without_bom_handling(plain);
    if wrong { Err(unknown()) } else { Ok(text.into_owned()) }
}

fn csv_rows(text: &str, each: EachRow<'_>) -> Result<(), csv::Error> {
    let head = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b'\t', b';'].into_iter().max_by_key(|d| head.bytes().filter(|b| b == d).count()).unwrap_or(b',');
    let delimiter = if head.as_bytes().contains(&delimiter) { delimiter } else { b',' };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut cells = Vec::new();
    let mut row = 0;
    while reader.read_record(&mut record)? {
        let start = record.position().map_or(0, |place| usize::try_from(place.byte()).unwrap_or(0));
        row += 1 + blank_lines(text.as_bytes(), start);
        cells.clear();
        cells.extend(record.iter().map(self::text));
        if !each(row, &cells) {
            break;
        }
    }
    Ok(())
}

/// Blank lines before the record that the reader looks for from `start` on: rows in a spreadsheet, nothing to the reader.
fn blank_lines(text: &[u8], start: usize) -> u32 {
    let mut ends = text[start.min(text.len())..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).peekable();
    // The second half of the line end of the record before.
    if start > 0 && text.get(start - 1) == Some(&b'\r') && ends.peek() == Some(&&b'\n') {
        ends.next();
    }
    u32::try_from(ends.filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let mut found = Vec::new();
        Source::open(bytes)
            .unwrap()
            .rows("", &mut |row, cells| {
                found.push((row, cells.iter().map(Cell::shown).collect()));
                true
            })
            .unwrap();
        found
    }

    #[test]
    fn csv_is_read_in_utf8_with_and_without_mark_and_in_gbk() {
        let text = "姓名,村\n王芳,白水村\n";
        let (gbk, ..) = encoding_rs::GBK.encode(text);
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for bytes in [text.as_bytes(), &gbk, &marked] {
            assert_eq!(rows(bytes), [(1, vec!["姓名".into(), "村".into()]), (2, vec!["王芳".into(), "白水村".into()])]);
        }
        assert_eq!(rows("姓名\t村\n王芳\t\"白,水\"\n".as_bytes())[1].1, ["王芳", "白,水"]);
        assert_eq!(rows("a,b\n\n\"x\ny\",z\nlast,1".as_bytes()).iter().map(|(row, _)| *row).collect::<Vec<_>>(), [1, 3, 4]);
        assert_eq!(rows(b"\r\na,b\r\n\r\n\r\nc,d\r\ne,f\r\n").iter().map(|(row, _)| *row).collect::<Vec<_>>(), [2, 5, 6]);
    }

    #[test]
    fn what_is_no_spreadsheet_is_named() {
        let code = |bytes: &[u8]| Source::open(bytes).err().unwrap().code;
        assert_eq!(code(b"PK\x03\x04 not really"), "IMPORT-0001");
        assert_eq!(code(&[0xd0, 0xcf, 0x11, 0xe0, 1, 2, 3]), "IMPORT-0001");
        assert_eq!(code(b"%PDF-1.4 \x00 \x01"), "IMPORT-0001");
        assert_eq!(code(&[b'a', 0xff, 0xff, b'\n']), "IMPORT-0003");
    }
}
