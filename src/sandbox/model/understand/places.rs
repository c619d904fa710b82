//! Countries, regions and a few cities, as ISO codes.
use std::sync::LazyLock;

use crate::sandbox::model::text::Hit;
use crate::sandbox::model::text::Phrases;
use crate::sandbox::model::text::Said;
use crate::sandbox::model::understand::titles::Found;

pub const EU: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";

/// Regions without an agreed list of countries; the rep is asked instead of us choosing.
pub const UNCLEAR: [&str; 7] = ["EMEA", "APAC", "LATAM", "Asia", "Africa", "Americas", "MENA"];

static TABLE: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        ("=EU|=E.U.|e . u .|the eu|european union|europe|european|eu country|eu company|eu one|eu", EU),
        ("dach", "DE AT CH"),
        ("nordic|nordics|scandinavia|scandinavian", "DK FI IS NO SE"),
        ("benelux", "BE NL LU"),
        ("baltic|baltics", "EE LV LT"),
        ("north america|north american", "US CA"),
        (
            "uk|=GB|u . k .|united kingdom|great britain|britain|british|england|english|scotland|scottish|wales|london|manchester|edinburgh",
            "GB",
        ),
        (
            "=US|=USA|usa|=U.S.|u . s .|united states|america|american|new york|nyc|san francisco|bay area|boston|chicago|austin|seattle",
            "US",
        ),
        ("germany|german|=DE|berlin|munich|hamburg|frankfurt", "DE"),
        ("france|french|=FR|paris", "FR"),
        ("netherlands|holland|dutch|=NL|amsterdam", "NL"),
        ("ireland|irish|=IE|dublin", "IE"),
        ("spain|spanish|=ES|madrid|barcelona", "ES"),
        ("italy|italian|milan|rome", "IT"),
        ("portugal|portuguese|=PT|lisbon", "PT"),
        ("belgium|belgian|brussels", "BE"),
        ("luxembourg", "LU"),
        ("austria|austrian|vienna", "AT"),
        ("switzerland|swiss|=CH|zurich|zürich|geneva", "CH"),
        ("sweden|swedish|=SE|stockholm", "SE"),
        ("denmark|danish|=DK|copenhagen", "DK"),
        ("norway|norwegian|oslo", "NO"),
        ("finland|finnish|=FI|helsinki", "FI"),
        ("iceland|icelandic", "IS"),
        ("poland|=Polish|=PL|warsaw|kraków|krakow", "PL"),
        ("czechia|czech republic|czech|prague", "CZ"),
        ("slovakia|slovak", "SK"),
        ("slovenia|slovenian", "SI"),
        ("hungary|hungarian|budapest", "HU"),
        ("romania|romanian|bucharest", "RO"),
        ("bulgaria|bulgarian", "BG"),
        ("greece|greek|athens", "GR"),
        ("croatia|croatian", "HR"),
        ("estonia|estonian|tallinn", "EE"),
        ("latvia|latvian", "LV"),
        ("lithuania|lithuanian", "LT"),
        ("cyprus", "CY"),
        ("malta|maltese", "MT"),
        ("canada|canadian|toronto|vancouver|montreal", "CA"),
        ("mexico|mexican", "MX"),
        ("brazil|brazilian", "BR"),
        ("argentina", "AR"),
        ("australia|australian|sydney|melbourne", "AU"),
        ("new zealand|=NZ|auckland", "NZ"),
        ("anz", "AU NZ"),
        ("india|indian|bangalore|mumbai", "IN"),
        ("singapore|singaporean", "SG"),
        ("japan|japanese|tokyo", "JP"),
        ("south korea|korean", "KR"),
        ("hong kong", "HK"),
        ("israel|israeli|tel aviv", "IL"),
        ("uae|united arab emirates|emirates|dubai", "AE"),
        ("south africa|south african", "ZA"),
        ("turkey|turkish|istanbul", "TR"),
        ("ukraine|ukrainian", "UA"),
    ])
});

pub fn read(said: &mut Said) -> Vec<Found> {
    let hits = TABLE.all(said);
    let mut out = Vec::new();
    for hit in &hits {
        add(said, *hit, &mut out);
    }
    for index in pronouns(said, !hits.is_empty()) {
        add(said, Hit { from: index, to: index + 1, value: "US" }, &mut out);
    }
    out
}

fn add(said: &mut Said, hit: Hit, out: &mut Vec<Found>) {
    said.take(hit.from, hit.to);
    for code in hit.value.split(' ') {
        if !out.iter().any(|found| found.value == code) {
            out.push(Found { at: hit.from, value: code.to_owned() });
        }
    }
}

/// "us" in small letters is the country only beside other places or after a word that asks for one.
fn pronouns(said: &Said, has_places: bool) -> Vec<usize> {
    let is_country = |index: &usize| {
        let before = said.before(*index, 1);
        let is_listed = has_places
            && (matches!(before, "," | "and" | "or" | "/") || matches!(said.low(index + 1), "," | "and" | "/"));
        said.low(*index) == "us"
            && said.is_free(*index)
            && (matches!(before, "only" | "in" | "the" | "just" | "add") || is_listed)
    };
    (0..said.len()).filter(is_country).collect()
}

/// A region that has no agreed list, as it was written.
pub fn unclear(said: &Said) -> Option<&'static str> {
    UNCLEAR.into_iter().find(|region| {
        let is_qualified = *region == "Asia" || *region == "Africa" || *region == "Americas";
        said.tokens.iter().enumerate().any(|(at, token)| {
            said.is_free(at) && if is_qualified { token.raw == *region } else { token.raw.eq_ignore_ascii_case(region) }
        })
    })
}
