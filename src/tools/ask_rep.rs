//! `ask_rep`: one question to the rep, with choices.
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::cards::post;
use crate::cards::post::Button;
use crate::domain::person::Role;
use crate::prompts::planner::Question;
use crate::run::card::CardKind;
use crate::run::card::Choice;
use crate::run::card::Input;
use crate::run::card::InputKind;
use crate::run::card::Verb;
use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::tools::context::ToolCx;
use crate::tools::entry::Callable;
use crate::tools::entry::Phase;

/// Who may answer: everybody with a role that may ask for things.
const ANSWERERS: [Role; 5] = [Role::Rep, Role::Manager, Role::Revops, Role::Compliance, Role::Operator];

pub struct Tool;

#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// One short question.
    #[garde(length(chars, min = 3, max = 200))]
    pub question: String,
    /// 2 to 6 answers.
    #[garde(length(min = 2, max = 6), inner(length(chars, min = 1, max = 80)))]
    pub options: Vec<String>,
}

#[async_trait::async_trait]
impl Callable for Tool {
    type Args = Args;
    const PHASES: &'static [Phase] = Phase::ALL;
    const STEP: Option<StepKind> = None;

    async fn call(cx: &ToolCx, args: Args) -> anyhow::Result<Returned> {
        let words = cx.words.card(&Question { question: args.question })?;
        let options: Vec<Choice> =
            args.options.iter().map(|option| Choice { value: option.clone(), label: option.clone() }).collect();
        let pick = Input {
            name: "answer".to_owned(),
            label: words.label("answer"),
            kind: InputKind::Choice,
            options,
            ..Input::default()
        };
        let button = Button::new(Verb::Answer, &words.label("answer"), &ANSWERERS)
            .pick(vec![pick])
            .data(json!({"options": args.options}));
        let mut place = cx.place();
        // A question rests on no vendor.
        place.sandbox = false;
        let mut tx = cx.store.begin().await?;
        post::post(&mut tx, cx.ids.as_ref(), place, (post::worded(CardKind::Question, &words), vec![button]), None)
            .await?;
        tx.commit().await?;
        Ok(Returned::Yield("SHOWN: the question, with its choices. The person answers next.".to_owned()))
    }
}
