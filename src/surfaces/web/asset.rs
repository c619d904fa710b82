//! The files of the page, in the program itself; each address carries the hash of its content, so it never goes stale.
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use sha2::Digest;
use sha2::Sha256;

use super::fault::Look;
use super::fault::no_such_route;

struct Asset {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

const ASSETS: [Asset; 8] = [
    Asset { name: "tokens.css", kind: CSS, text: include_str!("assets/tokens.css") },
    Asset { name: "app.css", kind: CSS, text: include_str!("assets/app.css") },
    Asset { name: "page.css", kind: CSS, text: include_str!("assets/page.css") },
    Asset { name: "htmx.min.js", kind: JS, text: include_str!("assets/htmx.min.js") },
    Asset { name: "sse.min.js", kind: JS, text: include_str!("assets/sse.min.js") },
    Asset { name: "app.js", kind: JS, text: include_str!("assets/app.js") },
    Asset { name: "icon.svg", kind: "image/svg+xml", text: include_str!("assets/icon.svg") },
    Asset { name: "LICENSE-htmx", kind: "text/plain; charset=utf-8", text: include_str!("assets/LICENSE-htmx") },
];

/// One hash over all: they are released together.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in &ASSETS {
        hash.update(asset.name.as_bytes());
        hash.update(asset.text.as_bytes());
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

pub fn address(name: &str) -> String {
    format!("/assets/{}/{name}", *VERSION)
}

pub async fn serve(Path((version, name)): Path<(String, String)>) -> Response {
    match ASSETS.iter().find(|asset| asset.name == name && version == *VERSION) {
        Some(asset) => {
            let headers =
                [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, asset.text).into_response()
        }
        None => no_such_route(Look::Page).await,
    }
}
