//! `Prospecting` spoken to Explorium: a page of companies, then a page of their people.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use serde_json::Value;

use crate::connectors::explorium;
use crate::connectors::explorium::company;
use crate::connectors::explorium::map;
use crate::connectors::explorium::search;
use crate::connectors::explorium::search::Cursor;
use crate::connectors::explorium::wire;
use crate::connectors::http::Auth;
use crate::connectors::http::Endpoint;
use crate::connectors::http::Http;
use crate::connectors::http::HttpOptions;
use crate::connectors::http::call::Call;
use crate::connectors::words::is_excluded;
use crate::domain::criteria::Criteria;
use crate::domain::lead::Lead;
use crate::ports::clock::Clock;
use crate::ports::error::PortError;
use crate::ports::error::PortResult;
use crate::ports::vendors::Page;
use crate::ports::vendors::Prospecting;

pub struct Explorium {
    pub(in crate::connectors::explorium) http: Http,
    pub(in crate::connectors::explorium) clock: Arc<dyn Clock>,
    /// The page of companies asked for last: its people may fill several pages, which need it again.
    companies: Mutex<Option<(Value, Companies)>>,
}

/// A page of companies as it was answered.
type Companies = Arc<wire::Rows<wire::Business>>;

impl Explorium {
    pub fn connect(endpoint: Endpoint, clock: Arc<dyn Clock>) -> PortResult<Self> {
        let header = |key| Auth::Header { name: "api_key", key };
        let mut options = HttpOptions::new(explorium::VENDOR, explorium::BASE_URL, endpoint, header);
        options.hints = explorium::hints;
        Ok(Self { http: Http::new(options)?, clock, companies: Mutex::new(None) })
    }

    pub fn http(&self) -> &Http {
        &self.http
    }

    async fn companies(&self, body: Value) -> PortResult<Companies> {
        let known = self.companies.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, page)) = known.filter(|(asked, _)| *asked == body) {
            return Ok(page);
        }
        let call = Call::post("/v1/businesses", &[]).safe().body(body.clone());
        let page: Companies = Arc::new(self.http.send(call).await?.json()?);
        *self.companies.lock().unwrap_or_else(PoisonError::into_inner) = Some((body, Arc::clone(&page)));
        Ok(page)
    }

    fn refused(&self, why: &str) -> PortError {
        PortError::Refused { vendor: explorium::VENDOR.to_owned(), why: why.to_owned() }
    }
}

#[async_trait::async_trait]
impl Prospecting for Explorium {
    fn vendor(&self) -> &'static str {
        explorium::VENDOR
    }

    async fn people(&self, wanted: &Criteria, cursor: Option<&str>, size: u32) -> PortResult<Page<Lead>> {
        let at = match cursor {
            None => Cursor::START,
            Some(text) => {
                Cursor::read(text).ok_or_else(|| self.refused("the place in the search is not one of ours"))?
            }
        };
        let size = size.clamp(1, search::PAGE_MAX);
        // The first page of people is a new question: what was known of its companies may be old.
        if at.people == 1 {
            self.companies.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
        let businesses = self.companies(search::businesses_body(wanted, at.businesses)).await?;
        let by_id: BTreeMap<String, &wire::Business> = businesses
            .data
            .iter()
            .flatten()
            .filter_map(|business| Some((business.business_id.clone()?, business)))
            .collect();
        if by_id.is_empty() {
            return Ok(Page { rows: Vec::new(), total: Some(0).filter(|_| cursor.is_none()), next: None });
        }
        let ids: Vec<String> = by_id.keys().cloned().collect();
        let call = Call::post("/v1/prospects", &[]).safe().body(search::prospects_body(wanted, &ids, at.people, size));
        let people: wire::Rows<wire::Prospect> = self.http.send(call).await?.json()?;
        let now = self.clock.now();
        let (categories, technologies) = search::asked(wanted);
        let lead = |prospect: &wire::Prospect| {
            let business = prospect.business_id.as_deref().and_then(|id| by_id.get(id).copied());
            let mut lead = map::lead(prospect, business, now)?;
            company::add_asked(&mut lead.company, &categories, &technologies, now);
            Some(lead)
        };
        let kept = |lead: &Lead| !is_excluded(&wanted.exclude, &lead.company.name, lead.company.domain.as_deref());
        let rows = people.data.unwrap_or_default().iter().filter_map(lead).filter(kept).collect();
        let next = at.next(people.total_results, size, businesses.total_results).map(Cursor::text);
        // Only of one page of companies do we know how many people there are.
        let whole = businesses.total_results <= u64::from(search::BUSINESSES_PAGE);
        Ok(Page { rows, total: whole.then_some(people.total_results), next })
    }
}

#[cfg(test)]
mod tests;
