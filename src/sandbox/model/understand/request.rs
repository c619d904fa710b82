//! All criteria of one message, read in the order in which a word could be claimed twice.
use crate::sandbox::model::text::Said;
use crate::sandbox::model::understand::companies;
use crate::sandbox::model::understand::count;
use crate::sandbox::model::understand::exclusions;
use crate::sandbox::model::understand::industries;
use crate::sandbox::model::understand::places;
use crate::sandbox::model::understand::sizes;
use crate::sandbox::model::understand::sizes::Sizes;
use crate::sandbox::model::understand::switches;
use crate::sandbox::model::understand::switches::Switches;
use crate::sandbox::model::understand::technologies;
use crate::sandbox::model::understand::titles;
use crate::sandbox::model::understand::titles::Found;
use crate::sandbox::model::understand::wishes;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Understood {
    pub count: Option<i64>,
    pub titles: Vec<Found>,
    pub industries: Vec<Found>,
    pub sizes: Sizes,
    pub countries: Vec<Found>,
    pub technologies: Vec<Found>,
    pub exclude: Vec<String>,
    pub companies: Vec<String>,
    pub switches: Switches,
    pub wishes: String,
    pub unclear_region: Option<&'static str>,
}

pub fn read(said: &Said) -> Understood {
    let mut said = said.clone();
    let switches = switches::read(&said);
    let wishes = wishes::read(&mut said);
    let exclude = exclusions::read(&mut said);
    let sizes = sizes::read(&mut said);
    let titles = titles::read(&mut said);
    let technologies = technologies::read(&mut said);
    let industries = industries::read(&mut said);
    let countries = places::read(&mut said);
    let unclear_region = places::unclear(&said);
    let companies = companies::read(&mut said);
    let count = count::read(&mut said);
    Understood {
        count,
        titles,
        industries,
        sizes,
        countries,
        technologies,
        exclude,
        companies,
        switches,
        wishes,
        unclear_region,
    }
}

pub fn values(found: &[Found]) -> Vec<String> {
    found.iter().map(|found| found.value.clone()).collect()
}

impl Understood {
    /// Is there at least one thing to search by?
    pub fn is_searchable(&self) -> bool {
        !(self.titles.is_empty()
            && self.industries.is_empty()
            && self.technologies.is_empty()
            && self.companies.is_empty())
    }
}
