//! Apollo's two searches, with filters as query parameters.
use serde_json::Value;
use serde_json::json;

use crate::sandbox::apollo::pay;
use crate::sandbox::apollo::records;
use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;
use crate::sandbox::http::Req;
use crate::sandbox::http::parse_time;
use crate::sandbox::world::World;
use crate::sandbox::world::company_flag;
use crate::sandbox::world::flag;
use crate::sandbox::world::ids::Kind;
use crate::sandbox::world::titles;
use crate::sandbox::world::trades::tech_index;

const PER_PAGE_MAX: i64 = 100;
const PAGES_MAX: i64 = 500;

/// Page and page size, refused outside Apollo's limits.
fn page(req: &Req) -> Result<(usize, usize), Reply> {
    let page = req.number("page").unwrap_or(1);
    let per_page = req.number("per_page").unwrap_or(25);
    if !(1..=PER_PAGE_MAX).contains(&per_page) || !(1..=PAGES_MAX).contains(&page) {
        return Err(Reply::json(422, &json!({"error": "page must be 1 to 500 and per_page 1 to 100"})));
    }
    Ok((page as usize, per_page as usize))
}

pub fn people(core: &mut Core, req: &Req) -> Reply {
    let (page, per_page) = match page(req) {
        Ok(p) => p,
        Err(no) => return no,
    };
    let w = core.world.clone();
    let fits: Vec<bool> = company_mask(&w, req);
    let wide = req.query("include_similar_titles") != Some("false");
    let asked = req.query_all("person_titles[]");
    let wanted: Vec<usize> = asked.iter().flat_map(|t| titles::matching(t, wide)).collect();
    let levels = req.query_all("person_seniorities[]");
    let places = req.query_all("person_locations[]");
    let statuses = req.query_all("contact_email_status[]");
    let words = req.query("q_keywords").unwrap_or_default().to_lowercase();
    let hits: Vec<u32> = (0..w.people.len() as u32)
        .filter(|i| {
            let p = w.person(*i);
            p.flags & flag::APOLLO != 0
                && fits[p.company as usize]
                && (asked.is_empty() || wanted.contains(&usize::from(p.title)))
                && (levels.is_empty() || levels.contains(&w.title(*i).level.apollo()))
                && (places.is_empty() || places.iter().any(|l| person_in(&w, *i, l)))
                && (statuses.is_empty() || statuses.iter().any(|s| has_status(&w, *i, s)))
                && (words.is_empty() || keyword_hit(&w, *i, &words))
        })
        .collect();
    let shown: Vec<Value> =
        hits.iter().skip((page - 1) * per_page).take(per_page).map(|i| records::found(core, *i)).collect();
    Reply::json(200, &json!({"total_entries": hits.len(), "people": shown}))
}

fn person_in(w: &World, i: u32, place: &str) -> bool {
    let (c, city) = (w.country(i), w.city(i));
    located(place, &[c.name, c.code, city.name, city.region])
}

fn company_in(w: &World, i: u32, place: &str) -> bool {
    let (c, city) = (w.company_country(i), w.company_city(i));
    located(place, &[c.name, c.code, city.name, city.region])
}

fn located(place: &str, names: &[&str]) -> bool {
    let head = place.split(',').next().unwrap_or_default().trim().to_lowercase();
    names.iter().any(|n| n.to_lowercase() == head)
}

fn has_status(w: &World, i: u32, status: &str) -> bool {
    let known = w.has(i, flag::APOLLO_MAIL);
    match status {
        "unavailable" => !known,
        "likely to engage" => known && w.apollo_verdict(i) == "likely_to_engage",
        other => known && w.apollo_verdict(i) == other,
    }
}

fn keyword_hit(w: &World, i: u32, words: &str) -> bool {
    let company = w.person(i).company;
    let trade = w.industry(company);
    trade.linkedin.contains(words)
        || trade.keywords.iter().any(|k| k.contains(words))
        || w.full_name(i).to_lowercase().contains(words)
        || w.title(i).text.to_lowercase().contains(words)
        || w.company_name(company).to_lowercase().contains(words)
}

/// For each company whether it passes the company filters that both searches share.
fn company_mask(w: &World, req: &Req) -> Vec<bool> {
    let list = |key: &str| -> Vec<String> { req.query_all(key).iter().map(|s| s.trim().to_lowercase()).collect() };
    let sizes: Vec<(u32, u32)> = list("organization_num_employees_ranges[]").iter().filter_map(|r| range(r)).collect();
    let places = list("organization_locations[]");
    let not_places = list("organization_not_locations[]");
    let domains: Vec<u32> =
        list("q_organization_domains_list[]").iter().filter_map(|d| w.company_by_domain(d)).collect();
    let by_domain = req.query("q_organization_domains_list[]").is_some();
    let ids: Vec<u32> = list("organization_ids[]").iter().filter_map(|d| w.index_of(Kind::ApolloCompany, d)).collect();
    let by_id = req.query("organization_ids[]").is_some();
    let any = techs(&list("currently_using_any_of_technology_uids[]"));
    let all = techs(&list("currently_using_all_of_technology_uids[]"));
    let not = techs(&list("currently_not_using_any_of_technology_uids[]"));
    let asks_any = req.query("currently_using_any_of_technology_uids[]").is_some();
    let least = req.number("revenue_range[min]").unwrap_or(0);
    let most = req.number("revenue_range[max]").unwrap_or(i64::MAX);
    let jobs = Jobs::read(req);
    (0..w.companies.len() as u32)
        .map(|i| {
            let c = w.company(i);
            let revenue = i64::from(c.revenue_kusd) * 1_000;
            c.flags & company_flag::APOLLO != 0
                && (sizes.is_empty() || sizes.iter().any(|(a, b)| (*a..=*b).contains(&c.size)))
                && (places.is_empty() || places.iter().any(|p| company_in(w, i, p)))
                && !not_places.iter().any(|p| company_in(w, i, p))
                && (!by_domain || domains.contains(&i))
                && (!by_id || ids.contains(&i))
                && (!asks_any || c.techs & any != 0)
                && c.techs & all == all
                && c.techs & not == 0
                && (least..=most).contains(&revenue)
                && jobs.fit(w, i)
        })
        .collect()
}

fn techs(uids: &[String]) -> u64 {
    uids.iter().filter_map(|u| tech_index(u)).fold(0, |m, i| m | 1 << i)
}

fn range(text: &str) -> Option<(u32, u32)> {
    let (a, b) = text.split_once(',')?;
    Some((a.trim().parse().ok()?, b.trim().parse().unwrap_or(u32::MAX)))
}

/// The filters on vacancies.
struct Jobs {
    titles: Vec<usize>,
    least: usize,
    since: i64,
    asked: bool,
}

impl Jobs {
    fn read(req: &Req) -> Self {
        let asked = req.query_all("q_organization_job_titles[]");
        let least = req.number("organization_num_jobs_range[min]").unwrap_or(0).max(0) as usize;
        let since = req.query("organization_job_posted_at_range[min]").and_then(parse_time);
        Self {
            titles: asked.iter().flat_map(|t| titles::matching(t, true)).collect(),
            least,
            since: since.unwrap_or(i64::MIN),
            asked: !asked.is_empty() || least > 0 || since.is_some(),
        }
    }

    fn fit(&self, w: &World, i: u32) -> bool {
        if !self.asked {
            return true;
        }
        let named =
            |t: &titles::Title| self.titles.is_empty() || self.titles.iter().any(|k| titles::TITLES[*k].text == t.text);
        let n = w.jobs(i).iter().filter(|j| j.posted_ms >= self.since && named(j.title)).count();
        n >= self.least.max(1)
    }
}

pub fn companies(core: &mut Core, req: &Req) -> Reply {
    let (page, per_page) = match page(req) {
        Ok(p) => p,
        Err(no) => return no,
    };
    let w = core.world.clone();
    let fits = company_mask(&w, req);
    let tags: Vec<String> = req.query_all("q_organization_keyword_tags[]").iter().map(|t| t.to_lowercase()).collect();
    let name = req.query("q_organization_name").unwrap_or_default().to_lowercase();
    let hits: Vec<u32> = (0..w.companies.len() as u32)
        .filter(|i| {
            let trade = w.industry(*i);
            fits[*i as usize]
                && (tags.is_empty()
                    || tags.iter().any(|t| {
                        trade.keywords.contains(&t.as_str()) || trade.name.to_lowercase() == *t || trade.linkedin == t
                    }))
                && (name.is_empty() || w.company_name(*i).to_lowercase().contains(&name))
                && funded(&w, *i, req)
        })
        .collect();
    if let Err(no) = pay(core, "mixed_companies/search", 1) {
        return no;
    }
    let shown: Vec<Value> =
        hits.iter().skip((page - 1) * per_page).take(per_page).map(|i| records::company_short(core, *i)).collect();
    let out = json!({
        "breadcrumbs": [], "partial_results_only": false, "has_join": false, "disable_eu_prospecting": false,
        "partial_results_limit": 10000, "accounts": [], "organizations": shown, "model_ids": [],
        "num_fetch_result": null, "derived_params": null,
        "pagination": {"page": page, "per_page": per_page, "total_entries": hits.len(), "total_pages": hits.len().div_ceil(per_page)},
    });
    Reply::json(200, &out).done()
}

fn funded(w: &World, i: u32, req: &Req) -> bool {
    let since = req.query("latest_funding_date_range[min]").and_then(parse_time);
    let until = req.query("latest_funding_date_range[max]").and_then(parse_time);
    let least = req.number("latest_funding_amount_range[min]");
    if since.is_none() && until.is_none() && least.is_none() {
        return true;
    }
    w.funding(i).is_some_and(|(_, kusd, at)| {
        since.is_none_or(|s| at >= s)
            && until.is_none_or(|u| at <= u)
            && least.is_none_or(|l| i64::from(kusd) * 1_000 >= l)
    })
}
