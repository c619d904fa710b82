//! Where the model is, and the key for it.
use crate::ports::secret::Secret;

/// One endpoint that speaks chat-completions.
#[derive(Clone)]
pub struct Endpoint {
    /// Up to and with `/v1`.
    pub base_url: String,
    pub key: Secret,
    pub model: String,
}

#[derive(Clone)]
pub struct ModelOptions {
    pub main: Endpoint,
    /// Asked once when the main one is away, throttled or broken.
    pub fallback: Option<Endpoint>,
    pub sandbox: bool,
    /// For the whole answer, with all of its stream.
    pub timeout_s: u64,
    /// The one client of the house: made in `connectors::http`, with its limits and no redirects.
    pub http: reqwest::Client,
}
