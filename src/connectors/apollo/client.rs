//! `Prospecting` spoken to Apollo.
use std::sync::Arc;

use crate::connectors::apollo;
use crate::connectors::apollo::map;
use crate::connectors::apollo::search;
use crate::connectors::apollo::search::Cursor;
use crate::connectors::apollo::wire;
use crate::connectors::http::Auth;
use crate::connectors::http::Endpoint;
use crate::connectors::http::Http;
use crate::connectors::http::HttpOptions;
use crate::connectors::words::is_excluded;
use crate::domain::criteria::Criteria;
use crate::domain::lead::Lead;
use crate::ports::clock::Clock;
use crate::ports::error::PortError;
use crate::ports::error::PortResult;
use crate::ports::vendors::Page;
use crate::ports::vendors::Prospecting;

pub struct Apollo {
    pub(in crate::connectors::apollo) http: Http,
    pub(in crate::connectors::apollo) clock: Arc<dyn Clock>,
}

impl Apollo {
    pub fn connect(endpoint: Endpoint, clock: Arc<dyn Clock>) -> PortResult<Self> {
        let header = |key| Auth::Header { name: "x-api-key", key };
        let mut options = HttpOptions::new(apollo::VENDOR, apollo::BASE_URL, endpoint, header);
        options.hints = apollo::hints;
        options.rate = apollo::rate;
        Ok(Self { http: Http::new(options)?, clock })
    }

    pub fn http(&self) -> &Http {
        &self.http
    }
}

#[async_trait::async_trait]
impl Prospecting for Apollo {
    fn vendor(&self) -> &'static str {
        apollo::VENDOR
    }

    async fn people(&self, wanted: &Criteria, cursor: Option<&str>, size: u32) -> PortResult<Page<Lead>> {
        let refused = || PortError::Refused {
            vendor: apollo::VENDOR.to_owned(),
            why: "the place in the search is not one of ours".to_owned(),
        };
        let at = cursor.map_or(Ok(Cursor::START), |text| Cursor::read(text).ok_or_else(refused))?;
        let size = size.clamp(1, search::PER_PAGE_MAX);
        let found: wire::Found = self.http.send(search::people_call(wanted, at, size)).await?.json()?;
        let now = self.clock.now();
        let kept = |lead: &Lead| !is_excluded(&wanted.exclude, &lead.company.name, lead.company.domain.as_deref());
        let rows = found.people.iter().filter_map(|person| map::found(person, now)).filter(kept).collect();
        let industries = wanted.industries.len();
        let total = found.total_entries.unwrap_or(0);
        let next = at.next(total, size, industries).map(Cursor::text);
        // The searches of several industries overlap: their sum would say too much.
        Ok(Page { rows, total: Some(total).filter(|_| industries <= 1), next })
    }
}

#[cfg(test)]
mod tests;
