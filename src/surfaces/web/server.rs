//! The routes, in one list, and the loop that serves them until told to stop.
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::get;
use axum::routing::post;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::ports::clock::Clock;
use crate::ports::clock::Ids;
use crate::ports::desk::Desk;

use super::api;
use super::asset;
use super::fault;
use super::guard;
use super::live;
use super::login;
use super::options::WebOptions;
use super::pages;
use super::posts;
use super::probe;
use super::site::Shared;
use super::site::Site;

/// Room for the text parts and boundaries around the files of an upload.
const FORM_EXTRA_BYTES: usize = 256 * 1024;

/// Routes that stand beside the page's own.
pub type Routes = Router;

/// What the page is given by `app`.
#[derive(Clone)]
pub struct Parts {
    pub desk: Arc<dyn Desk>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// Routes of vendors' webhooks: they have checks of their own, not those of the page.
    pub hooks: Option<Routes>,
}

/// Serves until `shutdown`; requests under way are answered, event streams end.
pub async fn serve(
    listener: TcpListener,
    options: WebOptions,
    parts: Parts,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let hooks = parts.hooks.clone().unwrap_or_default();
    let site = Site::new(options, parts, shutdown.clone());
    axum::serve(listener, router(site).merge(hooks)).with_graceful_shutdown(shutdown.cancelled_owned()).await
}

fn router(site: Shared) -> Router {
    let body_max = site.options.upload_max.saturating_add(FORM_EXTRA_BYTES);
    Router::new()
        .merge(api_routes())
        .merge(page_routes())
        .route("/livez", get(probe::live))
        .route("/healthz", get(probe::live))
        .route("/readyz", get(probe::ready))
        .route("/metrics", get(probe::metrics))
        .fallback(fault::no_such_route)
        .method_not_allowed_fallback(fault::no_such_method)
        .layer(DefaultBodyLimit::max(body_max))
        .layer(middleware::from_fn_with_state(site.clone(), guard::guard))
        .with_state(site)
}

fn api_routes() -> Router<Shared> {
    Router::new()
        .route("/api/openapi.json", get(api::openapi))
        .route("/api/threads", get(api::threads).post(api::open_thread))
        .route("/api/threads/{thread}", get(api::thread))
        .route("/api/threads/{thread}/messages", post(api::say))
        .route("/api/threads/{thread}/events", get(live::thread_events))
        .route("/api/actions/{token}", post(api::press))
        .route("/api/runs/{run}", get(api::run))
        .route("/api/status", get(api::status))
        .route("/api/halt", post(api::halt))
        .route("/api/lift", post(api::lift))
}

fn page_routes() -> Router<Shared> {
    Router::new()
        .route("/", get(pages::home))
        .route("/new", get(pages::first_visit).post(posts::open_thread))
        .route("/t/{thread}", get(pages::thread))
        .route("/t/{thread}/say", post(posts::say))
        .route("/a/{token}", post(posts::press))
        .route("/a/{token}/form", get(pages::form))
        .route("/status", get(pages::status))
        .route("/halt", post(posts::halt))
        .route("/lift", post(posts::lift))
        .route("/events", get(live::list_events))
        .route("/login", get(login::show).post(login::log_in))
        .route("/logout", post(login::log_out))
        .route("/person", post(login::switch_person))
        .route("/theme", post(login::set_theme))
        .route("/assets/{version}/{name}", get(asset::serve))
}
