//! Sheets as an Excel workbook that prints as the paper form: merged title, grouped headers, borders, widths,
//! header rows repeated on each page, page numbers, totals as formulas.
//!
//! Faults: `REPORT-0302` more rows or longer cells than the format holds.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet, XlsxError};

use crate::layout;
use crate::model::Align;
use crate::sheet::{Paper, Row, Sheet, SheetCell, SheetColumn};

/// Writes sheets into one workbook. The same sheets give the same bytes.
///
/// Errors: `REPORT-0302`.
pub fn write(sheets: &[Sheet]) -> Result<Vec<u8>, qianmo_core::Fault> {
    let title = sheets.first().map(|sheet| sheet.title.clone()).unwrap_or_default();
    workbook(sheets).map_err(|why| qianmo_core::Fault::new("REPORT-0302").with("title", title).with("why", why))
}

fn workbook(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    if let Some(first) = sheets.first() {
        let properties = DocProperties::new().set_title(&first.title).set_author(&first.organisation);
        workbook.set_properties(&properties.set_creation_datetime(&day(first.printed)?));
    }
    for sheet in sheets {
        Page { sheet, worksheet: workbook.add_worksheet(), row: 0 }.write()?;
    }
    workbook.save_to_buffer()
}

fn day(date: qianmo_core::Date) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_ymd(date.year().unsigned_abs(), date.month().unsigned_abs(), date.day().unsigned_abs())
}

fn font(name: &str, points: f64) -> Format {
    Format::new().set_font_name(name).set_font_size(points).set_align(FormatAlign::VerticalCenter)
}

fn boxed(align: Align) -> Format {
    let format = font("宋体", 10.0).set_border(FormatBorder::Thin);
    match align {
        Align::Left => format.set_align(FormatAlign::Left).set_text_wrap(),
        Align::Centre => format.set_align(FormatAlign::Center).set_text_wrap(),
        Align::Right => format.set_align(FormatAlign::Right),
    }
}

/// The formats of a column, made once: number formats by decimals.
struct Formats {
    text: Format,
    date: Format,
    numbers: Vec<Format>,
}

impl Formats {
    fn of(column: &SheetColumn, bold: bool) -> Self {
        let make = |align: Align| if bold { boxed(align).set_bold() } else { boxed(align) };
        let number = |decimals: usize| {
            let pattern = if decimals == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(decimals)) };
            let align = if column.align == Align::Left { Align::Right } else { column.align };
            make(align).set_num_format(pattern)
        };
        Self { text: make(column.align), date: make(Align::Centre).set_num_format("yyyy-mm-dd"), numbers: (0..=10).map(number).collect() }
    }
}

struct Page<'a> {
    sheet: &'a Sheet,
    worksheet: &'a mut Worksheet,
    row: u32,
}

impl Page<'_> {
    fn write(mut self) -> Result<(), XlsxError> {
        self.worksheet.set_name(&self.sheet.tab)?;
        for (index, column) in self.sheet.columns.iter().enumerate() {
            self.worksheet.set_column_width(at(index), column.width)?;
        }
        self.head()?;
        let header = self.row;
        self.header()?;
        let first = self.row;
        self.worksheet.set_repeat_rows(header, first - 1)?;
        self.worksheet.set_freeze_panes(first, 0)?;
        self.body()?;
        self.totals(first)?;
        self.foot()?;
        self.print();
        Ok(())
    }

    fn last(&self) -> u16 {
        at(self.sheet.columns.len().saturating_sub(1))
    }

    /// A line across all columns.
    fn across(&mut self, text: &str, format: &Format, height: f64) -> Result<(), XlsxError> {
        let last = self.last();
        span(self.worksheet, [self.row, 0, self.row, u32::from(last)], text, format)?;
        self.worksheet.set_row_height(self.row, height)?;
        self.row += 1;
        Ok(())
    }

    fn head(&mut self) -> Result<(), XlsxError> {
        let title = font("方正小标宋简体", 18.0).set_align(FormatAlign::Center).set_text_wrap();
        self.across(&self.sheet.title, &title, 36.0)?;
        for line in &self.sheet.form_lines {
            self.across(line, &font("宋体", 10.0).set_align(FormatAlign::Right), 15.0)?;
        }
        self.across(&self.sheet.head_line(), &font("宋体", 10.0).set_align(FormatAlign::Left), 20.0)
    }

    fn header(&mut self) -> Result<(), XlsxError> {
        let format =
            font("黑体", 10.0).set_border(FormatBorder::Thin).set_align(FormatAlign::Center).set_text_wrap().set_background_color("F2F2F2");
        let sheet = self.sheet;
        let row = self.row;
        if !sheet.grouped() {
            for (index, column) in sheet.columns.iter().enumerate() {
                self.worksheet.write_string_with_format(row, at(index), &column.name, &format)?;
            }
            self.worksheet.set_row_height(row, 30)?;
            self.row += 1;
            return Ok(());
        }
        for (first, last, group) in sheet.groups() {
            if group.is_empty() {
                span(self.worksheet, [row, u32::from(at(first)), row + 1, u32::from(at(first))], &sheet.columns[first].name, &format)?;
                continue;
            }
            span(self.worksheet, [row, u32::from(at(first)), row, u32::from(at(last))], group, &format)?;
            for index in first..=last {
                self.worksheet.write_string_with_format(row + 1, at(index), &sheet.columns[index].name, &format)?;
            }
        }
        self.worksheet.set_row_height(row, 20)?;
        self.worksheet.set_row_height(row + 1, 30)?;
        self.row += 2;
        Ok(())
    }

    fn body(&mut self) -> Result<(), XlsxError> {
        let plain: Vec<Formats> = self.sheet.columns.iter().map(|column| Formats::of(column, false)).collect();
        let bold: Vec<Formats> = self.sheet.columns.iter().map(|column| Formats::of(column, true)).collect();
        let indented = self.sheet.columns.iter().position(|column| column.align == Align::Left);
        for row in &self.sheet.rows {
            let formats = if row.heading { &bold } else { &plain };
            self.line(row, formats, indented)?;
        }
        Ok(())
    }

    fn line(&mut self, row: &Row, formats: &[Formats], indented: Option<usize>) -> Result<(), XlsxError> {
        for (index, (cell, formats)) in row.cells.iter().zip(formats).enumerate() {
            if row.level > 0 && indented == Some(index) {
                let format = formats.text.clone().set_indent(row.level * 2);
                self.worksheet.write_string_with_format(self.row, at(index), cell.text(), &format)?;
            } else {
                self.cell(index, cell, formats)?;
            }
        }
        self.row += 1;
        Ok(())
    }

    fn cell(&mut self, index: usize, cell: &SheetCell, formats: &Formats) -> Result<(), XlsxError> {
        let (row, column) = (self.row, at(index));
        match cell {
            SheetCell::Empty => self.worksheet.write_blank(row, column, &formats.text)?,
            SheetCell::Text(text) => self.worksheet.write_string_with_format(row, column, text, &formats.text)?,
            SheetCell::Number(_, decimals) => {
                let format = formats.numbers.get(*decimals as usize).unwrap_or(&formats.text);
                match cell.text().parse::<f64>() {
                    Ok(number) => self.worksheet.write_number_with_format(row, column, number, format)?,
                    Err(_) => self.worksheet.write_string_with_format(row, column, cell.text(), format)?,
                }
            }
            SheetCell::Date(date) if date.year() >= 1900 => {
                self.worksheet.write_datetime_with_format(row, column, day(*date)?, &formats.date)?
            }
            SheetCell::Date(date) => self.worksheet.write_string_with_format(row, column, date.to_string(), &formats.text)?,
        };
        Ok(())
    }

    fn totals(&mut self, first: u32) -> Result<(), XlsxError> {
        let Some(cells) = self.sheet.total_row() else { return Ok(()) };
        for (index, (cell, column)) in cells.iter().zip(&self.sheet.columns).enumerate() {
            let formats = Formats::of(column, true);
            let SheetCell::Number(_, decimals) = cell else {
                self.cell(index, cell, &formats)?;
                continue;
            };
            let format = formats.numbers.get(*decimals as usize).unwrap_or(&formats.text);
            if self.sheet.rows.is_empty() {
                self.worksheet.write_number_with_format(self.row, at(index), 0, format)?;
            } else {
                let name = rust_xlsxwriter::utility::column_number_to_name(at(index));
                let formula = Formula::new(format!("=SUM({name}{}:{name}{})", first + 1, self.row)).set_result(cell.text());
                self.worksheet.write_formula_with_format(self.row, at(index), formula, format)?;
            }
        }
        self.row += 1;
        Ok(())
    }

    fn foot(&mut self) -> Result<(), XlsxError> {
        let width: f64 = self.sheet.columns.iter().map(|column| column.width).sum();
        let format = font("宋体", 10.0).set_align(FormatAlign::Left).set_text_wrap();
        for (index, note) in self.sheet.notes.iter().enumerate() {
            let text = if index == 0 { format!("注：{note}") } else { format!("　　{note}") };
            let lines = (layout::width_em(&text) * 2.0 / width.max(20.0)).ceil().max(1.0);
            self.across(&text, &format, 15.0 * lines)?;
        }
        self.across(&self.sheet.sign_line(), &format, 26.0)
    }

    fn print(&mut self) {
        let worksheet = &mut *self.worksheet;
        match self.sheet.paper {
            Paper::A4 => worksheet.set_paper_size(9),
            Paper::A4Landscape => worksheet.set_paper_size(9).set_landscape(),
            Paper::A3Landscape => worksheet.set_paper_size(8).set_landscape(),
        };
        worksheet.set_margins(0.6, 0.6, 0.6, 0.7, 0.3, 0.3);
        worksheet.set_print_fit_to_pages(1, 0).set_print_center_horizontally(true).set_footer("&C第 &P 页，共 &N 页");
    }
}

fn at(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

/// Writes text over `[first row, first column, last row, last column]`, merged when that is more than a cell.
fn span(worksheet: &mut Worksheet, range: [u32; 4], text: &str, format: &Format) -> Result<(), XlsxError> {
    let [first_row, first, last_row, last] = range;
    let column = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    if (first_row, first) == (last_row, last) {
        worksheet.write_string_with_format(first_row, column(first), text, format)?;
    } else {
        worksheet.merge_range(first_row, column(first), last_row, column(last), text, format)?;
    }
    Ok(())
}
