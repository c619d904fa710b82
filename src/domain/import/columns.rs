//! Which field of a file is which of ours, by its name in the usual spellings.
use crate::domain::text::words;

/// What a column can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    Name,
    Website,
    Industry,
    Subindustry,
    Tags,
    Employees,
    EmployeesMin,
    EmployeesMax,
    Revenue,
    Country,
    City,
    Location,
    Regions,
    Technologies,
    Id,
    Status,
}

const NAMES: &[(Column, &[&str])] = &[
    (
        Column::Name,
        &[
            "name",
            "company",
            "company name",
            "companyname",
            "account",
            "account name",
            "organization",
            "organisation",
            "organization name",
            "business name",
            "firm",
        ],
    ),
    (
        Column::Website,
        &[
            "website",
            "domain",
            "url",
            "web",
            "website url",
            "company url",
            "company domain",
            "homepage",
            "company website",
            "primary domain",
        ],
    ),
    (Column::Industry, &["industry", "sector", "vertical", "company industry", "industry name"]),
    (Column::Subindustry, &["subindustry", "sub industry", "subsector", "sub sector"]),
    (Column::Tags, &["tags", "keywords", "categories", "labels"]),
    (
        Column::Employees,
        &[
            "team size",
            "teamsize",
            "employees",
            "employee count",
            "number of employees",
            "num employees",
            "headcount",
            "size",
            "company size",
            "employee range",
            "staff",
            "estimated num employees",
        ],
    ),
    (Column::EmployeesMin, &["employees min", "min employees", "employees from"]),
    (Column::EmployeesMax, &["employees max", "max employees", "employees to"]),
    (Column::Revenue, &["revenue", "annual revenue", "annualrevenue", "revenue usd", "annual revenue usd"]),
    (Column::Country, &["country", "country code", "company country", "hq country", "headquarters country"]),
    (Column::City, &["city", "company city", "hq city", "headquarters city", "town"]),
    (
        Column::Location,
        &["location", "locations", "all locations", "headquarters", "hq", "address", "hq location", "company location"],
    ),
    (Column::Regions, &["regions", "region"]),
    (Column::Technologies, &["technologies", "technology", "tech stack", "technology names", "techstack"]),
    (Column::Id, &["id", "company id", "record id"]),
    (Column::Status, &["status", "company status"]),
];

/// The column a field's name stands for.
pub fn column_of(field: &str) -> Option<Column> {
    let key = words(&split_camel(field)).join(" ");
    NAMES.iter().find(|(_, names)| names.contains(&key.as_str())).map(|(column, _)| *column)
}

/// `teamSize` is two words.
fn split_camel(field: &str) -> String {
    let mut out = String::with_capacity(field.len() + 4);
    let mut was_lower = false;
    for letter in field.chars() {
        if letter.is_uppercase() && was_lower {
            out.push(' ');
        }
        was_lower = letter.is_lowercase();
        out.push(letter);
    }
    out
}
