//! One request worked through: the pure turn says what is next, this does it and saves after each step.
use futures::future::join_all;

use crate::cards::post;
use crate::cards::post::Button;
use crate::cards::post::DESK;
use crate::cards::post::worded;
use crate::domain::ids::ListId;
use crate::domain::person::Person;
use crate::domain::person::Role;
use crate::domain::time::SECOND;
use crate::orchestrator::context;
use crate::orchestrator::desk::Orchestrator;
use crate::orchestrator::phase;
use crate::orchestrator::phase::Standing;
use crate::orchestrator::refuse::Outcome;
use crate::orchestrator::refuse::role_words;
use crate::ports::llm::Ask;
use crate::ports::llm::LlmError;
use crate::prompts::desk::RefusalWords;
use crate::prompts::desk::StoppedWords;
use crate::run::card::CardKind;
use crate::run::card::Tone;
use crate::run::card::Verb;
use crate::run::turn::Message;
use crate::run::turn::NextStep;
use crate::run::turn::Reply;
use crate::run::turn::Returned;
use crate::run::turn::StopReason;
use crate::run::turn::ToolCall;
use crate::run::turn::Turn;
use crate::store::conversation;
use crate::store::inbox;
use crate::store::inbox::Inbound;
use crate::store::lists;
use crate::store::open::Conn;
use crate::store::open::StoreError;
use crate::store::plans;
use crate::store::plans::UsageRow;

/// An inbound is worked on this often at most.
pub const TRIES_MAX: i64 = 3;
const ANSWER_TOKENS_MAX: u32 = 2_000;
const BACKOFF_MS: i64 = 2 * SECOND;
const THROTTLE_S_MAX: u64 = 60;
/// Roles that make a request something to act on.
pub const ACTING: &[Role] = &[Role::Rep, Role::Manager, Role::Revops, Role::Compliance, Role::Operator];

/// How a turn came to its end, for now.
enum End {
    Said(String),
    Stopped(StoppedWords),
    /// The model is not reachable; the inbound stays open.
    Later(i64),
}

pub async fn work(desk: &Orchestrator, inbound: &Inbound) -> Outcome<()> {
    if inbound.attempts >= TRIES_MAX {
        let mut tx = desk.store.begin().await?;
        take(desk, &mut tx, inbound).await?;
        commit(tx).await?;
        let words = StoppedWords { kind: "tried", number: inbound.attempts, detail: String::new() };
        return finish_stopped(desk, inbound, (&words, &[])).await;
    }
    let who = desk.known(&inbound.person);
    if !who.any_of(ACTING) {
        return answer_reader(desk, inbound).await;
    }
    let (mut turn, prior) = begin(desk, inbound).await?;
    let end = drive(desk, inbound, (&who, &prior), &mut turn).await?;
    match end {
        End::Said(text) => finish_said(desk, inbound, &text, &turn).await,
        End::Stopped(words) => finish_stopped(desk, inbound, (&words, &turn.entries)).await,
        End::Later(wait_ms) => {
            tracing::warn!(inbox.id = %inbound.id, wait_ms, "the model is not reachable, trying again");
            desk.defer(&inbound.id, wait_ms).await;
            Ok(())
        }
    }
}

/// A person without a role is answered by rule: their words never reach the planner as a request.
async fn answer_reader(desk: &Orchestrator, inbound: &Inbound) -> Outcome<()> {
    let words = RefusalWords { kind: "no_role", name: desk.names_with(&[Role::Operator]), ..RefusalWords::default() };
    let words = desk.words.card(&words)?;
    let mut tx = desk.store.begin().await?;
    take(desk, &mut tx, inbound).await?;
    let place = desk.place(&inbound.thread, None);
    let key = format!("reader:{}", inbound.id);
    let card = (worded(CardKind::Notice, &words), Vec::new());
    post::post(&mut tx, desk.ids.as_ref(), place, card, Some(&key)).await?;
    inbox::close(&mut tx, &inbound.id, "done", place.now).await?;
    commit(tx).await
}

async fn begin(desk: &Orchestrator, inbound: &Inbound) -> Outcome<(Turn, Vec<Message>)> {
    let wall = desk.clock.wall().0;
    let mut tx = desk.store.begin().await?;
    take(desk, &mut tx, inbound).await?;
    conversation::set_busy(&mut tx, &inbound.thread, true, desk.clock.now()).await?;
    let prior = conversation::entries(&mut tx, &inbound.thread).await?;
    let turn = match conversation::turn(&mut tx, &inbound.id).await? {
        Some(mut turn) => {
            // The time that nobody worked on it is not its time.
            turn.started_at = wall;
            turn
        }
        None => {
            let lists = attached(&mut tx, inbound).await?;
            Turn::new(desk.config.limits, desk.config.price, &context::user_text(&inbound.payload, &lists), wall)
        }
    };
    commit(tx).await?;
    desk.tell_readers();
    Ok((turn, prior))
}

/// From here on it is ours, or another's and then nothing of it is.
pub async fn take(desk: &Orchestrator, c: &mut Conn, inbound: &Inbound) -> Outcome<()> {
    if inbox::take(c, &inbound.id, desk.taker()).await? {
        return Ok(());
    }
    Err(StoreError::Lost(inbound.id.clone()).into())
}

async fn attached(c: &mut Conn, inbound: &Inbound) -> Outcome<Vec<(String, String, i64)>> {
    let ids: Vec<ListId> = serde_json::from_value(inbound.payload["lists"].clone()).unwrap_or_default();
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(list) = lists::get(c, &id).await? {
            out.push((list.id.0, list.kind, list.rows));
        }
    }
    Ok(out)
}

async fn drive(desk: &Orchestrator, inbound: &Inbound, with: (&Person, &[Message]), turn: &mut Turn) -> Outcome<End> {
    let (who, prior) = with;
    loop {
        match turn.next_step(desk.clock.wall().0) {
            NextStep::Ask => match ask(desk, inbound, (who, prior), turn).await? {
                Ok(reply) => {
                    let usage = usage_row(desk, inbound, &reply);
                    turn.answered(reply);
                    save(desk, inbound, turn, Some(usage)).await?;
                }
                Err(error) => return Ok(failed(&error, inbound.attempts + 1)),
            },
            NextStep::Call(calls) => {
                let results = call_all(desk, inbound, who, &calls).await?;
                turn.returned(results);
                save(desk, inbound, turn, None).await?;
                desk.tell_readers();
            }
            NextStep::Say(text) => return Ok(End::Said(text)),
            NextStep::Stop(reason) => return Ok(End::Stopped(stop_words(reason))),
        }
    }
}

async fn ask(
    desk: &Orchestrator,
    inbound: &Inbound,
    with: (&Person, &[Message]),
    turn: &Turn,
) -> Outcome<Result<Reply, LlmError>> {
    let (who, prior) = with;
    let standing = standing(desk, inbound).await?;
    let line = desk.words.text(&standing.words(&role_words(&who.roles)))?;
    let specs = desk.tools.specs(who, standing.phase);
    let messages = context::messages(desk.tools.prefix(), &line, prior, &turn.entries);
    let ask = Ask { messages: &messages, tools: &specs, answer_schema: None, max_tokens: ANSWER_TOKENS_MAX };
    Ok(desk.llm.ask(ask).await)
}

async fn standing(desk: &Orchestrator, inbound: &Inbound) -> Outcome<Standing> {
    let mut c = desk.store.conn().await?;
    Ok(phase::of_thread(&mut c, &inbound.thread).await?)
}

/// Results in the order of the calls: neighbouring reads run at the same time, everything else one after the other.
async fn call_all(desk: &Orchestrator, inbound: &Inbound, who: &Person, calls: &[ToolCall]) -> Outcome<Vec<Returned>> {
    let mut results = Vec::with_capacity(calls.len());
    for group in calls.chunk_by(|a, b| desk.tools.is_read(&a.name) && desk.tools.is_read(&b.name)) {
        let group = join_all(group.iter().map(|call| desk.tools.call((who, &inbound.thread), call))).await;
        for result in group {
            results.push(result?);
        }
    }
    Ok(results)
}

fn usage_row(desk: &Orchestrator, inbound: &Inbound, reply: &Reply) -> UsageRow {
    UsageRow {
        id: desk.ids.fresh("use"),
        thread: inbound.thread.clone(),
        run: None,
        purpose: "plan".to_owned(),
        model: desk.llm.name().to_owned(),
        prompt_tokens: reply.usage.prompt_tokens as i64,
        completion_tokens: reply.usage.completion_tokens as i64,
        cost_micro_usd: desk.config.price.of(reply.usage),
        at: desk.clock.now(),
    }
}

async fn save(desk: &Orchestrator, inbound: &Inbound, turn: &Turn, usage: Option<UsageRow>) -> Outcome<()> {
    let mut tx = desk.store.begin().await?;
    inbox::hold(&mut tx, &inbound.id, desk.taker()).await?;
    conversation::save_turn(&mut tx, &inbound.id, &inbound.thread, turn, (desk.clock.now(), false)).await?;
    if let Some(usage) = usage {
        plans::add_usage(&mut tx, &usage).await?;
    }
    commit(tx).await
}

/// Not reached and throttled are tried again while tries are left; everything else is said at once.
fn failed(error: &LlmError, tries: i64) -> End {
    let again = tries < TRIES_MAX;
    let words = |kind, number| StoppedWords { kind, number, detail: String::new() };
    let backoff = BACKOFF_MS << tries.clamp(0, 4);
    match error {
        LlmError::Throttled(s) if again => End::Later((*s).clamp(1, THROTTLE_S_MAX) as i64 * SECOND),
        LlmError::Unreachable(_) | LlmError::Broken(_) if again => End::Later(backoff),
        LlmError::Throttled(s) => End::Stopped(words("throttled", *s as i64)),
        LlmError::Unreachable(_) => End::Stopped(words("unreachable", tries)),
        LlmError::Broken(_) => End::Stopped(words("broken", tries)),
        LlmError::TimedOut(s) => End::Stopped(words("timed_out", *s as i64)),
        LlmError::Denied(_) => End::Stopped(words("denied", 0)),
    }
}

fn stop_words(reason: StopReason) -> StoppedWords {
    let (kind, number, detail) = match reason {
        StopReason::Turns(n) => ("turns", i64::from(n), String::new()),
        StopReason::Tokens(n) => ("tokens", n as i64, String::new()),
        StopReason::Cost(n) => ("cost", n, String::new()),
        StopReason::Time(n) => ("time", n, String::new()),
        StopReason::Repairs(sentence) => ("repairs", 0, crate::orchestrator::text::line(&sentence, 300)),
        StopReason::Calls(n) => ("calls", n as i64, String::new()),
        StopReason::Empty => ("empty", 0, String::new()),
    };
    StoppedWords { kind, number, detail }
}

async fn finish_said(desk: &Orchestrator, inbound: &Inbound, text: &str, turn: &Turn) -> Outcome<()> {
    let mut tx = desk.store.begin().await?;
    let place = desk.place(&inbound.thread, None);
    let text = crate::orchestrator::text::said(text);
    if !text.is_empty() {
        let key = format!("said:{}", inbound.id);
        post::say(&mut tx, desk.ids.as_ref(), place, (DESK, &text), Some(&key)).await?;
    }
    close(desk, &mut tx, inbound, (&turn.entries, "done")).await?;
    commit(tx).await
}

async fn finish_stopped(desk: &Orchestrator, inbound: &Inbound, with: (&StoppedWords, &[Message])) -> Outcome<()> {
    let (words, entries) = with;
    let words = desk.words.card(words)?;
    let mut card = worded(CardKind::Error, &words);
    card.tone = Tone::Danger;
    let retry = Button::new(Verb::Retry, &words.label("retry"), ACTING).data(serde_json::json!({"inbox": inbound.id}));
    let mut tx = desk.store.begin().await?;
    post::post(&mut tx, desk.ids.as_ref(), desk.place(&inbound.thread, None), (card, vec![retry]), None).await?;
    close(desk, &mut tx, inbound, (entries, "failed")).await?;
    commit(tx).await
}

/// The turn is over: what was said and done in it becomes part of the conversation.
async fn close(desk: &Orchestrator, c: &mut Conn, inbound: &Inbound, with: (&[Message], &str)) -> Outcome<()> {
    let (entries, state) = with;
    let now = desk.clock.now();
    inbox::hold(c, &inbound.id, desk.taker()).await?;
    conversation::append_entries(c, &inbound.thread, &context::whole_groups(entries)).await?;
    conversation::end_turn(c, &inbound.id, now).await?;
    conversation::set_busy(c, &inbound.thread, false, now).await?;
    inbox::close(c, &inbound.id, state, now).await?;
    Ok(())
}

async fn commit(tx: crate::store::open::Tx) -> Outcome<()> {
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}
