//! Industries by their usual names.
use std::sync::LazyLock;

use crate::sandbox::model::text::Phrases;
use crate::sandbox::model::text::Said;
use crate::sandbox::model::understand::titles::Found;

static TABLE: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        ("fintech|fin - tech|financial technology", "fintech"),
        ("saas|software as a service|software - as - a - service", "SaaS"),
        ("software|software company", "software"),
        ("e - commerce|ecommerce|e commerce|online retail|online shop", "e-commerce"),
        ("retail|retailer", "retail"),
        ("insurance|insurer|insurtech", "insurance"),
        ("healthcare|health care|healthtech|health tech|hospital|medtech", "healthcare"),
        ("biotech|biotechnology", "biotech"),
        ("pharma|pharmaceutical", "pharmaceuticals"),
        ("logistics|freight|shipping company|transport|transportation", "logistics"),
        ("manufacturing|manufacturer", "manufacturing"),
        ("automotive", "automotive"),
        ("media|publishing|publisher", "media"),
        ("education|edtech|university|universities", "education"),
        ("energy|utility|renewables", "energy"),
        ("banking|bank", "banking"),
        ("financial services", "financial services"),
        ("real estate|proptech", "real estate"),
        ("telecom|telecommunications|telco", "telecommunications"),
        ("travel|hospitality|hotel", "travel and hospitality"),
        ("gaming|games studio", "gaming"),
        ("cybersecurity|cyber security|cyber - security", "cybersecurity"),
        ("consulting|consultancy", "consulting"),
        ("construction", "construction"),
        ("agriculture|agritech", "agriculture"),
        ("government|public sector", "government"),
        ("nonprofit|non - profit|ngo|charity", "nonprofit"),
        ("law firm|legal services", "legal services"),
        ("crypto|blockchain", "crypto"),
        ("advertising|agency|adtech", "advertising"),
        ("food and beverage|food & beverage", "food and beverage"),
    ])
});

pub fn read(said: &mut Said) -> Vec<Found> {
    let mut out: Vec<Found> = Vec::new();
    for hit in TABLE.all(said) {
        // "social media" and "energy drinks" are not worth a rule; "media outreach" is what we do ourselves.
        said.take(hit.from, hit.to);
        if !out.iter().any(|found| found.value == hit.value) {
            out.push(Found { at: hit.from, value: hit.value.to_owned() });
        }
    }
    out
}
