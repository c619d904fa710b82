//! Businesses and prospects in Explorium's words.
use serde_json::Value;
use serde_json::json;
use sha2::Digest;

use crate::sandbox::core::Core;
use crate::sandbox::http::iso;
use crate::sandbox::random::hash_text;
use crate::sandbox::world::World;
use crate::sandbox::world::company::revenue_band;
use crate::sandbox::world::company::size_band;
use crate::sandbox::world::flag;
use crate::sandbox::world::ids::Kind;
use crate::sandbox::world::names::ascii;
use crate::sandbox::world::titles::Function;

pub fn has_intent(w: &World, i: u32, topic: &str) -> bool {
    hash_text(w.seed ^ u64::from(i), &topic.to_lowercase()).is_multiple_of(9)
}

pub fn business(core: &Core, i: u32) -> Value {
    let w = &core.world;
    let c = w.company(i);
    let trade = w.industry(i);
    let city = w.company_city(i);
    let mut shown = json!({
        "business_id": w.id(Kind::ExploriumCompany, i), "name": w.company_name(i), "domain": w.domain(i), "logo": null,
        "country_name": w.company_country(i).name.to_lowercase(), "city_name": city.name, "region": city.region,
        "number_of_employees_range": size_band(c.size), "yearly_revenue_range": revenue_band(c.revenue_kusd),
        "website": format!("https://www.{}", w.domain(i)), "business_description": w.description(i),
        "naics": trade.naics, "naics_description": trade.naics_text, "sic_code": null, "sic_code_description": null,
        "business_intent_topics": [], "events": [],
    });
    core.plants.overlay("explorium", "company", &[&w.domain(i), &w.company_name(i)], &mut shown);
    shown
}

pub fn firmographics(core: &Core, i: u32) -> Value {
    let w = &core.world;
    let c = w.company(i);
    let trade = w.industry(i);
    let city = w.company_city(i);
    let mut shown = json!({
        "business_id": w.id(Kind::ExploriumCompany, i), "name": w.company_name(i), "business_description": w.description(i),
        "website": format!("https://www.{}", w.domain(i)), "country_name": w.company_country(i).name.to_lowercase(),
        "region_name": city.region, "city_name": city.name, "street": null, "zip_code": null,
        "naics": trade.naics.to_string(), "naics_description": trade.naics_text, "sic_code": null, "sic_code_description": null,
        "ticker": null, "number_of_employees_range": size_band(c.size), "yearly_revenue_range": revenue_band(c.revenue_kusd),
        "linkedin_industry_category": trade.linkedin,
        "linkedin_profile": format!("https://www.linkedin.example/company/{}", ascii(&w.company_name(i))),
        "business_logo": null, "locations_distribution": [{"country": w.company_country(i).name, "locations": 1 + i % 5}],
    });
    core.plants.overlay("explorium", "company", &[&w.domain(i), &w.company_name(i)], &mut shown);
    shown
}

pub fn technographics(core: &Core, i: u32) -> Value {
    let groups = [
        "testing_and_qa",
        "sales",
        "prog_langs_and_frameworks",
        "productivity_and_operations",
        "product_and_design",
        "platform_and_storage",
        "operations_software",
        "operations_management",
        "marketing",
        "it_security",
        "it_management",
        "hr",
        "health_tech",
        "finance_and_accounting",
        "ecommerce",
        "devops_and_development",
        "customer_management",
        "computer_networks",
        "communications",
        "collaboration",
        "bi_and_analytics",
    ];
    let mut out = serde_json::Map::new();
    let all: Vec<&str> = core.world.techs(i).map(|t| t.name).collect();
    let nested: Vec<Value> = core.world.techs(i).map(|t| json!({"tech": t.name, "category": t.category})).collect();
    out.insert("full_tech_stack".into(), json!(all));
    out.insert("full_nested_tech_stack".into(), json!(nested));
    for g in groups {
        let of: Vec<&str> = core.world.techs(i).filter(|t| t.group == g).map(|t| t.name).collect();
        out.insert(g.into(), json!(of));
    }
    Value::Object(out)
}

pub fn funding(core: &Core, i: u32) -> Option<Value> {
    let w = &core.world;
    let (stage, kusd, at) = w.funding(i)?;
    let usd = u64::from(kusd) * 1_000;
    Some(json!({
        "domain": w.domain(i), "company_name": w.company_name(i), "investors": ["Harbour Lane Capital", "Oakmoor Ventures"],
        "number_of_advisors": 0, "num_of_news": w.happenings(i).len(), "current_advisors": [], "ipo_size_usd": null,
        "ipo_date": null, "is_ipo": false, "number_of_investors_for_first_funding_round": 2,
        "first_funding_round_value_usd": usd / 9, "first_funding_round_type": "Seed", "first_funding_round_date": null,
        "number_of_funding_rounds": w.company(i).stage, "acquired_by": null, "latest_funding_increase_in_percents": null,
        "last_funding_round_date": iso(at), "last_funding_round_value_usd": usd.to_string(), "last_funding_round_type": stage,
        "number_of_investors_for_last_funding_round": 2, "funding_rounds_info": [], "known_funding_total_value": usd * 7 / 4,
    }))
}

pub fn trends(core: &Core, i: u32) -> Value {
    let g = core.world.growth(i);
    json!({"perc_finance_roles": 0.08, "perc_sales_roles": 0.17, "perc_engineering_roles": 0.31, "total_dept_change": g})
}

pub fn intent(core: &Core, i: u32, topics: &[String], least: u64) -> Value {
    let w = &core.world;
    let hits: Vec<Value> = topics
        .iter()
        .filter(|t| has_intent(w, i, t))
        .map(|t| json!({"topic": t, "score": 61 + hash_text(w.seed, t) % 39}))
        .filter(|t| t["score"].as_u64().unwrap_or(0) >= least)
        .collect();
    let level = if hits.len() > 2 { "high_intent" } else { "emerging_intent" };
    json!({
        "business_id": w.id(Kind::ExploriumCompany, i), "company_name": w.company_name(i), "company_website": w.domain(i),
        "date_stamp": "2026-11-16", "intent_topics": Value::Array(hits.clone()).to_string(),
        "level_of_intent": level, "topic_count": hits.len().to_string(),
    })
}

fn basics(core: &Core, i: u32) -> Value {
    let w = &core.world;
    let company = w.person(i).company;
    let title = w.title(i);
    let (department, level) = (title.function.explorium(), title.level.explorium());
    json!({
        "full_name": w.full_name(i), "country_name": w.country(i).name.to_lowercase(), "region_name": w.city(i).region,
        "city": w.city(i).name, "linkedin": w.profile(i), "skills": [], "interests": [],
        "company_name": w.company_name(company), "company_website": format!("https://www.{}", w.domain(company)),
        "company_linkedin": format!("https://www.linkedin.example/company/{}", ascii(&w.company_name(company))),
        "job_department_array": [department], "job_department_main": department, "job_level_array": [level],
        "job_level_main": level, "job_title": title.text, "business_id": w.id(Kind::ExploriumCompany, company),
        "linkedin_url_array": [w.profile(i)],
    })
}

fn merged(core: &Core, i: u32, more: Value) -> Value {
    let mut shown = basics(core, i);
    if let (Some(a), Value::Object(b)) = (shown.as_object_mut(), more) {
        a.extend(b);
    }
    core.plants.overlay("explorium", "person", &[&core.world.mail(i), &core.world.full_name(i)], &mut shown);
    shown
}

/// A prospect as the fetch shows it: the address only as a hash.
pub fn prospect(core: &Core, i: u32) -> Value {
    let w = &core.world;
    let (first, last) = w.name(i);
    let hashed = w.has(i, flag::EXPLORIUM_MAIL).then(|| {
        let digest = sha2::Sha256::digest(w.mail(i).as_bytes());
        digest.iter().map(|b| format!("{b:02x}")).collect::<String>()
    });
    merged(
        core,
        i,
        json!({
            "prospect_id": w.id(Kind::ExploriumPerson, i), "professional_email_hashed": hashed, "first_name": first, "last_name": last,
            "experience": [w.title(i).text], "job_department": w.title(i).function.explorium(),
            "job_seniority_level": [w.title(i).level.explorium()],
        }),
    )
}

pub fn profile(core: &Core, i: u32) -> Value {
    let w = &core.world;
    let months = w.person(i).role_months;
    let department = match w.title(i).function {
        Function::Finance => "Finance",
        Function::Sales => "Sales",
        Function::Engineering | Function::It | Function::Product => "Engineering",
        Function::Marketing => "Marketing",
        Function::People => "Human resources",
        Function::Operations => "Operations",
        Function::Executive => "General",
    };
    let experience = json!([{"company": {"name": w.company_name(w.person(i).company)}, "title": {"name": w.title(i).text}, "is_primary": true, "months": months}]);
    merged(
        core,
        i,
        json!({"experience": experience, "education": [], "age_group": null, "gender": null, "job_department": department, "job_seniority_level": null}),
    )
}

/// Contact data, and whether any of it is a telephone number.
pub fn contact(core: &Core, i: u32, mail: bool, phone: bool) -> Option<(Value, bool)> {
    let w = &core.world;
    let address = (mail && w.has(i, flag::EXPLORIUM_MAIL)).then(|| w.mail(i));
    let number = if phone { w.phone(i) } else { None };
    if address.is_none() && number.is_none() {
        return None;
    }
    let status = address.as_ref().map(|_| w.explorium_verdict(i));
    let emails: Vec<Value> = address.iter().map(|a| json!({"address": a, "type": "professional"})).collect();
    let phones: Vec<Value> = number.iter().map(|n| json!({"phone_number": n})).collect();
    let shown = json!({
        "emails": emails, "professions_email": address, "professional_email_status": status,
        "phone_numbers": phones, "mobile_phone": number,
    });
    Some((shown, number.is_some()))
}
