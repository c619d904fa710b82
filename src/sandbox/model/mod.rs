//! The rule-based stand-in for a language model: it speaks chat-completions, keeps no state and says that it is a stand-in.
mod hash;
mod http;
mod planner;
mod stream;
mod text;
mod understand;
mod wire;
mod writer;

/// The routes, to be mounted at `/model/v1`.
pub fn router() -> axum::Router {
    http::router()
}
