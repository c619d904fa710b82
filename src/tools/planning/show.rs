//! Makes the plan, stores it, shows its card, and lets the older card go: one transaction.
use crate::cards::decisions::after_refusal;
use crate::cards::post;
use crate::domain::criteria::Criteria;
use crate::domain::icp::profile::Profile;
use crate::domain::ids::CardId;
use crate::domain::title::function_word;
use crate::run::canonical::hash_of;
use crate::run::plan::Plan;
use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::store::cards;
use crate::store::conversation;
use crate::store::cost;
use crate::store::gates;
use crate::store::open::Conn;
use crate::store::plans;
use crate::store::plans::PlanRow;
use crate::store::runs;
use crate::tools::context::ToolConfig;
use crate::tools::context::ToolCx;
use crate::tools::planning::args;
use crate::tools::planning::args::PlanArgs;
use crate::tools::planning::words;
use crate::workflows::bulk;
use crate::workflows::bulk::Hits;
use crate::workflows::bulk::Setting;
use crate::workflows::pace::HISTORY_MAX;
use crate::workflows::pace::History;
use crate::workflows::playbook;
use crate::workflows::words::function_of;
use crate::workflows::words::title;

/// Longest title of a thread.
const TITLE_MAX: usize = 80;

pub async fn show(cx: &ToolCx, wanted: PlanArgs) -> anyhow::Result<Returned> {
    let criteria = match args::criteria(wanted, &cx.config.regions) {
        Ok(criteria) => criteria,
        Err(sentence) => return Ok(Returned::BadArguments(sentence)),
    };
    let mut tx = cx.store.begin().await?;
    if let Some(run) = runs::of_thread(&mut tx, &cx.thread).await?.into_iter().find(|run| !run.state.is_over()) {
        return Ok(Returned::Result(format!(
            "NOT DONE: run {} is {}. It must be stopped before the plan can change: the person presses Stop or asks to cancel it.",
            run.code,
            run.state.word()
        )));
    }
    let before = plans::newest(&mut tx, &cx.thread).await?;
    let history = history(&mut tx).await?;
    let hits = hits(&mut tx).await?;
    let plan = make(&criteria, &cx.config, (&history, &hits), before.as_ref().map_or(1, |row| row.plan.version + 1));
    let sentence = sentence(&plan);
    put(&mut tx, cx, plan, before).await?;
    tx.commit().await?;
    Ok(Returned::Yield(sentence))
}

/// The same criteria and history make the same plan.
fn make(criteria: &Criteria, config: &ToolConfig, past: (&History, &Hits), version: i64) -> Plan {
    let function = function_of(&criteria.titles).map_or("", function_word);
    let setting = Setting {
        version,
        estimates: &config.estimates,
        history: past.0,
        hits: past.1,
        playbook: playbook::choose(&config.playbooks, criteria, function).map(|found| found.cited()),
        profile: profile_for(criteria, &config.profiles).map_or_else(String::new, |found| found.name().to_owned()),
        sequence: config.sequences.first().map_or_else(String::new, |found| found.name.clone()),
    };
    bulk::plan(criteria, &setting)
}

/// The profile whose roles and industries fit best; the first when none does.
fn profile_for<'a>(criteria: &Criteria, profiles: &'a [Profile]) -> Option<&'a Profile> {
    let fits = |profile: &Profile| {
        let role = function_of(&criteria.titles).is_some_and(|function| profile.functions().contains(&function));
        let names = profile.industry.iter().flat_map(|band| &band.names);
        let industry =
            names.filter(|name| criteria.industries.iter().any(|asked| asked.eq_ignore_ascii_case(name))).count();
        (role, industry.min(1))
    };
    // `max_by_key` takes the last of equals; ties must go to the first.
    profiles.iter().rev().max_by_key(|profile| fits(profile))
}

async fn history(c: &mut Conn) -> anyhow::Result<History> {
    let mut history = History::new();
    for kind in StepKind::ALL {
        history.insert(*kind, runs::history(c, *kind, HISTORY_MAX).await?);
    }
    Ok(history)
}

/// What leads cost at each vendor in runs that came to their end.
async fn hits(c: &mut Conn) -> anyhow::Result<Hits> {
    let mut hits = Hits::new();
    for (plan, vendor, credits) in cost::history(c, HISTORY_MAX).await? {
        hits.entry(vendor).or_default().push((credits, i64::from(plan.criteria.count)));
    }
    Ok(hits)
}

async fn put(c: &mut Conn, cx: &ToolCx, plan: Plan, before: Option<PlanRow>) -> anyhow::Result<()> {
    let place = cx.place();
    // All runs of the thread are over: the newest is the one before this plan.
    let after = match gates::refused_before(c, &cx.thread, place.now.plus(1)).await? {
        Some(gate) => after_refusal(&cx.words, &gate, &cx.config.persons)?,
        None => String::new(),
    };
    let filled = cx.words.card(&words::filling(&plan, &cx.config, &cx.vendors, after))?;
    let (mut card, buttons) = words::card(&plan, &filled);
    if let Some(old) = before.filter(|row| row.state == "shown") {
        if let Some((_, old_card)) = cards::get(c, &old.card).await? {
            words::mark_changes(&mut card, &old_card);
        }
        plans::leave_shown(c, &cx.thread, old.plan.version, "replaced").await?;
        post::supersede(c, &CardId(old.card), &filled.label("replaced"), place.now).await?;
    }
    conversation::set_title(c, &cx.thread, &title(&plan.criteria).chars().take(TITLE_MAX).collect::<String>()).await?;
    let id = post::post(c, cx.ids.as_ref(), place, (card, buttons), None).await?;
    let row = PlanRow {
        thread: cx.thread.clone(),
        hash: hash_of(&plan),
        plan,
        state: "shown".to_owned(),
        card: id.0,
        at: place.now,
    };
    plans::insert(c, &row).await?;
    Ok(())
}

/// For the model: that it is on the screen, and the numbers that people may ask about.
fn sentence(plan: &Plan) -> String {
    let seconds: i64 = plan.steps.iter().map(|step| step.seconds.max).sum();
    format!(
        "SHOWN: plan v{}, {} steps, at most {seconds} s of work, {}-{} credits (cap {}). It waits for a person to press Start.",
        plan.version,
        plan.steps.len(),
        plan.credits.min,
        plan.credits.max,
        plan.credits_cap
    )
}
