//! The loop as a machine: each answer leads to one next step.
use super::*;

fn call(id: &str) -> ToolCall {
    ToolCall { id: id.to_owned(), name: "propose_plan".to_owned(), arguments: "{}".to_owned() }
}

fn calls(ids: &[&str]) -> Reply {
    Reply {
        text: String::new(),
        calls: ids.iter().map(|id| call(id)).collect(),
        usage: Usage { prompt_tokens: 100, completion_tokens: 10 },
    }
}

fn turn(limits: Limits) -> Turn {
    Turn::new(limits, Price { prompt_nano_usd: 1_000, completion_nano_usd: 2_000 }, "find leads", 0)
}

#[test]
fn it_asks_calls_and_says() {
    let mut turn = turn(Limits::default());
    assert_eq!(turn.next_step(0), NextStep::Ask);
    turn.answered(calls(&["a", "b"]));
    assert_eq!(turn.next_step(0), NextStep::Call(vec![call("a"), call("b")]));
    turn.returned(vec![Returned::Result("1".into()), Returned::Result("2".into())]);
    assert_eq!(turn.next_step(0), NextStep::Ask);
    turn.answered(Reply { text: "Done.".into(), ..Reply::default() });
    assert_eq!(turn.next_step(0), NextStep::Say("Done.".into()));
    assert_eq!(turn.cost_micro_usd, 120);
    assert_eq!(turn.entries.len(), 5);
}

#[test]
fn every_call_is_answered_in_order() {
    let mut turn = turn(Limits::default());
    turn.answered(calls(&["a", "b"]));
    turn.returned(vec![Returned::BadArguments("count: 1 to 10000".into()), Returned::Yield("shown".into())]);
    let answered: Vec<_> = turn
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Message::Tool { call, .. } => Some(call.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(answered, ["a", "b"]);
    assert_eq!(turn.next_step(0), NextStep::Say(String::new()));
}

#[test]
fn bad_arguments_are_repaired_three_times_then_a_person_is_asked() {
    let mut turn = turn(Limits::default());
    for round in 0..4 {
        assert_eq!(turn.next_step(0), NextStep::Ask, "round {round}");
        turn.answered(calls(&["a"]));
        turn.returned(vec![Returned::BadArguments("count: a number".into())]);
    }
    assert_eq!(turn.next_step(0), NextStep::Stop(StopReason::Repairs("count: a number".into())));
}

#[test]
fn every_limit_stops_it_one_step_later() {
    let tight = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        let mut turn = turn(limits);
        turn.answered(calls(&["a"]));
        turn.returned(vec![Returned::Result("ok".into())]);
        turn.next_step(50)
    };
    assert_eq!(tight(|limits| limits.turns = 1), NextStep::Stop(StopReason::Turns(1)));
    assert_eq!(tight(|limits| limits.tokens = 110), NextStep::Stop(StopReason::Tokens(110)));
    assert_eq!(tight(|limits| limits.cost_micro_usd = 120), NextStep::Stop(StopReason::Cost(120)));
    assert_eq!(tight(|limits| limits.wall_ms = 50), NextStep::Stop(StopReason::Time(50)));
}

#[test]
fn a_flood_of_calls_and_an_empty_answer_stop_it() {
    let mut flooded = turn(Limits::default());
    flooded.answered(calls(&["a"; 9]));
    assert_eq!(flooded.next_step(0), NextStep::Stop(StopReason::Calls(9)));
    let mut silent = turn(Limits::default());
    silent.answered(Reply::default());
    assert_eq!(silent.next_step(0), NextStep::Stop(StopReason::Empty));
}

#[test]
fn it_goes_on_from_what_was_saved() {
    let mut turn = turn(Limits::default());
    turn.answered(calls(&["a"]));
    let saved = serde_json::to_string(&turn).unwrap();
    let again: Turn = serde_json::from_str(&saved).unwrap();
    assert_eq!(again, turn);
    assert_eq!(again.next_step(0), NextStep::Call(vec![call("a")]));
}
