//! What reps write, and what must come of it; each row names only what differs from an empty plan.
use serde_json::Value;
use serde_json::json;

use crate::sandbox::model::planner::tests::after_plan;
use crate::sandbox::model::planner::tests::called;
use crate::sandbox::model::planner::tests::says;
use crate::sandbox::model::understand::places::EU;

fn merged(base: Value, more: Value) -> Value {
    let (Value::Object(mut base), Value::Object(more)) = (base, more) else { return Value::Null };
    base.extend(more);
    Value::Object(base)
}

fn empty() -> Value {
    json!({"count": 50, "titles": [], "industries": [], "countries": [], "technologies": [], "exclude": [],
        "enrich": false, "launch": false, "mail_wishes": ""})
}

fn without_goal(mut arguments: Value) -> Value {
    if let Some(fields) = arguments.as_object_mut() {
        fields.remove("goal");
    }
    arguments
}

fn eu() -> Vec<&'static str> {
    EU.split(' ').collect()
}

fn people_and_counts() -> Vec<(&'static str, Value)> {
    vec![
        ("find 50 CFOs at fintech companies", json!({"count": 50, "titles": ["CFO"], "industries": ["fintech"]})),
        ("Find CFOs", json!({"titles": ["CFO"]})),
        ("get me two dozen heads of finance", json!({"count": 24, "titles": ["Head of Finance"]})),
        (
            "I need a hundred VPs of Sales at SaaS companies in the US",
            json!({"count": 100, "titles": ["VP Sales"], "industries": ["SaaS"], "countries": ["US"]}),
        ),
        ("give us two hundred and fifty CTOs", json!({"count": 250, "titles": ["CTO"]})),
        ("find 1,000 controllers", json!({"count": 1000, "titles": ["Controller"]})),
        ("find 2k HR leaders", json!({"count": 2000, "titles": ["VP HR", "CHRO", "Head of HR"]})),
        ("find 0 CFOs", json!({"count": 0, "titles": ["CFO"]})),
        ("find -5 CFOs", json!({"count": -5, "titles": ["CFO"]})),
        ("find 20000 CFOs", json!({"count": 20000, "titles": ["CFO"]})),
        (
            "source finance leaders at insurers",
            json!({"titles": ["VP Finance", "CFO", "Head of Finance"], "industries": ["insurance"]}),
        ),
        (
            "VP Finance at e-commerce companies using Stripe",
            json!({"titles": ["VP Finance"], "industries": ["e-commerce"], "technologies": ["Stripe"]}),
        ),
        (
            "looking for Vice Presidents of Engineering at logistics firms",
            json!({"titles": ["VP Engineering"], "industries": ["logistics"]}),
        ),
        (
            "Find a few VPs, Directors or Heads of Data",
            json!({"titles": ["VP Data", "Director of Data", "Head of Data"]}),
        ),
        ("find finance directors in Germany", json!({"titles": ["Director of Finance"], "countries": ["DE"]})),
        ("find FP&A managers", json!({"titles": ["FP&A Manager"]})),
        ("list 30 CMOs in the UK and Ireland", json!({"count": 30, "titles": ["CMO"], "countries": ["GB", "IE"]})),
        ("find heads of IT at banks", json!({"titles": ["Head of IT"], "industries": ["banking"]})),
        (
            "find CFOs at companies with 200 to 1,000 people",
            json!({"titles": ["CFO"], "employees_min": 200, "employees_max": 1000}),
        ),
        (
            "find CFOs, companies between 50 and 200 employees",
            json!({"titles": ["CFO"], "employees_min": 50, "employees_max": 200}),
        ),
        ("find CFOs at companies with more than 200 employees", json!({"titles": ["CFO"], "employees_min": 200})),
        ("find CFOs at companies with over 200 people", json!({"titles": ["CFO"], "employees_min": 200})),
        ("find CFOs at companies under 500 employees", json!({"titles": ["CFO"], "employees_max": 500})),
        ("find CFOs at 200+ employee companies", json!({"titles": ["CFO"], "employees_min": 200})),
        (
            "find CFOs, at least 100 staff and up to 2k",
            json!({"titles": ["CFO"], "employees_min": 100, "employees_max": 2000}),
        ),
        (
            "find CFOs at healthcare companies (1k-5k employees)",
            json!({"titles": ["CFO"], "industries": ["healthcare"], "employees_min": 1000, "employees_max": 5000}),
        ),
        ("find at least 40 CFOs", json!({"count": 40, "titles": ["CFO"]})),
        ("find more than 100 prospects at fintechs", json!({"count": 100, "industries": ["fintech"]})),
    ]
}

fn sizes_and_stacks() -> Vec<(&'static str, Value)> {
    vec![
        (
            "find 80 fintech companies using Snowflake or BigQuery",
            json!({"count": 80, "industries": ["fintech"], "technologies": ["Snowflake", "BigQuery"]}),
        ),
        (
            "CTOs running Kubernetes on AWS, GCP or Azure",
            json!({"titles": ["CTO"], "technologies": ["Kubernetes", "AWS", "GCP", "Azure"]}),
        ),
        (
            "find CFOs who use NetSuite, SAP and Workday",
            json!({"titles": ["CFO"], "technologies": ["NetSuite", "SAP", "Workday"]}),
        ),
        ("find CMOs using Segment and Braze", json!({"titles": ["CMO"], "technologies": ["Segment", "Braze"]})),
        ("find CFOs in this segment of fintech", json!({"titles": ["CFO"], "industries": ["fintech"]})),
        ("find CFOs at fintechs and put them into HubSpot", json!({"titles": ["CFO"], "industries": ["fintech"]})),
        ("find CFOs in the EU", json!({"titles": ["CFO"], "countries": eu()})),
        (
            "find CFOs in Europe except Germany",
            json!({"titles": ["CFO"], "countries": eu().into_iter().filter(|code| *code != "DE").collect::<Vec<_>>()}),
        ),
        ("find CFOs in DACH", json!({"titles": ["CFO"], "countries": ["DE", "AT", "CH"]})),
        ("find CFOs in the Nordics", json!({"titles": ["CFO"], "countries": ["DK", "FI", "IS", "NO", "SE"]})),
        (
            "find French and Dutch fintech CFOs",
            json!({"titles": ["CFO"], "industries": ["fintech"], "countries": ["FR", "NL"]}),
        ),
        ("find CFOs in London and New York", json!({"titles": ["CFO"], "countries": ["GB", "US"]})),
        (
            "find us 20 CFOs in uk, us and canada",
            json!({"count": 20, "titles": ["CFO"], "countries": ["GB", "CA", "US"]}),
        ),
        (
            "find CFOs at fintechs, not in Germany",
            json!({"titles": ["CFO"], "industries": ["fintech"], "exclude": ["country:DE"]}),
        ),
        (
            "find CFOs at fintechs except Acme",
            json!({"titles": ["CFO"], "industries": ["fintech"], "exclude": ["Acme"]}),
        ),
        (
            "find CFOs at fintechs, exclude Acme and Foo Ltd",
            json!({"titles": ["CFO"], "industries": ["fintech"], "exclude": ["Acme", "Foo Ltd"]}),
        ),
        (
            "find CFOs at fintechs, excluding Acme, Foo Ltd. and Bar Inc, enrich them",
            json!({"titles": ["CFO"], "industries": ["fintech"], "exclude": ["Acme", "Foo Ltd", "Bar Inc"], "enrich": true}),
        ),
        ("find CFOs not using Salesforce", json!({"titles": ["CFO"], "exclude": ["technology:Salesforce"]})),
        (
            "find CFOs at fintechs with contact data",
            json!({"titles": ["CFO"], "industries": ["fintech"], "enrich": true}),
        ),
        (
            "find CFOs at fintechs and enrich them",
            json!({"titles": ["CFO"], "industries": ["fintech"], "enrich": true}),
        ),
        ("find CFOs at fintechs, do not enrich", json!({"titles": ["CFO"], "industries": ["fintech"]})),
    ]
}

fn places_and_exclusions() -> Vec<(&'static str, Value)> {
    vec![
        (
            "find CFOs at fintechs and email them",
            json!({"titles": ["CFO"], "industries": ["fintech"], "enrich": true, "launch": true}),
        ),
        ("launch an outreach campaign to 50 CFOs", json!({"titles": ["CFO"], "enrich": true, "launch": true})),
        ("find 25 CFOs, just a list", json!({"count": 25, "titles": ["CFO"]})),
        ("find 25 CFOs, enrich them but do not contact them", json!({"count": 25, "titles": ["CFO"], "enrich": true})),
        ("find 25 CFOs, don't email anyone", json!({"count": 25, "titles": ["CFO"]})),
        ("find 25 CFOs without a campaign", json!({"count": 25, "titles": ["CFO"]})),
        (
            "find 40 CTOs at manufacturing companies and launch a campaign with short mails",
            json!({"count": 40, "titles": ["CTO"], "industries": ["manufacturing"], "enrich": true, "launch": true, "mail_wishes": "shorter"}),
        ),
        (
            "find CFOs in Austria and mail them in German",
            json!({"titles": ["CFO"], "countries": ["AT"], "enrich": true, "launch": true, "mail_wishes": "in German"}),
        ),
        (
            "using Snowflake, fintech, 200–1000 employees, VP Finance, 100 prospects",
            json!({"count": 100, "titles": ["VP Finance"], "industries": ["fintech"], "employees_min": 200, "employees_max": 1000, "technologies": ["Snowflake"]}),
        ),
        (
            "Campaign please: enriched CFOs of media and education companies, 60 of them",
            json!({"count": 60, "titles": ["CFO"], "industries": ["media", "education"], "enrich": true, "launch": true}),
        ),
        (
            "show me VP Finance at energy companies in Poland",
            json!({"titles": ["VP Finance"], "industries": ["energy"], "countries": ["PL"]}),
        ),
        ("find CFOs whose company raised over $10M", json!({"titles": ["CFO"]})),
        ("find 30 Chief Financial Officers and Controllers", json!({"count": 30, "titles": ["CFO", "Controller"]})),
        ("find leads at Acme and Foo Ltd", json!({})),
    ]
}

#[test]
fn discovery() {
    let rows: Vec<(&str, Value)> = [people_and_counts(), sizes_and_stacks(), places_and_exclusions()].concat();
    assert!(rows.len() >= 60);
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let (tool, arguments) = called(says(text));
        let (got, expected) = (without_goal(arguments), merged(empty(), expected));
        if tool != "propose_plan" || got != expected {
            wrong.push(format!("{text}\n  {tool} {got}\n  expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn before() -> Value {
    json!({"goal": "", "count": 100, "titles": ["VP Finance", "CFO"], "industries": ["fintech"], "employees_min": 200,
        "employees_max": 1000, "countries": [], "technologies": ["Snowflake"], "exclude": [], "enrich": true, "launch": true, "mail_wishes": ""})
}

#[test]
fn revision() {
    let uk_us_eu: Vec<&str> = ["GB", "US"].into_iter().chain(eu()).collect();
    let eu_out: Vec<String> = eu().iter().map(|code| format!("country:{code}")).collect();
    let rows: Vec<(&str, Value)> = vec![
        ("only UK, US and the EU", json!({"countries": uk_us_eu})),
        ("only UK", json!({"countries": ["GB"]})),
        ("only us and uk", json!({"countries": ["GB", "US"]})),
        ("drop the EU ones", json!({"exclude": eu_out})),
        ("make it 50", json!({"count": 50})),
        ("make it a hundred and twenty", json!({"count": 120})),
        ("drop it to 30", json!({"count": 30})),
        ("exclude Acme", json!({"exclude": ["Acme"]})),
        ("exclude acme and foo ltd", json!({"exclude": ["acme", "foo ltd"]})),
        ("leave out Ledgerly", json!({"exclude": ["Ledgerly"]})),
        ("only VP Finance", json!({"titles": ["VP Finance"]})),
        ("also controllers", json!({"titles": ["VP Finance", "CFO", "Controller"]})),
        ("controllers too", json!({"titles": ["VP Finance", "CFO", "Controller"]})),
        ("shorter mails", json!({"mail_wishes": "shorter"})),
        ("make the mails shorter", json!({"mail_wishes": "shorter"})),
        ("mails in German", json!({"mail_wishes": "in German"})),
        ("mention the month-end close", json!({"mail_wishes": "mention the month-end close"})),
        ("without Snowflake", json!({"technologies": []})),
        ("no campaign", json!({"launch": false})),
        ("don't email them", json!({"launch": false})),
        ("just a list", json!({"launch": false})),
        ("do not enrich", json!({"launch": false, "enrich": false})),
        ("200 to 500 people", json!({"employees_max": 500})),
        ("over 2000 employees", json!({"employees_min": 2000, "employees_max": null})),
        ("not in Germany", json!({"exclude": ["country:DE"]})),
        ("drop the CFOs", json!({"titles": ["VP Finance"]})),
        ("also SaaS", json!({"industries": ["fintech", "SaaS"]})),
        ("use Databricks instead", json!({"technologies": ["Databricks"]})),
        ("any size", json!({"employees_min": null, "employees_max": null})),
        ("only the UK, make it 40 and exclude Acme", json!({"countries": ["GB"], "count": 40, "exclude": ["Acme"]})),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let (tool, arguments) = after_plan(&before(), text);
        let mut expected = without_goal(merged(before(), expected));
        if let Some(fields) = expected.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        let got = without_goal(arguments);
        if tool != "revise_plan" || got != expected {
            wrong.push(format!("{text}\n  {tool} {got}\n  expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let limited = merged(before(), json!({"countries": ["GB", "FR", "US"]}));
    assert_eq!(after_plan(&limited, "drop the EU ones").1["countries"], json!(["GB", "US"]));
    assert_eq!(after_plan(&limited, "add Germany").1["countries"], json!(["GB", "FR", "US", "DE"]));
    assert_eq!(after_plan(&before(), "add Germany").0, "words");
    assert_eq!(after_plan(&before(), "looks good").0, "words");
    assert_eq!(after_plan(&before(), "find 20 CTOs at SaaS companies").0, "propose_plan");
}

#[test]
fn questions() {
    let rows: Vec<(&str, &str, Value)> = vec![
        ("digest", "get_digest", json!({"days": 1})),
        ("how was yesterday?", "get_digest", json!({"days": 1})),
        ("what happened this week", "get_digest", json!({"days": 7})),
        ("digest for the last ten days", "get_digest", json!({"days": 10})),
        ("report since the start", "get_digest", json!({"days": 30})),
        ("show my open jobs", "list_jobs", json!({})),
        ("my jobs", "list_jobs", json!({})),
        ("status?", "get_job_status", json!({"job": ""})),
        ("what's the status of 7K2", "get_job_status", json!({"job": "7K2"})),
        ("how far are you?", "get_job_status", json!({"job": ""})),
        ("stop", "cancel_job", json!({"job": ""})),
        ("cancel the run", "cancel_job", json!({"job": ""})),
        ("cancel 7k2", "cancel_job", json!({"job": "7K2"})),
        ("who owns Acme?", "hubspot_search", json!({"object": "companies", "query": "Acme"})),
        (
            "is jane@acme.example in the CRM?",
            "hubspot_search",
            json!({"object": "contacts", "query": "jane@acme.example"}),
        ),
        ("is Acme Pay in the CRM?", "hubspot_search", json!({"object": "companies", "query": "Acme Pay"})),
        ("who is Jane Doe?", "hubspot_search", json!({"object": "contacts", "query": "Jane Doe"})),
        ("how is the Fintech CFO campaign doing?", "lemlist_get_stats", json!({"campaign": "Fintech CFO"})),
        ("how is the Fintech campaign doing", "lemlist_get_stats", json!({"campaign": "Fintech"})),
        ("may we mail x@y.example", "check_compliance", json!({"email": "x@y.example"})),
        ("verify x@y.example.", "verify_email", json!({"email": "x@y.example"})),
        (
            "score ava@acme.example and say why",
            "score_lead",
            json!({"list": "", "lead": "ava@acme.example", "profile": ""}),
        ),
        (
            "score these against our fintech profile\n[attached: list_12 · 512 companies · from file]",
            "score_lead",
            json!({"list": "list_12", "lead": "", "profile": "fintech-finance"}),
        ),
        (
            "score these against our SaaS profile\n[attached: list_12 · 512 companies · from file]",
            "score_lead",
            json!({"list": "list_12", "lead": "", "profile": "saas-engineering"}),
        ),
        (
            "find leads",
            "ask_rep",
            json!({"question": "Which job titles?", "options": ["VP Finance and CFO", "VP Sales and CRO", "CTO and VP Engineering", "CMO and Head of Marketing"]}),
        ),
        (
            "[attached: list_12 · 512 companies · from file]",
            "ask_rep",
            json!({"question": "What shall I do with this list?", "options": ["Score them", "Only keep the list"]}),
        ),
        (
            "find CFOs at companies with more than 1000 and under 200 employees",
            "ask_rep",
            json!({"question": "More than 1,000 and under 200 employees exclude each other. Which one?", "options": ["More than 1,000 employees", "Under 200 employees"]}),
        ),
        (
            "find CFOs at fintechs, don't enrich, launch a campaign",
            "ask_rep",
            json!({"question": "A campaign needs mail addresses, and those come from enrichment. Which one?", "options": ["Enrich and launch", "Just a list, no campaign"]}),
        ),
    ];
    let mut wrong = Vec::new();
    for (text, tool, expected) in rows {
        let (got, arguments) = called(says(text));
        if got != tool || arguments != expected {
            wrong.push(format!("{text}\n  {got} {arguments}\n  expected {tool} {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
