//! What may be typed. Help begins with examples.
use std::path::PathBuf;

use clap::Args;
use clap::Parser;
use clap::Subcommand;

const EXAMPLES: &str = "\
Examples:
  quarterdeck                             start on http://127.0.0.1:8466, everything in the sandbox
  quarterdeck --port 0 --data-dir /tmp/qd on a free port, with its own data
  quarterdeck --speed 600                 ten minutes of the sandbox world in a second
  quarterdeck demo                        play the whole journey in the terminal
  quarterdeck check --show                every setting, its value and where it came from
";

const DEMO_EXAMPLES: &str = "\
Examples:
  quarterdeck demo
  quarterdeck demo --leads 20
  quarterdeck demo \"Find 30 CTOs at SaaS companies in Germany, enrich them and launch a campaign\"
  quarterdeck demo --json > cards.ndjson
";

const WORKER_EXAMPLES: &str = "\
Examples:
  quarterdeck worker --database-url postgres://desk@db/desk
  quarterdeck worker --database-url postgres://desk@localhost/desk --sandbox-url http://127.0.0.1:8470
";

const SANDBOX_EXAMPLES: &str = "\
Examples:
  quarterdeck sandbox --sandbox-port 8470
  quarterdeck sandbox --sandbox-port 0 --speed 60 --data-dir /tmp/world
";

const BACKUP_EXAMPLES: &str = "\
Examples:
  quarterdeck backup desk-2026-11-24.backup
  quarterdeck backup /mnt/backups/desk.backup --data-dir /var/lib/quarterdeck
  quarterdeck backup desk.backup --database-url postgres://desk@db/desk
";

const RESTORE_EXAMPLES: &str = "\
Examples:
  quarterdeck restore desk-2026-11-24.backup --data-dir /var/lib/quarterdeck-new
  quarterdeck restore desk.backup --database-url postgres://desk@db/desk_new

After it the desk sends nothing until the vendors were compared and an operator said Go on.
";

const CHECK_EXAMPLES: &str = "\
Examples:
  quarterdeck check
  quarterdeck check --show
  quarterdeck check --config-dir /etc/quarterdeck
";

#[derive(Debug, Parser)]
#[command(name = "quarterdeck", version, about = "A sales desk that lives in a chat channel.", before_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub serve: ServeArgs,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the desk: the page, the API, the engine, and the sandbox where no live vendor is configured (the default)
    #[command(before_help = EXAMPLES)]
    Serve(ServeArgs),
    /// Play the journey from a request to the digest in the sandbox, and compare the books
    #[command(before_help = DEMO_EXAMPLES)]
    Demo(DemoArgs),
    /// Carry runs out beside other processes on one Postgres; no page
    #[command(before_help = WORKER_EXAMPLES)]
    Worker(WorkerArgs),
    /// Play the vendors for other processes of this machine
    #[command(before_help = SANDBOX_EXAMPLES)]
    Sandbox(SandboxArgs),
    /// Write all data to one file, also while the desk runs
    #[command(before_help = BACKUP_EXAMPLES)]
    Backup(FileArgs),
    /// Put a backup into an empty database, SQLite or Postgres
    #[command(before_help = RESTORE_EXAMPLES)]
    Restore(FileArgs),
    /// Check configuration, prompts, tools and playbooks
    #[command(before_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Print the version
    Version,
}

#[derive(Clone, Debug, Args)]
pub struct FileArgs {
    /// The backup
    pub file: PathBuf,
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Where things are and what is logged: the same for all commands.
#[derive(Clone, Debug, Default, Args)]
pub struct PlaceArgs {
    /// Folder of the database, the sandbox world and the lock
    #[arg(long, value_name = "FOLDER")]
    pub data_dir: Option<String>,
    /// postgres://… instead of SQLite in the data folder
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Folder of quarterdeck.toml, persons.toml, icp/, sequences/, playbooks/
    #[arg(long, value_name = "FOLDER")]
    pub config_dir: Option<PathBuf>,
    /// What is logged: error, warn, info, debug, trace, or directives
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<String>,
    /// Log lines as JSON
    #[arg(long)]
    pub json_logs: bool,
}

#[derive(Clone, Debug, Default, Args)]
pub struct ServeArgs {
    /// Port of the page and the API; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    pub port: Option<String>,
    /// Address to listen on; any but loopback needs logins
    #[arg(long, value_name = "IP")]
    pub bind: Option<String>,
    /// Leave the runs to `quarterdeck worker` processes (Postgres only)
    #[arg(long)]
    pub no_worker: bool,
    /// Sandbox world that another process of this machine plays
    #[arg(long, value_name = "URL")]
    pub sandbox_url: Option<String>,
    #[command(flatten)]
    pub world: WorldArgs,
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// The sandbox world, where this process plays it.
#[derive(Clone, Debug, Default, Args)]
pub struct WorldArgs {
    /// Port of the sandbox vendors; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    pub sandbox_port: Option<String>,
    /// World seconds per second in the sandbox; 0 stands still
    #[arg(long, value_name = "FACTOR", allow_hyphen_values = true)]
    pub speed: Option<String>,
}

#[derive(Clone, Debug, Default, Args)]
pub struct WorkerArgs {
    /// Sandbox world that another process of this machine plays
    #[arg(long, value_name = "URL")]
    pub sandbox_url: Option<String>,
    #[command(flatten)]
    pub place: PlaceArgs,
}

#[derive(Clone, Debug, Default, Args)]
pub struct SandboxArgs {
    #[command(flatten)]
    pub world: WorldArgs,
    #[command(flatten)]
    pub place: PlaceArgs,
}

impl From<PlaceArgs> for ServeArgs {
    fn from(place: PlaceArgs) -> Self {
        Self { place, ..Self::default() }
    }
}

impl From<WorkerArgs> for ServeArgs {
    fn from(args: WorkerArgs) -> Self {
        Self { sandbox_url: args.sandbox_url, place: args.place, ..Self::default() }
    }
}

impl From<SandboxArgs> for ServeArgs {
    fn from(args: SandboxArgs) -> Self {
        Self { world: args.world, place: args.place, ..Self::default() }
    }
}

#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    /// What to ask for; the flagship request if left out
    pub request: Option<String>,
    /// How many leads the flagship request asks for
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub leads: u32,
    /// Cards as NDJSON on standard output
    #[arg(long)]
    pub json: bool,
    /// Keep the data here; a folder that is removed at the end if left out
    #[arg(long, value_name = "FOLDER")]
    pub data_dir: Option<String>,
    /// World seconds per second
    #[arg(long, value_name = "FACTOR", default_value = "600")]
    pub speed: String,
}

#[derive(Clone, Debug, Args)]
pub struct CheckArgs {
    /// Print each effective value and where it came from
    #[arg(long)]
    pub show: bool,
    #[command(flatten)]
    pub serve: ServeArgs,
}

impl ServeArgs {
    /// As the configuration takes them.
    pub fn flags(&self) -> Vec<(&'static str, String)> {
        let place = &self.place;
        let json = place.json_logs.then(|| "1".to_owned());
        let no_worker = self.no_worker.then(|| "0".to_owned());
        [
            ("--port", &self.port),
            ("--bind", &self.bind),
            ("--no-worker", &no_worker),
            ("--sandbox-url", &self.sandbox_url),
            ("--sandbox-port", &self.world.sandbox_port),
            ("--speed", &self.world.speed),
            ("--data-dir", &place.data_dir),
            ("--database-url", &place.database_url),
            ("--log", &place.log),
            ("--json-logs", &json),
        ]
        .into_iter()
        .filter_map(|(flag, value)| Some((flag, value.clone()?)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settings::SETTINGS;
    use clap::CommandFactory;

    #[test]
    fn the_command_is_well_formed_and_help_begins_with_examples() {
        Cli::command().debug_assert();
        let help = Cli::command().render_help().to_string();
        assert!(help.starts_with("Examples:"), "{help}");
        for name in ["backup", "restore", "demo", "check", "serve", "worker", "sandbox"] {
            let mut command = Cli::command();
            let sub = command.find_subcommand_mut(name).unwrap();
            assert!(sub.render_help().to_string().starts_with("Examples:"), "{name}");
        }
    }

    #[test]
    fn each_setting_with_a_flag_has_it_here() {
        let command = Cli::command();
        for setting in SETTINGS {
            let Some(flag) = setting.flag else { continue };
            let found =
                command.get_arguments().any(|arg| arg.get_long().is_some_and(|long| flag == format!("--{long}")));
            assert!(found, "{flag}");
        }
    }

    #[test]
    fn no_command_means_serve() {
        let cli = Cli::try_parse_from(["quarterdeck", "--port", "0", "--json-logs"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.serve.flags(), [("--port", "0".to_owned()), ("--json-logs", "1".to_owned())]);
        assert!(Cli::try_parse_from(["quarterdeck", "demo", "--leads", "0"]).is_err());
        assert!(Cli::try_parse_from(["quarterdeck", "--token", "x"]).is_err());
    }
}
