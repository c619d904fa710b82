//! Countries, cities, zones and which language people there are named in.

/// Which name lists and local titles a country uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tongue {
    English,
    German,
    French,
    Dutch,
    Spanish,
    Italian,
    Polish,
    Nordic,
    Finnish,
    Portuguese,
    Indian,
}

pub struct City {
    pub name: &'static str,
    pub region: &'static str,
    pub zone: &'static str,
}

pub struct Country {
    pub code: &'static str,
    pub name: &'static str,
    pub tongue: Tongue,
    pub weight: u32,
    pub cities: &'static [City],
}

const fn city(name: &'static str, region: &'static str, zone: &'static str) -> City {
    City { name, region, zone }
}

const fn land(code: &'static str, name: &'static str, tongue: Tongue, weight: u32, cities: &'static [City]) -> Country {
    Country { code, name, tongue, weight, cities }
}

const US: &[City] = &[
    city("New York", "New York", "America/New_York"),
    city("San Francisco", "California", "America/Los_Angeles"),
    city("Boston", "Massachusetts", "America/New_York"),
    city("Chicago", "Illinois", "America/Chicago"),
    city("Austin", "Texas", "America/Chicago"),
    city("Denver", "Colorado", "America/Denver"),
    city("Seattle", "Washington", "America/Los_Angeles"),
    city("Atlanta", "Georgia", "America/New_York"),
    city("Charlotte", "North Carolina", "America/New_York"),
    city("Salt Lake City", "Utah", "America/Denver"),
];
const GB: &[City] = &[
    city("London", "England", "Europe/London"),
    city("Manchester", "England", "Europe/London"),
    city("Edinburgh", "Scotland", "Europe/London"),
    city("Leeds", "England", "Europe/London"),
];
const CA: &[City] = &[
    city("Toronto", "Ontario", "America/Toronto"),
    city("Vancouver", "British Columbia", "America/Vancouver"),
    city("Montréal", "Quebec", "America/Toronto"),
];
const AU: &[City] =
    &[city("Sydney", "New South Wales", "Australia/Sydney"), city("Melbourne", "Victoria", "Australia/Melbourne")];
const DE: &[City] = &[
    city("Berlin", "Berlin", "Europe/Berlin"),
    city("München", "Bayern", "Europe/Berlin"),
    city("Hamburg", "Hamburg", "Europe/Berlin"),
    city("Köln", "Nordrhein-Westfalen", "Europe/Berlin"),
];
const FR: &[City] = &[
    city("Paris", "Île-de-France", "Europe/Paris"),
    city("Lyon", "Auvergne-Rhône-Alpes", "Europe/Paris"),
    city("Nantes", "Pays de la Loire", "Europe/Paris"),
];
const NL: &[City] =
    &[city("Amsterdam", "Noord-Holland", "Europe/Amsterdam"), city("Utrecht", "Utrecht", "Europe/Amsterdam")];
const ES: &[City] =
    &[city("Madrid", "Comunidad de Madrid", "Europe/Madrid"), city("Barcelona", "Cataluña", "Europe/Madrid")];
const IT: &[City] = &[city("Milano", "Lombardia", "Europe/Rome"), city("Roma", "Lazio", "Europe/Rome")];
const PL: &[City] = &[city("Warszawa", "Mazowieckie", "Europe/Warsaw"), city("Kraków", "Małopolskie", "Europe/Warsaw")];
const IN: &[City] = &[city("Bengaluru", "Karnataka", "Asia/Kolkata"), city("Mumbai", "Maharashtra", "Asia/Kolkata")];

/// All countries, the most common first.
pub const COUNTRIES: &[Country] = &[
    land("US", "United States", Tongue::English, 38, US),
    land("GB", "United Kingdom", Tongue::English, 12, GB),
    land("CA", "Canada", Tongue::English, 6, CA),
    land("AU", "Australia", Tongue::English, 5, AU),
    land("IE", "Ireland", Tongue::English, 2, &[city("Dublin", "Leinster", "Europe/Dublin")]),
    land("NZ", "New Zealand", Tongue::English, 2, &[city("Auckland", "Auckland", "Pacific/Auckland")]),
    land("DE", "Germany", Tongue::German, 7, DE),
    land("FR", "France", Tongue::French, 6, FR),
    land("NL", "Netherlands", Tongue::Dutch, 4, NL),
    land("BE", "Belgium", Tongue::Dutch, 2, &[city("Brussels", "Brussels", "Europe/Brussels")]),
    land("ES", "Spain", Tongue::Spanish, 4, ES),
    land("IT", "Italy", Tongue::Italian, 4, IT),
    land("PL", "Poland", Tongue::Polish, 3, PL),
    land("AT", "Austria", Tongue::German, 2, &[city("Wien", "Wien", "Europe/Vienna")]),
    land("CH", "Switzerland", Tongue::German, 2, &[city("Zürich", "Zürich", "Europe/Zurich")]),
    land("SE", "Sweden", Tongue::Nordic, 3, &[city("Stockholm", "Stockholms län", "Europe/Stockholm")]),
    land("DK", "Denmark", Tongue::Nordic, 2, &[city("København", "Hovedstaden", "Europe/Copenhagen")]),
    land("NO", "Norway", Tongue::Nordic, 2, &[city("Oslo", "Oslo", "Europe/Oslo")]),
    land("FI", "Finland", Tongue::Finnish, 2, &[city("Helsinki", "Uusimaa", "Europe/Helsinki")]),
    land("PT", "Portugal", Tongue::Portuguese, 2, &[city("Lisboa", "Lisboa", "Europe/Lisbon")]),
    land("SG", "Singapore", Tongue::English, 2, &[city("Singapore", "Singapore", "Asia/Singapore")]),
    land("IN", "India", Tongue::Indian, 5, IN),
];

/// Where the companies of the flagship request sit: mostly opt-out countries, about a tenth where consent is needed.
pub const FLAGSHIP: &[(&str, u32)] = &[
    ("US", 57),
    ("GB", 25),
    ("CA", 4),
    ("AU", 3),
    ("IE", 27),
    ("NL", 3),
    ("FR", 29),
    ("SE", 26),
    ("SG", 8),
    ("DE", 6),
    ("AT", 2),
    ("PL", 3),
    ("BE", 2),
    ("ES", 3),
    ("IT", 2),
];

/// The index of a country by its code.
pub fn country_index(code: &str) -> Option<usize> {
    COUNTRIES.iter().position(|c| c.code.eq_ignore_ascii_case(code))
}

/// A telephone number out of the ranges kept for fiction; none where we know of no such range.
pub fn phone(country: &Country, draw: u64) -> Option<String> {
    let n = draw % 10_000;
    match country.code {
        "US" | "CA" => {
            let area = [212, 415, 617, 312, 512, 303, 206, 404][(draw >> 20) as usize % 8];
            Some(format!("+1-{area}-555-01{:02}", n % 100))
        }
        "GB" => Some(format!("+44 20 7946 0{:03}", n % 1000)),
        "AU" => Some(format!("+61 2 5550 {n:04}")),
        "IE" => Some(format!("+353 20 91{} {n:04}", (draw >> 24) % 10)),
        _ => None,
    }
}
