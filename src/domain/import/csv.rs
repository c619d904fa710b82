//! A company file with a header and separated values, quoted as spreadsheets do.
use crate::domain::import::columns::Column;
use crate::domain::import::rows::Cells;
use crate::domain::import::rows::FILE_BYTES_MAX;
use crate::domain::import::rows::Imported;
use crate::domain::import::rows::LINE_BYTES_MAX;
use crate::domain::import::rows::ROWS_MAX;
use crate::domain::import::rows::Reader;

/// Most columns of a header.
const COLUMNS_MAX: usize = 200;

/// Reads all records; the separator is what the header has most of: comma, semicolon or tab.
pub fn read_csv(bytes: &[u8]) -> Imported {
    let mut reader = Reader::default();
    if bytes.len() > FILE_BYTES_MAX {
        reader.bad(0, "the file is larger than 20 MB");
        return reader.done();
    }
    let Ok(text) = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)) else {
        reader.bad(0, "the file is not UTF-8");
        return reader.done();
    };
    let mut records = Records { rest: text, line: 1, separator: separator(text) };
    let header = records.next().map(|(_, cells)| cells).unwrap_or_default();
    if header.is_empty() || header.len() > COLUMNS_MAX {
        reader.bad(1, "no header with 1 to 200 columns");
        return reader.done();
    }
    let columns: Vec<Option<Column>> = header.iter().map(|name| reader.column(name)).collect();
    for (line, cells) in records {
        if reader.is_full() {
            reader.bad(line, &format!("only the first {ROWS_MAX} rows are read"));
            break;
        }
        take(&mut reader, line, cells, &columns);
    }
    reader.done()
}

fn take(reader: &mut Reader, line: usize, cells: Vec<String>, columns: &[Option<Column>]) {
    if cells.iter().all(|cell| cell.trim().is_empty()) {
        return;
    }
    if cells.len() != columns.len() {
        return reader.bad(line, &format!("{} values under {} columns", cells.len(), columns.len()));
    }
    if cells.iter().map(String::len).sum::<usize>() > LINE_BYTES_MAX {
        return reader.bad(line, "the line is longer than 64 KB");
    }
    let known = columns.iter().zip(cells).filter_map(|(column, cell)| Some(((*column)?, values((*column)?, cell))));
    let row: Cells = known.collect();
    reader.row(line, &row);
}

/// Lists stand in one cell, parted by semicolons, bars or commas.
fn values(column: Column, cell: String) -> Vec<String> {
    match column {
        Column::Tags | Column::Technologies | Column::Regions => {
            cell.split([';', '|', ',']).map(|text| text.trim().to_owned()).collect()
        }
        _ => vec![cell],
    }
}

fn separator(text: &str) -> char {
    let header = text.lines().next().unwrap_or_default();
    let count = |separator: char| header.chars().filter(|c| *c == separator).count();
    [',', ';', '\t'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(',')
}

/// Records with the line each begins on; quotes may hold separators and line ends.
struct Records<'a> {
    rest: &'a str,
    line: usize,
    separator: char,
}

impl Iterator for Records<'_> {
    type Item = (usize, Vec<String>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let start = self.line;
        let mut cells = vec![String::new()];
        let mut in_quotes = false;
        let mut letters = self.rest.char_indices().peekable();
        let mut end = self.rest.len();
        while let Some((at, letter)) = letters.next() {
            let cell = cells.last_mut()?;
            match letter {
                '"' if in_quotes && letters.peek().is_some_and(|(_, next)| *next == '"') => {
                    letters.next();
                    cell.push('"');
                }
                '"' if in_quotes || cell.is_empty() => in_quotes = !in_quotes,
                '\n' if !in_quotes => {
                    end = at + 1;
                    break;
                }
                letter if letter == self.separator && !in_quotes => cells.push(String::new()),
                '\r' if !in_quotes => {}
                letter => cell.push(letter),
            }
        }
        self.line += self.rest[..end].matches('\n').count();
        self.rest = &self.rest[end..];
        Some((start, cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreadsheets_are_read() {
        let text = "Company Name;Website;Employees;Notes\r\n\"Acme; Inc\";https://www.acme.com/x;201-500;hi\r\nBob;;x;y\r\n;;1;\r\nshort\r\n";
        let read = read_csv(text.as_bytes());
        assert_eq!(read.rows.len(), 2);
        let acme = &read.rows[0].company;
        assert_eq!((acme.name.as_str(), acme.domain.as_deref()), ("Acme; Inc", Some("acme.com")));
        assert_eq!((acme.employees_min, acme.employees_max), (Some(201), Some(500)));
        assert_eq!((read.rows[1].company.domain.as_ref(), read.rows[1].company.employees_min), (None, None));
        assert_eq!(read.bad.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 5]);
        assert_eq!(read.columns_ignored, ["Notes"]);
        assert_eq!(read_csv(b"").rows.len(), 0);
        assert_eq!(read_csv(b"\xff\xfe").bad.len(), 1);
    }

    #[test]
    fn quotes_hold_line_ends() {
        let read = read_csv(b"name,city\n\"Ac\"\"me\nLtd\",Paris\nBob,Rome\n");
        assert_eq!(read.rows[0].company.name, "Ac\"meLtd");
        assert_eq!((read.rows[1].line, read.rows[1].company.city.as_deref()), (4, Some("Rome")));
    }
}
