//! What a tool is in code: its argument struct, the phases that need it, the step that carries it out, its call.
use std::future::Future;
use std::pin::Pin;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::run::state::StepKind;
use crate::run::turn::Returned;
use crate::tools::arguments;
use crate::tools::context::ToolCx;
use crate::tools::spec;

/// What a thread is doing: the model sees only the tools that help now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    Idle,
    PlanShown,
    /// A run is live, whether it works or waits at a gate.
    Running,
}

impl Phase {
    pub const ALL: &'static [Self] = &[Self::Idle, Self::PlanShown, Self::Running];
}

/// One tool. The doc comments of `Args` are what the model reads about each field.
#[async_trait::async_trait]
pub trait Callable: 'static {
    type Args: DeserializeOwned + JsonSchema + garde::Validate<Context = ()> + Send;
    /// Where the planner is shown this tool; nowhere for tools that only steps carry out.
    const PHASES: &'static [Phase];
    /// The step of a run that does this, for everything that writes outside, spends or sends.
    const STEP: Option<StepKind>;

    async fn call(cx: &ToolCx, args: Self::Args) -> anyhow::Result<Returned>;
}

pub type Called<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Returned>> + Send + 'a>>;

/// A tool as the registry keeps it.
#[derive(Clone, Copy)]
pub struct Entry {
    pub name: &'static str,
    /// The text of `tools/<name>.toml`.
    pub policy: &'static str,
    pub phases: &'static [Phase],
    step: Option<StepKind>,
    pub schema: fn() -> Value,
    /// Are these arguments good? A sentence when not.
    pub check: fn(&Value, &Value) -> Result<(), String>,
    pub invoke: for<'a> fn(&'a ToolCx, Value) -> Called<'a>,
}

impl Entry {
    /// Which step of a run carries this out.
    pub fn as_step(&self) -> Option<StepKind> {
        self.step
    }
}

pub const fn entry<T: Callable>(name: &'static str, policy: &'static str) -> Entry {
    Entry {
        name,
        policy,
        phases: T::PHASES,
        step: T::STEP,
        schema: spec::schema_of::<T::Args>,
        check: |schema, value| arguments::parse::<T::Args>(schema, value).map(|_| ()),
        invoke: |cx, value| Box::pin(invoke::<T>(cx, value)),
    }
}

async fn invoke<T: Callable>(cx: &ToolCx, value: Value) -> anyhow::Result<Returned> {
    match arguments::parse::<T::Args>(&spec::schema_of::<T::Args>(), &value) {
        Ok(args) => T::call(cx, args).await,
        Err(sentence) => Ok(Returned::BadArguments(sentence)),
    }
}

/// Declares the tools: each line is the module, its policy file and its place in the registry.
#[macro_export]
macro_rules! tools {
    ($(pub mod $name:ident;)+) => {
        $(pub mod $name;)+

        /// Every tool, in the order the model is told of them.
        pub const ALL: &[$crate::tools::entry::Entry] = &[$(
            $crate::tools::entry::entry::<$name::Tool>(
                stringify!($name),
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tools/", stringify!($name), ".toml")),
            ),
        )+];
    };
}
