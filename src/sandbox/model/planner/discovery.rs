//! A new request for prospects: enough to search by, or one question.
use crate::sandbox::model::planner::arguments::COUNT_UNSAID;
use crate::sandbox::model::planner::arguments::Plan;
use crate::sandbox::model::planner::ask;
use crate::sandbox::model::planner::conversation::Talk;
use crate::sandbox::model::text::Said;
use crate::sandbox::model::understand::request;
use crate::sandbox::model::understand::request::Understood;
use crate::sandbox::model::understand::request::values;
use crate::sandbox::model::understand::switches::Switches;
use crate::sandbox::model::wire::Answer;

const VERBS: [&str; 22] = [
    "find", "get", "source", "search", "need", "want", "list", "build", "give", "show", "target", "looking",
    "identify", "discover", "locate", "pull", "prospect", "hunt", "generate", "bring", "collect", "fetch",
];
const NOUNS: [&str; 16] = [
    "prospects",
    "prospect",
    "leads",
    "lead",
    "companies",
    "company",
    "contacts",
    "people",
    "buyers",
    "decision",
    "accounts",
    "firms",
    "list",
    "startups",
    "customers",
    "makers",
];

/// Does the text ask for prospects at all?
pub fn is_asked(said: &Said, understood: &Understood) -> bool {
    let has_verb = said.has(&VERBS);
    let has_noun = said.has(&NOUNS);
    (has_verb && (has_noun || understood.is_searchable()))
        || (!understood.titles.is_empty() || has_noun) && understood.is_searchable()
        || understood.switches.launch == Some(true) && understood.is_searchable()
}

/// Is it a request of its own, and not a change of the plan before?
pub fn is_fresh(said: &Said, understood: &Understood) -> bool {
    let is_limited = said.has(&["only", "also", "just", "instead", "too"]);
    let asks_more =
        !understood.titles.is_empty() && (!understood.industries.is_empty() || !understood.technologies.is_empty());
    let asks_number = understood.count.is_some() && !understood.titles.is_empty();
    said.has(&VERBS) && !is_limited && (asks_more || asks_number)
}

pub fn answer(talk: &Talk) -> Answer {
    let mut understood = request::read(&talk.said);
    if talk.is_reply {
        prefer_reply(&mut understood, &request::read(&talk.newest));
    }
    if let Some(question) = question(&understood) {
        return question;
    }
    let tool = if talk.offers("propose_plan") || !talk.offers("revise_plan") { "propose_plan" } else { "revise_plan" };
    Answer::Call { tool, arguments: plan(understood).arguments() }
}

/// Where the reply names a thing that was in doubt, the reply alone counts.
fn prefer_reply(understood: &mut Understood, reply: &Understood) {
    if reply.sizes.is_said() {
        understood.sizes = reply.sizes;
    }
    if !reply.countries.is_empty() {
        understood.unclear_region = None;
    }
    let either = |new: Option<bool>, old: Option<bool>| new.or(old);
    let switches = Switches {
        enrich: either(reply.switches.enrich, understood.switches.enrich),
        launch: either(reply.switches.launch, understood.switches.launch),
    };
    understood.switches = switches;
}

fn question(understood: &Understood) -> Option<Answer> {
    if !understood.is_searchable() {
        return Some(ask::titles());
    }
    if understood.sizes.is_contradictory() {
        return Some(ask::sizes(understood.sizes));
    }
    if let Some(region) = understood.unclear_region {
        return Some(ask::region(region));
    }
    let is_torn = understood.switches == Switches { enrich: Some(false), launch: Some(true) };
    is_torn.then(ask::enrichment)
}

/// "In the EU except Germany" is a list without Germany; an exclusion stays only where there is no list.
fn leave_out(countries: &mut Vec<String>, exclude: &mut Vec<String>) {
    let has_list = !countries.is_empty();
    exclude.retain(|entry| {
        let code = entry.strip_prefix("country:");
        if let Some(code) = code {
            countries.retain(|country| country != code);
        }
        code.is_none() || !has_list
    });
}

fn plan(mut understood: Understood) -> Plan {
    let mut countries = values(&understood.countries);
    leave_out(&mut countries, &mut understood.exclude);
    let launch = understood.switches.launch.unwrap_or_default();
    Plan {
        count: understood.count.unwrap_or(COUNT_UNSAID),
        titles: values(&understood.titles),
        industries: values(&understood.industries),
        employees_min: understood.sizes.min,
        employees_max: understood.sizes.max,
        countries,
        technologies: values(&understood.technologies),
        exclude: understood.exclude,
        companies: understood.companies,
        enrich: launch || understood.switches.enrich.unwrap_or_default(),
        launch,
        mail_wishes: understood.wishes,
    }
}
