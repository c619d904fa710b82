//! Cleans one row into a company, and joins the doubles of a file.
use std::collections::BTreeSet;
use std::collections::HashMap;

use crate::domain::dedupe::merge::absorb_company;
use crate::domain::identity::company_key;
use crate::domain::identity::domain_key;
use crate::domain::ids::CompanyId;
use crate::domain::import::columns::Column;
use crate::domain::import::columns::column_of;
use crate::domain::lead::Company;
use crate::domain::lead::SourceRef;
use crate::domain::places::country_code;
use crate::domain::tables::is_free_mail;

/// Most bytes of one file.
pub const FILE_BYTES_MAX: usize = 20 * 1024 * 1024;
/// Most rows of one file.
pub const ROWS_MAX: usize = 200_000;
/// Most bytes of one line.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
/// Deepest nesting of one JSON line.
pub const DEPTH_MAX: usize = 16;
/// Most characters kept of one value.
const VALUE_CHARS_MAX: usize = 200;
/// Most names of fields that are remembered.
const NAMES_MAX: usize = 1_000;
/// Most values kept of one list.
const LIST_MAX: usize = 40;

#[derive(Clone, Debug, PartialEq)]
pub struct ImportedRow {
    /// From 1, of the row that came first.
    pub line: usize,
    pub company: Company,
    /// As the file has it: `Active`, `Acquired`.
    pub status: Option<String>,
    /// Words of the file that no field of ours holds.
    pub tags: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    pub rows: Vec<ImportedRow>,
    /// Line and why.
    pub bad: Vec<(usize, String)>,
    pub columns_used: Vec<String>,
    pub columns_ignored: Vec<String>,
    /// Rows that were merged into an earlier one.
    pub duplicates: usize,
}

/// One row before it is cleaned: each known column with its texts.
pub type Cells = Vec<(Column, Vec<String>)>;

/// Collects rows under the limits.
#[derive(Default)]
pub struct Reader {
    out: Imported,
    used: BTreeSet<String>,
    ignored: BTreeSet<String>,
    columns: HashMap<String, Option<Column>>,
    by_key: HashMap<String, usize>,
}

impl Reader {
    /// What a field stands for; each name is looked up once.
    pub fn column(&mut self, name: &str) -> Option<Column> {
        if let Some(column) = self.columns.get(name) {
            return *column;
        }
        let column = column_of(name);
        self.note(name, column.is_some());
        if self.columns.len() < NAMES_MAX {
            self.columns.insert(name.to_owned(), column);
        }
        column
    }

    fn note(&mut self, name: &str, is_known: bool) {
        let short: String = name.chars().filter(|c| !c.is_control()).take(VALUE_CHARS_MAX).collect();
        let set = if is_known { &mut self.used } else { &mut self.ignored };
        if set.len() < NAMES_MAX {
            set.insert(short);
        }
    }

    pub fn bad(&mut self, line: usize, why: &str) {
        self.out.bad.push((line, why.to_owned()));
    }

    pub fn is_full(&self) -> bool {
        self.out.rows.len() + self.out.bad.len() + self.out.duplicates >= ROWS_MAX
    }

    /// Cleans a row; one that names no company is bad.
    pub fn row(&mut self, line: usize, cells: &Cells) {
        let Some(row) = clean(line, cells) else {
            self.bad(line, "no company name and no website");
            return;
        };
        let domain = row.company.domain.as_deref().map(|domain| format!("domain:{domain}"));
        // Two companies may share a name: it joins rows only if one of them has no website.
        let name = format!("name:{}", company_key(&row.company.name));
        let by_domain = domain.as_ref().and_then(|key| self.by_key.get(key)).copied();
        let by_name = self.by_key.get(&name).copied();
        let is_open = |at: usize| domain.is_none() || self.out.rows[at].company.domain.is_none();
        let at = match by_domain.or(by_name.filter(|at| is_open(*at))) {
            Some(at) => {
                self.out.duplicates += 1;
                let kept = &mut self.out.rows[at];
                absorb_company(&mut kept.company, row.company);
                kept.tags.extend(row.tags);
                kept.tags.truncate(LIST_MAX);
                at
            }
            None => {
                self.out.rows.push(row);
                self.out.rows.len() - 1
            }
        };
        for key in domain.into_iter().chain([name]) {
            self.by_key.entry(key).or_insert(at);
        }
    }

    pub fn done(mut self) -> Imported {
        self.out.columns_used = self.used.into_iter().collect();
        self.out.columns_ignored = self.ignored.into_iter().collect();
        self.out
    }
}

fn clean(line: usize, cells: &Cells) -> Option<ImportedRow> {
    let first = |column: Column| list(cells, column).into_iter().next();
    let website = first(Column::Website).map(|url| domain_key(&url));
    let domain = website.filter(|domain| !domain.is_empty() && !is_free_mail(domain));
    let name = first(Column::Name).or_else(|| domain.clone())?;
    let mut company = Company::named(CompanyId(format!("import_{line}")), &name);
    company.domain = domain;
    let sub = first(Column::Subindustry).map(|words| words.rsplit("->").next().unwrap_or_default().trim().to_owned());
    company.industry = industry(first(Column::Industry), sub);
    (company.employees_min, company.employees_max) = employees(cells);
    if let Some(revenue) = first(Column::Revenue).and_then(|text| number(&text)) {
        company.revenue_min_usd = i64::try_from(revenue).ok();
        company.revenue_max_usd = company.revenue_min_usd;
    }
    (company.country, company.city) = place(cells);
    company.technologies = list(cells, Column::Technologies);
    let id = first(Column::Id);
    company.sources = id.map(|id| SourceRef { vendor: "import".to_owned(), id }).into_iter().collect();
    Some(ImportedRow { line, company, status: first(Column::Status), tags: list(cells, Column::Tags) })
}

/// The finer word after the broader one, if both are there and differ.
fn industry(broad: Option<String>, fine: Option<String>) -> Option<String> {
    match (broad, fine.filter(|fine| !fine.is_empty())) {
        (Some(broad), Some(fine)) if !fine.eq_ignore_ascii_case(&broad) => Some(format!("{broad} ({fine})")),
        (Some(broad), _) => Some(broad),
        (None, fine) => fine,
    }
}

fn employees(cells: &Cells) -> (Option<u32>, Option<u32>) {
    let one =
        |column: Column| list(cells, column).first().and_then(|text| number(text)).and_then(|n| u32::try_from(n).ok());
    let (least, most) = (one(Column::EmployeesMin), one(Column::EmployeesMax));
    if least.is_some() || most.is_some() {
        return (least, most);
    }
    list(cells, Column::Employees).first().map_or((None, None), |text| range(text))
}

/// "355", "201-500", "1,001 to 5,000", "10,001+". Nought is no size.
pub fn range(text: &str) -> (Option<u32>, Option<u32>) {
    let plain = text.replace([',', ' ', '_'], "").replace("to", "-").replace(['–', '—'], "-");
    let numbers: Vec<u32> =
        plain.split('-').filter_map(|part| part.trim_matches(|c: char| !c.is_ascii_digit()).parse().ok()).collect();
    match numbers.as_slice() {
        [one] if *one > 0 && plain.ends_with('+') => (Some(*one), None),
        [one] if *one > 0 => (Some(*one), Some(*one)),
        [least, most] if least <= most && *most > 0 => (Some(*least), Some(*most)),
        _ => (None, None),
    }
}

/// Digits of a plain number; "12.5M" and other shorthand is not guessed.
fn number(text: &str) -> Option<u64> {
    let plain = text.trim().trim_start_matches(['$', '€', '£']).replace([',', ' ', '_'], "");
    let whole = plain.strip_suffix(".0").or_else(|| plain.strip_suffix(".00")).unwrap_or(&plain);
    whole.parse().ok()
}

/// The country's column, else the first place that ends in a country's name; the city stands before it.
fn place(cells: &Cells) -> (Option<String>, Option<String>) {
    let city = list(cells, Column::City).into_iter().next();
    let country = list(cells, Column::Country).iter().find_map(|text| country_code(text));
    let locations = list(cells, Column::Location);
    let located = locations.iter().flat_map(|text| text.split(';')).find_map(|text| {
        let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        let code = country_code(parts.last()?)?;
        Some((code, (parts.len() > 1).then(|| parts[0].to_owned())))
    });
    let region = || {
        let known: BTreeSet<String> =
            list(cells, Column::Regions).iter().filter_map(|text| country_code(text)).collect();
        // Several countries say where it sells, not where it sits.
        if known.len() == 1 { known.into_iter().next() } else { None }
    };
    match (country, located) {
        (Some(code), Some((same, place))) if code == same => (Some(code), city.or(place)),
        (Some(code), _) => (Some(code), city),
        (None, Some((code, place))) => (Some(code), city.or(place)),
        (None, None) => (region(), city),
    }
}

/// The cleaned texts of a column.
fn list(cells: &Cells, column: Column) -> Vec<String> {
    let texts = cells.iter().filter(|(known, _)| *known == column).flat_map(|(_, texts)| texts);
    let clean = texts.map(|text| {
        let plain: String = text.chars().filter(|c| !c.is_control()).take(VALUE_CHARS_MAX).collect();
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    clean.filter(|text| !text.is_empty()).take(LIST_MAX).collect()
}
