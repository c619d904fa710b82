//! From what was typed to an exit code.
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use crate::app::clock;
use crate::app::error::StartError;
use crate::cli::args::Cli;
use crate::cli::args::Command;
use crate::cli::args::ServeArgs;
use crate::cli::backup;
use crate::cli::check;
use crate::cli::demo;
use crate::cli::exit::Exit;
use crate::cli::out;
use crate::cli::serve;
use crate::config::environment;
use crate::config::load;
use crate::config::model::Config;
use crate::telemetry;

/// Answers wrong use with exit code 2 by itself; help and version with 0.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let exit = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(args) => configured(&args).map_or_else(|exit| exit, |config| on_runtime(serve::run(config))),
        Command::Demo(args) => demo::config(&args).map_or_else(
            |why| {
                out::words(&format!("quarterdeck: {why}"));
                Exit::Wrong
            },
            |(config, folder)| {
                let exit = match log(&config) {
                    Ok(()) => on_runtime(demo::run(args, config)),
                    Err(exit) => exit,
                };
                drop(folder);
                exit
            },
        ),
        Command::Worker(args) => {
            configured(&args.into()).map_or_else(|exit| exit, |config| on_runtime(serve::work(config)))
        }
        Command::Sandbox(args) => {
            configured(&args.into()).map_or_else(|exit| exit, |config| on_runtime(serve::play(config)))
        }
        Command::Backup(args) => configured(&args.place.into())
            .map_or_else(|exit| exit, |config| on_runtime(backup::backup(config, &args.file))),
        Command::Restore(args) => configured(&args.place.into())
            .map_or_else(|exit| exit, |config| on_runtime(backup::restore(config, &args.file))),
        Command::Check(args) => check::run(&args),
        Command::Version => {
            out::data(concat!("quarterdeck ", env!("CARGO_PKG_VERSION")));
            Exit::Ok
        }
    };
    exit.into()
}

fn configured(args: &ServeArgs) -> Result<Config, Exit> {
    let given = environment::given(args.flags(), args.place.config_dir.clone());
    let loaded = given.and_then(|given| load::load(&given).map_err(|faults| faults.to_string()));
    let config = loaded.map_err(|faults| {
        for fault in faults.lines() {
            out::words(&format!("quarterdeck: {fault}"));
        }
        Exit::Wrong
    })?;
    log(&config)?;
    Ok(config)
}

fn log(config: &Config) -> Result<(), Exit> {
    telemetry::start(&config.log, Arc::new(clock::wall)).map_err(|fault| {
        out::words(&format!("quarterdeck: {fault}"));
        Exit::Wrong
    })
}

fn on_runtime(work: impl Future<Output = Exit>) -> Exit {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(work),
        Err(why) => {
            out::words(&format!("quarterdeck: could not start worker threads: {why}"));
            Exit::Failed
        }
    }
}

/// One sentence, and the exit code that goes with it.
pub fn told(why: &StartError) -> Exit {
    match why {
        StartError::Wrong(sentence) => {
            out::words(&format!("quarterdeck: {sentence}"));
            Exit::Wrong
        }
        StartError::Failed(error) => {
            out::words(&format!("quarterdeck: could not {error:#}"));
            Exit::Failed
        }
    }
}
