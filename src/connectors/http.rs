//! The one HTTP client: allow-listed hosts, pinned addresses, limits on time and size, and errors as classes.
//! Before a call it takes a slot of the vendor's shared limit; it never repeats a call: that is for the engine.
pub mod build;
pub mod call;
pub mod dns;
pub mod fault;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use reqwest::Url;
use reqwest::header::HeaderMap;

use crate::connectors::http::call::Answer;
use crate::connectors::http::call::Call;
use crate::connectors::http::dns::Forbidden;
use crate::connectors::http::fault::Hints;
use crate::connectors::http::fault::Refused;
use crate::ports::error::PortError;
use crate::ports::error::PortResult;
use crate::ports::limiter::Heard;
use crate::ports::limiter::Limiter;
use crate::ports::secret::Secret;

/// Below the lease of a worker (30 s): a call that is lost is over before the work is given to another.
pub const TIMEOUT: Duration = Duration::from_secs(20);
const HEADERS_TIMEOUT: Duration = Duration::from_secs(15);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// How a vendor wants to see the key.
pub enum Auth {
    Bearer(Secret),
    Header { name: &'static str, key: Secret },
    Basic { user: String, password: Secret },
}

impl Auth {
    fn key(&self) -> &str {
        match self {
            Self::Bearer(key) | Self::Header { key, .. } | Self::Basic { password: key, .. } => key.expose(),
        }
    }
}

/// Where a vendor is and with which key: what the configuration says.
pub struct Endpoint {
    /// The sandbox's address; the vendor's own when absent.
    pub base_url: Option<String>,
    pub key: Secret,
    pub sandbox: bool,
    /// The shared limits; `None` calls without waiting (contract tests).
    pub limiter: Option<Arc<dyn Limiter>>,
}

pub struct HttpOptions {
    pub vendor: &'static str,
    pub base_url: String,
    /// Hosts that may be called.
    pub allow: Vec<String>,
    pub auth: Auth,
    pub hints: Hints,
    /// Endpoint template to the key of its budget.
    pub rate: fn(&'static str) -> &'static str,
    pub limiter: Option<Arc<dyn Limiter>>,
    pub sandbox: bool,
    pub timeout: Duration,
    pub headers_timeout: Duration,
    pub connect_timeout: Duration,
    pub body_bytes_max: usize,
}

impl HttpOptions {
    /// `live` is the vendor's own address and the only host that is allowed when it is not the sandbox.
    pub fn new(vendor: &'static str, live: &str, endpoint: Endpoint, auth: fn(Secret) -> Auth) -> Self {
        let base_url = endpoint.base_url.unwrap_or_else(|| live.to_owned());
        let home = if endpoint.sandbox { base_url.as_str() } else { live };
        let allow = Url::parse(home).ok().and_then(|url| url.host_str().map(str::to_owned)).into_iter().collect();
        Self {
            vendor,
            base_url,
            allow,
            auth: auth(endpoint.key),
            hints: fault::no_hints,
            rate: |_| "",
            limiter: endpoint.limiter,
            sandbox: endpoint.sandbox,
            timeout: TIMEOUT,
            headers_timeout: HEADERS_TIMEOUT,
            connect_timeout: CONNECT_TIMEOUT,
            body_bytes_max: BODY_BYTES_MAX,
        }
    }
}

/// Counts since the start, for /metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub calls: u64,
    pub failed: u64,
    pub throttled: u64,
}

#[derive(Default)]
struct Counters {
    calls: AtomicU64,
    failed: AtomicU64,
    throttled: AtomicU64,
}

#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    options: Arc<HttpOptions>,
    base: Url,
    counters: Arc<Counters>,
}

/// The call went wrong before there was a whole answer.
enum Broken {
    /// Nothing was sent.
    NotSent(&'static str),
    /// It may have been read there.
    Lost(&'static str),
    NotAllowed(&'static str),
    TooLarge,
}

impl Http {
    /// The application installs the TLS provider before this; it is refused, not panicked about, when it is missing.
    pub fn new(options: HttpOptions) -> PortResult<Self> {
        let refuse = |why: &str| PortError::Refused { vendor: options.vendor.to_owned(), why: why.to_owned() };
        let base = build::checked_base(&options).map_err(refuse)?;
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(refuse("no TLS provider is installed"));
        }
        let client = build::client_of(&options)
            .map_err(|_| refuse("the client cannot be built: is the key one line of text"))?;
        Ok(Self { client, options: Arc::new(options), base, counters: Arc::default() })
    }

    pub fn vendor(&self) -> &'static str {
        self.options.vendor
    }

    pub fn stats(&self) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = &self.counters;
        Stats { calls: read(&counters.calls), failed: read(&counters.failed), throttled: read(&counters.throttled) }
    }

    /// Sends once. A status under 300, or one the call accepts, is an answer; the rest are classes.
    pub async fn send(&self, call: Call) -> PortResult<Answer> {
        let rate = (self.options.rate)(call.endpoint);
        let key = if rate.is_empty() { self.vendor() } else { rate };
        let pass = match &self.options.limiter {
            Some(limiter) => Some((limiter, limiter.acquire(key).await?)),
            None => None,
        };
        let started = Instant::now();
        let outcome = self.exchange(&call).await;
        let duration_ms = started.elapsed().as_millis() as u64;
        let status = outcome.as_ref().map_or(0, |(status, ..)| *status);
        tracing::debug!(vendor = self.vendor(), endpoint = call.endpoint, status, duration_ms, "called a vendor");
        let answer = self.judged(&call, outcome);
        self.count(&answer);
        if let Some((limiter, pass)) = pass {
            limiter.heard(key, pass, heard(&answer)).await;
        }
        answer
    }

    fn judged(&self, call: &Call, outcome: Result<(u16, HeaderMap, Vec<u8>), Broken>) -> PortResult<Answer> {
        let (vendor, safe) = (self.vendor(), call.safe);
        let (status, headers, mut body) = outcome.map_err(|broken| self.error_of(broken, safe))?;
        if !(200..300).contains(&status) {
            body = without_key(body, self.options.auth.key());
        }
        if (200..300).contains(&status) || call.accept.contains(&status) {
            return Ok(Answer { vendor, safe, status, body });
        }
        Err(Refused { vendor, status, headers: &headers, body: &body, safe }.error(self.options.hints))
    }

    fn error_of(&self, broken: Broken, safe: bool) -> PortError {
        let vendor = self.vendor().to_owned();
        match broken {
            Broken::NotSent(why) => PortError::Unreachable { vendor, why: why.to_owned() },
            Broken::Lost(why) if safe => PortError::Unreachable { vendor, why: why.to_owned() },
            Broken::Lost(why) => PortError::Unclear { vendor, why: why.to_owned() },
            Broken::NotAllowed(why) => PortError::Refused { vendor, why: why.to_owned() },
            Broken::TooLarge if safe => PortError::Malformed { vendor, why: "the answer is too large".to_owned() },
            Broken::TooLarge => PortError::Unclear { vendor, why: "the answer is too large".to_owned() },
        }
    }

    fn count(&self, answer: &PortResult<Answer>) {
        self.counters.calls.fetch_add(1, Ordering::Relaxed);
        match answer {
            Ok(_) => {}
            Err(PortError::Throttled { .. }) => {
                self.counters.throttled.fetch_add(1, Ordering::Relaxed);
            }
            Err(_) => {
                self.counters.failed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    async fn exchange(&self, call: &Call) -> Result<(u16, HeaderMap, Vec<u8>), Broken> {
        let request = self.request(call)?;
        let waiting = tokio::time::timeout(self.options.headers_timeout, self.client.execute(request));
        let response = match waiting.await {
            Err(_) => return Err(Broken::Lost("no answer in time")),
            Ok(Err(error)) => return Err(broken_by(&error)),
            Ok(Ok(response)) => response,
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = read_body(response, self.options.body_bytes_max).await?;
        Ok((status, headers, body))
    }

    fn request(&self, call: &Call) -> Result<reqwest::Request, Broken> {
        let path = call.path().map_err(Broken::NotAllowed)?;
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut request = self.client.request(call.method.clone(), url);
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        request.build().map_err(|_| Broken::NotAllowed("the request cannot be built"))
    }
}

/// What an outcome says of the vendor's health.
fn heard(answer: &PortResult<Answer>) -> Heard<'_> {
    match answer {
        Err(PortError::Throttled { wait_ms, .. }) => Heard::Throttled { wait_ms: *wait_ms },
        Err(PortError::Unreachable { why, .. } | PortError::Unclear { why, .. }) => Heard::Failed(why),
        _ => Heard::Answered,
    }
}

/// Vendors quote keys in their refusals; ours are shown.
fn without_key(body: Vec<u8>, key: &str) -> Vec<u8> {
    match std::str::from_utf8(&body) {
        Ok(text) if !key.is_empty() && text.contains(key) => text.replace(key, "[key]").into_bytes(),
        _ => body,
    }
}

fn broken_by(error: &reqwest::Error) -> Broken {
    if is_forbidden(error) {
        return Broken::NotAllowed("its name leads to an address that is not allowed");
    }
    match (error.is_connect(), error.is_timeout()) {
        (true, _) => Broken::NotSent("no connection"),
        (false, true) => Broken::Lost("no answer in time"),
        (false, false) => Broken::Lost("the connection broke off"),
    }
}

fn is_forbidden(error: &reqwest::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if inner.is::<Forbidden>() {
            return true;
        }
        source = inner.source();
    }
    false
}

async fn read_body(mut response: reqwest::Response, bytes_max: usize) -> Result<Vec<u8>, Broken> {
    if response.content_length().is_some_and(|length| length > bytes_max as u64) {
        return Err(Broken::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| match error.is_timeout() {
        true => Broken::Lost("no whole answer in time"),
        false => Broken::Lost("the answer broke off"),
    })? {
        if body.len() + chunk.len() > bytes_max {
            return Err(Broken::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
pub mod loopback;
#[cfg(test)]
mod tests;
