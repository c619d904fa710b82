//! `quarterdeck serve`: starts the desk, says what is live, and stops in order.
use crate::app::running::Running;
use crate::app::start;
use crate::app::world;
use crate::cli::exit::Exit;
use crate::cli::out;
use crate::cli::run::told;
use crate::config::model::Config;
use crate::config::parts::Standing;

pub async fn run(config: Config) -> Exit {
    let running = match start::start(&config).await {
        Ok(running) => running,
        Err(why) => return told(&why),
    };
    banner(&running).iter().for_each(|line| out::words(line));
    if !out::data_is_read_by_a_person() {
        out::data(&address(&running));
    }
    until_stopped(running).await
}

/// Works until somebody stops it or a part of it ends.
pub async fn until_stopped(mut running: Running) -> Exit {
    tokio::select! {
        why = running.wait() => {
            out::words(&format!("quarterdeck: could not {why:#}"));
            stop(running).await;
            Exit::Failed
        }
        end = asked_to_stop() => {
            out::words("Stopping: calls in flight may end. A second Ctrl-C stops at once.");
            stop(running).await;
            end
        }
    }
}

/// Where the page is, or which worker this is.
fn address(running: &Running) -> String {
    running.page.map_or_else(|| running.ground.owner.clone(), |page| format!("http://{page}"))
}

/// `quarterdeck worker`: carries runs out beside other processes on the same Postgres.
pub async fn work(config: Config) -> Exit {
    let running = match start::start_worker(&config).await {
        Ok(running) => running,
        Err(why) => return told(&why),
    };
    banner(&running).iter().for_each(|line| out::words(line));
    if !out::data_is_read_by_a_person() {
        out::data(&address(&running));
    }
    until_stopped(running).await
}

/// `quarterdeck sandbox`: plays the vendors for processes that name it with --sandbox-url.
pub async fn play(config: Config) -> Exit {
    let world = match world::play(&config).await {
        Ok(world) => world,
        Err(why) => return told(&why),
    };
    let url = world.base_url();
    out::words(&format!(
        "Quarterdeck {} · sandbox: people and companies are invented, no mail leaves",
        env!("CARGO_PKG_VERSION")
    ));
    out::words(&format!("  sandbox  {url}  (start the others with --sandbox-url {url})"));
    out::words("Ctrl-C stops it; the world goes on where it was at the next start.");
    if !out::data_is_read_by_a_person() {
        out::data(&url);
    }
    let end = asked_to_stop().await;
    world.stop().await;
    end
}

/// What somebody who has just started it wants to know.
fn banner(running: &Running) -> Vec<String> {
    let named = |wanted: Standing| {
        let names: Vec<&str> =
            running.parts.iter().filter(|(_, standing)| *standing == wanted).map(|(name, _)| *name).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    };
    let vendor_live = running.parts.iter().any(|(name, standing)| *name != "model" && standing.is_live());
    let mode = if vendor_live { "live" } else { "sandbox: people and companies are invented, no mail leaves" };
    let mut sandbox = named(Standing::Sandbox);
    if let Some(world) = &running.world {
        sandbox = format!("{sandbox} at {world}");
    }
    let mut lines = vec![
        format!("Quarterdeck {} · {mode}", env!("CARGO_PKG_VERSION")),
        match running.page {
            Some(page) => format!("  page     http://{page}"),
            None => format!("  worker   {}", running.ground.owner),
        },
        format!("  live     {}", named(Standing::Live)),
        format!("  sandbox  {sandbox}"),
    ];
    if running.parts.iter().any(|(_, standing)| *standing == Standing::Off) {
        lines.push(format!("  off      {}", named(Standing::Off)));
    }
    lines.push(format!("  data     {}", running.ground.data));
    lines.push("Ctrl-C stops it; what is unfinished goes on at the next start.".to_owned());
    lines
}

/// Drains; a second Ctrl-C ends the process at once. What is unfinished is in the database either way.
async fn stop(running: Running) {
    tokio::select! {
        drained = running.drain() => match drained {
            Ok(lines) if lines.is_empty() => out::words("Stopped. Nothing is unfinished."),
            Ok(lines) => {
                lines.iter().for_each(|line| out::words(line));
                out::words("Stopped.");
            }
            Err(why) => out::words(&format!("quarterdeck: could not stop in order: {why:#}")),
        },
        _ = asked_to_stop() => {
            out::words("Stopped at once; what was in flight is looked up at the next start.");
            std::process::exit(Exit::Interrupted as i32);
        }
    }
}

/// Ctrl-C is an interruption; being asked by the system is not.
pub async fn asked_to_stop() -> Exit {
    #[cfg(unix)]
    {
        use tokio::signal::unix::SignalKind;
        if let Ok(mut terminate) = tokio::signal::unix::signal(SignalKind::terminate()) {
            return tokio::select! {
                _ = tokio::signal::ctrl_c() => Exit::Interrupted,
                _ = terminate.recv() => Exit::Ok,
            };
        }
    }
    match tokio::signal::ctrl_c().await {
        Ok(()) => Exit::Interrupted,
        // Without signals there is no way to be asked.
        Err(_) => std::future::pending().await,
    }
}
