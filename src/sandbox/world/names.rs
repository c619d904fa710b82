//! Names of invented people and companies, and how a name becomes a mail address.
use crate::sandbox::world::names_abroad::DE_FIRST;
use crate::sandbox::world::names_abroad::DE_LAST;
use crate::sandbox::world::names_abroad::ES_FIRST;
use crate::sandbox::world::names_abroad::ES_LAST;
use crate::sandbox::world::names_abroad::FI_FIRST;
use crate::sandbox::world::names_abroad::FI_LAST;
use crate::sandbox::world::names_abroad::FR_FIRST;
use crate::sandbox::world::names_abroad::FR_LAST;
use crate::sandbox::world::names_abroad::IT_FIRST;
use crate::sandbox::world::names_abroad::IT_LAST;
use crate::sandbox::world::names_abroad::NL_FIRST;
use crate::sandbox::world::names_abroad::NL_LAST;
use crate::sandbox::world::names_abroad::PL_FIRST;
use crate::sandbox::world::names_abroad::PL_LAST;
use crate::sandbox::world::names_abroad::SE_FIRST;
use crate::sandbox::world::names_abroad::SE_LAST;
use crate::sandbox::world::places::Tongue;

type Names = &'static [&'static str];

/// First and last names of a language.
pub fn of(tongue: Tongue) -> (Names, Names) {
    match tongue {
        Tongue::English => (EN_FIRST, EN_LAST),
        Tongue::German => (DE_FIRST, DE_LAST),
        Tongue::French => (FR_FIRST, FR_LAST),
        Tongue::Dutch => (NL_FIRST, NL_LAST),
        Tongue::Spanish => (ES_FIRST, ES_LAST),
        Tongue::Italian => (IT_FIRST, IT_LAST),
        Tongue::Polish => (PL_FIRST, PL_LAST),
        Tongue::Nordic => (SE_FIRST, SE_LAST),
        Tongue::Finnish => (FI_FIRST, FI_LAST),
        Tongue::Portuguese => (PT_FIRST, PT_LAST),
        Tongue::Indian => (IN_FIRST, IN_LAST),
    }
}

const EN_FIRST: Names = &[
    "Olivia",
    "James",
    "Amelia",
    "Noah",
    "Grace",
    "William",
    "Harper",
    "Ethan",
    "Charlotte",
    "Daniel",
    "Sophie",
    "Benjamin",
    "Emily",
    "Lucas",
    "Hannah",
    "Samuel",
    "Chloe",
    "Nathan",
    "Abigail",
    "Owen",
    "Megan",
    "Thomas",
    "Rachel",
    "Adam",
    "Laura",
    "Patrick",
    "Claire",
    "Gareth",
    "Naomi",
    "Connor",
    "Priscilla",
    "Marcus",
    "Denise",
    "Terrence",
    "Monique",
    "Andre",
    "Siobhán",
    "Ronan",
    "Aoife",
    "Callum",
    "Ingrid",
    "Wesley",
    "Tamara",
    "Victor",
    "Joanna",
    "Elliot",
    "Beatrice",
    "Graham",
    "Simone",
    "Desmond",
    "Fiona",
    "Malcolm",
    "Yvonne",
    "Curtis",
];
const EN_LAST: Names = &[
    "Hartwell",
    "Okafor",
    "Penrose",
    "Whitlock",
    "Ashby",
    "Calloway",
    "Drummond",
    "Ellery",
    "Fairbanks",
    "Garrison",
    "Holloway",
    "Ingleby",
    "Jessop",
    "Kershaw",
    "Langford",
    "Merriweather",
    "Northcott",
    "Ormsby",
    "Pemberton",
    "Quillen",
    "Ravenscroft",
    "Standish",
    "Thackeray",
    "Underwood",
    "Vaughn",
    "Wetherby",
    "Yardley",
    "Abbott",
    "Brannigan",
    "Castellan",
    "Delacroix",
    "Eastwick",
    "Fitzgibbon",
    "Greenlaw",
    "Hargreave",
    "Ives",
    "Jardine",
    "Kinsella",
    "Lockhart",
    "MacAuley",
    "Nakamura",
    "O'Rourke",
    "Prescott",
    "Redfern",
    "Sandoval",
    "Tolliver",
    "Upshaw",
    "Venkat",
    "Winslow",
    "Young",
    "Zeller",
    "Ibarra",
    "Kowalczyk",
    "Nguyen",
    "Adeyemi",
    "Choi",
];
const PT_FIRST: Names =
    &["João", "Inês", "Gonçalo", "Catarina", "Tomás", "Joana", "Rui", "Sofia", "André", "Mónica", "Luís", "Beatriz"];
const PT_LAST: Names = &[
    "Gonçalves",
    "Conceição",
    "Araújo",
    "Ferreira",
    "Magalhães",
    "Simões",
    "Lourenço",
    "Almeida",
    "Brandão",
    "Tavares",
    "Pacheco",
    "Queirós",
    "Rebelo",
    "Sequeira",
    "Teixeira",
];
const IN_FIRST: Names = &[
    "Ananya",
    "Rohan",
    "Priya",
    "Arjun",
    "Kavya",
    "Vikram",
    "Meera",
    "Siddharth",
    "Nisha",
    "Aditya",
    "Ishita",
    "Karan",
    "Lakshmi",
    "Rahul",
    "Divya",
    "Nikhil",
];
const IN_LAST: Names = &[
    "Iyer",
    "Kulkarni",
    "Deshpande",
    "Menon",
    "Banerjee",
    "Chatterjee",
    "Reddy",
    "Kapoor",
    "Malhotra",
    "Nair",
    "Pillai",
    "Rao",
    "Saxena",
    "Trivedi",
    "Bhattacharya",
    "Joshi",
];
/// First half of a company's name.
pub const STEMS: Names = &[
    "Ledger", "North", "Quill", "Harbor", "Cinder", "Maple", "Vantage", "Bright", "Copper", "Delta", "Ember", "Fable",
    "Granite", "Hollow", "Ivory", "Juniper", "Kestrel", "Lumen", "Meridian", "Nimbus", "Orchid", "Pinnacle", "Quartz",
    "River", "Saffron", "Tundra", "Umber", "Velvet", "Willow", "Yarrow", "Zephyr", "Anchor", "Birch", "Cobalt", "Dune",
    "Elm", "Falcon", "Glacier", "Hazel", "Indigo", "Jasper", "Kindle", "Lotus", "Marble", "Nova", "Onyx", "Prairie",
    "Raven", "Summit", "Thistle", "Urban", "Violet", "Walnut", "Xenon", "Yonder", "Aster", "Beacon", "Cedar", "Drift",
    "Echo", "Fern", "Grove", "Heron", "Isle", "Jade", "Keystone", "Lark", "Mosaic", "Nectar", "Opal", "Pebble",
];
/// Second half of a company's name.
pub const TAILS: Names = &[
    "ly", "works", "stack", "point", "bridge", "field", "forge", "gate", "hive", "lane", "loop", "mark", "nest",
    "path", "port", "scale", "sense", "shift", "side", "span", "spring", "stone", "track", "vault", "view", "ward",
    "wave", "way", "well", "wise", "wood", "yard", "line", "craft", "cove", "crest", "grid", "layer", "mint", "tide",
];

/// Plain lower-case letters, as a mail address and a domain have them.
pub fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            'ä' | 'æ' => out.push_str("ae"),
            'ö' | 'ø' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'å' => out.push_str("aa"),
            'á' | 'à' | 'â' | 'ã' | 'ą' => out.push('a'),
            'é' | 'è' | 'ê' | 'ë' | 'ę' => out.push('e'),
            'í' | 'ì' | 'î' | 'ï' => out.push('i'),
            'ó' | 'ò' | 'ô' | 'õ' => out.push('o'),
            'ú' | 'ù' | 'û' => out.push('u'),
            'ç' | 'ć' | 'č' => out.push('c'),
            'ñ' | 'ń' => out.push('n'),
            'ł' => out.push('l'),
            'ś' => out.push('s'),
            'ź' | 'ż' => out.push('z'),
            _ => {}
        }
    }
    out
}
