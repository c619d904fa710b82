//! A plan as a card: the words from the template, the numbers from the plan.
use crate::cards::cost;
use crate::cards::cost::named;
use crate::cards::post;
use crate::cards::post::Button;
use crate::domain::criteria::Criteria;
use crate::domain::person::Role;
use crate::domain::places;
use crate::ports::vendors::Vendors;
use crate::prompts::filters;
use crate::prompts::planner::PlanCard;
use crate::prompts::render::CardWords;
use crate::run::card::Card;
use crate::run::card::CardKind;
use crate::run::card::Input;
use crate::run::card::InputKind;
use crate::run::card::StepLine;
use crate::run::card::Style;
use crate::run::card::Verb;
use crate::run::plan::Plan;
use crate::run::plan::PlannedStep;
use crate::run::plan::Range;
use crate::run::state::StepKind;
use crate::tools::context::ToolConfig;
use crate::workflows::words;

/// Who may start, change or cancel a plan.
const PLANNERS: [Role; 3] = [Role::Rep, Role::Manager, Role::Revops];
/// Names shown of a long list.
const NAMES_MAX: usize = 8;

/// What the template is filled with.
pub fn filling(plan: &Plan, config: &ToolConfig, vendors: &Vendors, after: String) -> PlanCard {
    let criteria = &plan.criteria;
    let sequence = config.sequences.iter().find(|sequence| sequence.name == plan.sequence);
    let profile = config.profiles.iter().find(|profile| profile.name() == plan.profile);
    PlanCard {
        title: words::title(criteria),
        after,
        version: plan.version,
        titles: criteria.titles.clone(),
        industries: criteria.industries.clone(),
        size: size(criteria),
        technologies: criteria.technologies.clone(),
        countries: shortened(criteria.countries.iter().map(|code| country(code)).collect()),
        exclude: shortened(criteria.exclude.iter().map(|name| left_out(name)).collect()),
        wishes: criteria.mail_wishes.clone(),
        enrich: criteria.enrich,
        launch: criteria.launch,
        credits_min: plan.credits.min,
        credits_max: plan.credits.max,
        credits_cap: plan.credits_cap,
        quotes: plan.quotes.iter().map(cost::quoted).collect(),
        quote_basis: plan.quote_basis.clone(),
        cost_min: plan.model_cost_micro_usd.min,
        cost_max: plan.model_cost_micro_usd.max,
        model_sandbox: config.model_sandbox,
        playbook: plan.playbook.clone().unwrap_or_default(),
        profile: profile.map_or_else(String::new, |found| format!("{} v{}", found.name(), found.version())),
        threshold: format!("{:.2}", profile.map_or(0.0, |found| found.threshold())),
        basis: plan.estimate_basis.clone(),
        discover: vendors.prospecting.iter().map(|vendor| named(vendor.vendor())).collect(),
        enrichment: vendors.enrichment.iter().map(|vendor| named(vendor.vendor())).collect(),
        crm: named(vendors.crm.vendor()),
        campaign: plan.campaign.clone(),
        touches: sequence.map_or(0, |found| found.touches),
        days: sequence.map_or(0, |found| found.days),
        sends_at: plan.step_index(StepKind::Launch).map_or(0, |index| index + 1),
    }
}

/// The card and its buttons.
pub fn card(plan: &Plan, words: &CardWords) -> (Card, Vec<Button>) {
    let mut card = post::worded(CardKind::Plan, words);
    card.steps = plan.steps.iter().map(|step| line(step, words)).collect();
    (card, buttons(plan, words))
}

/// Marks what reads differently from the card before.
pub fn mark_changes(card: &mut Card, before: &Card) {
    for field in &mut card.fields {
        let same = before.fields.iter().any(|old| old.label == field.label && old.value == field.value);
        field.changed = !same;
    }
}

fn buttons(plan: &Plan, words: &CardWords) -> Vec<Button> {
    let data = serde_json::json!({"plan": plan.version});
    let change = Input {
        name: "text".to_owned(),
        label: words.label("change_label"),
        kind: InputKind::LongText,
        hint: words.label("change_hint"),
        ..Input::default()
    };
    let button = |verb: Verb| Button::new(verb, &words.label(verb.word()), &PLANNERS).data(data.clone());
    vec![
        button(Verb::Start).style(Style::Go),
        button(Verb::Change).form(vec![change]),
        button(Verb::Cancel).style(Style::Bare),
    ]
}

fn line(step: &PlannedStep, words: &CardWords) -> StepLine {
    let key = step.kind.word();
    let mut estimate = lasts(step.seconds);
    if step.credits.max > 0 {
        estimate = format!("{estimate} · {}", words.label("enrich_credits"));
    }
    StepLine {
        title: words.label(key),
        detail: words.label(&format!("{key}_detail")),
        estimate,
        stop: match step.stops {
            Some((_, true)) => words.label("stops_always"),
            Some((_, false)) => words.label("stops_if_flagged"),
            None => String::new(),
        },
        ..StepLine::default()
    }
}

/// The upper end: a rep who waits longer than told is told wrong.
fn lasts(seconds: Range) -> String {
    filters::duration(seconds.max.saturating_mul(1_000))
}

fn size(criteria: &Criteria) -> String {
    let number = |count: u32| filters::number(i64::from(count));
    match (criteria.employees_min, criteria.employees_max) {
        (Some(least), Some(most)) => format!("{}-{} employees", number(least), number(most)),
        (Some(least), None) => format!("{} employees or more", number(least)),
        (None, Some(most)) => format!("up to {} employees", number(most)),
        (None, None) => String::new(),
    }
}

/// "country:DE" → "Germany", "title:CFO" → "CFO".
fn left_out(name: &str) -> String {
    match name.split_once(':') {
        Some(("country", code)) => country(code),
        Some(("technology" | "industry" | "title", what)) => what.to_owned(),
        _ => name.to_owned(),
    }
}

/// As it stands in a list, without its article.
fn country(code: &str) -> String {
    let name = places::country_name(code);
    name.strip_prefix("the ").map_or_else(|| name.clone(), str::to_owned)
}

fn shortened(mut names: Vec<String>) -> Vec<String> {
    if names.len() > NAMES_MAX {
        let more = names.len() - NAMES_MAX;
        names.truncate(NAMES_MAX);
        names.push(format!("{more} more"));
    }
    names
}
