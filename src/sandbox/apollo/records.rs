//! People and companies in Apollo's words.
use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::iso;
use crate::sandbox::world::DAY_MS;
use crate::sandbox::world::EPOCH_MS;
use crate::sandbox::world::company::Happening;
use crate::sandbox::world::company::Job;
use crate::sandbox::world::flag;
use crate::sandbox::world::ids::Kind;
use crate::sandbox::world::names::ascii;

/// A person as search shows it: no address, the last name veiled.
pub fn found(core: &Core, i: u32) -> Value {
    let w = &core.world;
    let p = w.person(i);
    let (first, last) = w.name(i);
    let veiled: String = last.chars().take(2).chain("***".chars()).chain(last.chars().last()).collect();
    let mut shown = json!({
        "id": w.id(Kind::ApolloPerson, i),
        "first_name": first,
        "last_name_obfuscated": veiled,
        "title": w.title(i).text,
        "last_refreshed_at": iso(EPOCH_MS - i64::from(i % 40) * DAY_MS),
        "has_email": w.has(i, flag::APOLLO_MAIL),
        "has_city": true, "has_state": true, "has_country": true,
        "has_direct_phone": if w.phone(i).is_some() { "Yes" } else { "Maybe: please request direct dial via people/bulk_match" },
        "organization": {
            "name": w.company_name(p.company), "has_industry": true, "has_phone": false, "has_city": true,
            "has_state": true, "has_country": true, "has_zip_code": false, "has_revenue": true, "has_employee_count": true,
        },
    });
    core.plants.overlay("apollo", "person", &[&w.mail(i), &w.full_name(i)], &mut shown);
    shown
}

/// A person as enrichment shows it.
pub fn person(core: &Core, i: u32) -> Value {
    let w = &core.world;
    let company = w.person(i).company;
    let (first, last) = w.name(i);
    let known = w.has(i, flag::APOLLO_MAIL);
    let mail = known.then(|| w.mail(i));
    let title = w.title(i);
    let months = i64::from(w.person(i).role_months);
    let city = w.city(i);
    let organization_id = w.id(Kind::ApolloCompany, company);
    let history = json!([{
        "_id": format!("{}e", w.id(Kind::ApolloPerson, i)), "current": true, "organization_id": organization_id,
        "organization_name": w.company_name(company), "title": title.text,
        "start_date": iso(EPOCH_MS - months * 30 * DAY_MS).get(..10), "end_date": null,
    }]);
    let mut shown = json!({
        "id": w.id(Kind::ApolloPerson, i),
        "first_name": first, "last_name": last, "name": w.full_name(i),
        "linkedin_url": w.profile(i), "title": title.text, "headline": format!("{} at {}", title.text, w.company_name(company)),
        "email": mail, "email_status": if known { w.apollo_verdict(i) } else { "unavailable" },
        "photo_url": null, "extrapolated_email_confidence": null,
        "organization_id": organization_id, "employment_history": history,
        "seniority": title.level.apollo(), "departments": [title.function.explorium()],
        "city": city.name, "state": city.region, "country": w.country(i).name, "time_zone": city.zone,
        "is_likely_to_engage": i.is_multiple_of(3),
        "organization": company_short(core, company),
    });
    core.plants.overlay("apollo", "person", &[&w.mail(i), &w.full_name(i)], &mut shown);
    shown
}

/// A company as search shows it.
pub fn company_short(core: &Core, i: u32) -> Value {
    let w = &core.world;
    let c = w.company(i);
    let mut shown = json!({
        "id": w.id(Kind::ApolloCompany, i), "name": w.company_name(i), "website_url": format!("http://www.{}", w.domain(i)),
        "linkedin_url": format!("http://www.linkedin.example/company/{}", ascii(&w.company_name(i))),
        "primary_domain": w.domain(i), "founded_year": c.founded, "languages": [], "phone": null,
        "estimated_num_employees": c.size, "industry": w.industry(i).linkedin, "keywords": w.industry(i).keywords,
        "organization_headcount_six_month_growth": w.growth(i) / 2.0,
        "organization_headcount_twelve_month_growth": w.growth(i),
        "organization_headcount_twenty_four_month_growth": w.growth(i) * 1.8,
    });
    core.plants.overlay("apollo", "company", &[&w.domain(i), &w.company_name(i)], &mut shown);
    shown
}

/// A company as enrichment shows it.
pub fn company(core: &Core, i: u32) -> Value {
    let w = &core.world;
    let c = w.company(i);
    let city = w.company_city(i);
    let mut shown = company_short(core, i);
    let revenue = u64::from(c.revenue_kusd) * 1_000;
    let techs: Vec<Value> = w.techs(i).map(|t| json!({"uid": t.uid, "name": t.name, "category": t.category})).collect();
    let names: Vec<&str> = w.techs(i).map(|t| t.name).collect();
    let more = json!({
        "industries": [w.industry(i).linkedin], "secondary_industries": [],
        "raw_address": format!("{}, {}, {}", city.name, city.region, w.company_country(i).name),
        "city": city.name, "state": city.region, "country": w.company_country(i).name,
        "short_description": w.description(i), "seo_description": w.description(i),
        "annual_revenue": revenue, "annual_revenue_printed": printed(revenue),
        "technology_names": names, "current_technologies": techs, "naics_codes": [w.industry(i).naics.to_string()],
    });
    merge(&mut shown, more);
    if let Some((stage, kusd, at)) = w.funding(i) {
        let amount = u64::from(kusd) * 1_000;
        let id = format!("{}f", w.id(Kind::ApolloCompany, i));
        merge(
            &mut shown,
            json!({
                "total_funding": amount * 7 / 4, "total_funding_printed": printed(amount * 7 / 4),
                "latest_funding_round_date": iso(at), "latest_funding_stage": stage,
                "funding_events": [{"id": id, "date": iso(at), "news_url": null, "type": stage, "investors": "Harbour Lane Capital", "amount": printed(amount), "currency": "$"}],
            }),
        );
    }
    core.plants.overlay("apollo", "company", &[&w.domain(i), &w.company_name(i)], &mut shown);
    shown
}

fn merge(into: &mut Value, more: Value) {
    if let (Some(a), Value::Object(b)) = (into.as_object_mut(), more) {
        a.extend(b);
    }
}

fn printed(usd: u64) -> String {
    match usd {
        0..=999_999 => format!("{}K", usd / 1_000),
        1_000_000..=999_999_999 => format!("{:.1}M", usd as f64 / 1e6),
        _ => format!("{:.1}B", usd as f64 / 1e9),
    }
}

pub fn job(core: &Core, i: u32, j: &Job) -> Value {
    let w = &core.world;
    json!({
        "id": format!("{:024x}", j.number), "title": j.title.text,
        "url": format!("https://jobs.{}/{:x}", w.domain(i), j.number),
        "city": w.company_city(i).name, "state": w.company_city(i).region, "country": w.company_country(i).name,
        "posted_at": iso(j.posted_ms), "last_seen_at": iso(EPOCH_MS - DAY_MS),
    })
}

/// Apollo's word for what happened.
fn news_category(kind: &str) -> &'static str {
    match kind {
        "new_funding_round" => "receives_financing",
        "new_product" => "launches",
        "new_office" => "opens_new_location",
        "new_partnership" => "partners_with",
        "company_award" => "receives_award",
        "cost_cutting" => "decreases_headcount_by",
        _ => "hires",
    }
}

pub fn news_fits(kind: &str, wanted: &[&str]) -> bool {
    wanted.is_empty() || wanted.contains(&news_category(kind))
}

pub fn news(core: &Core, i: u32, h: &Happening) -> Value {
    let w = &core.world;
    let name = w.company_name(i);
    let what = h.kind.replace('_', " ");
    json!({
        "id": format!("{:024x}", h.number), "url": format!("https://news.example/{:x}", h.number),
        "domain": "news.example", "title": format!("{name}: {what}"),
        "snippet": format!("{name} of {} announced: {what}.", w.company_city(i).name),
        "published_at": iso(h.at_ms), "event_categories": [news_category(h.kind)],
        "organization_id": w.id(Kind::ApolloCompany, i),
    })
}
