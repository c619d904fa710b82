//! How requests travel: once, without the library's own retries, and without bodies of failures in errors or logs.
use std::task::Context;
use std::task::Poll;

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use futures::future::BoxFuture;
use reqwest::header::CONTENT_TYPE;
use reqwest::header::RETRY_AFTER;

/// A `Retry-After` is believed up to here.
const RETRY_AFTER_MAX_S: u64 = 3_600;
/// When the endpoint does not say how long.
const RETRY_AFTER_DEFAULT_S: u64 = 10;

/// Why there is no stream to read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("throttled for {0} s")]
    Throttled(u64),
    #[error("status {0}")]
    Status(u16),
    /// A page instead of a stream.
    #[error("not an event stream")]
    NotAStream,
    #[error("not reached")]
    NotReached,
}

#[derive(Clone)]
pub struct Once {
    http: reqwest::Client,
}

impl Once {
    pub fn new(http: reqwest::Client) -> Self {
        Self { http }
    }
}

impl tower::Service<HttpRequestFactory> for Once {
    type Response = reqwest::Response;
    type Error = OpenAIError;
    type Future = BoxFuture<'static, Result<reqwest::Response, OpenAIError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let http = self.http.clone();
        Box::pin(async move {
            let request = request.build().await?;
            let answer = http.execute(request).await.map_err(|_| refused(Refused::NotReached))?;
            judged(answer).map_err(refused)
        })
    }
}

fn judged(answer: reqwest::Response) -> Result<reqwest::Response, Refused> {
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let status = answer.status();
    if status.as_u16() == 429 {
        let seconds = header(RETRY_AFTER).and_then(|text| text.trim().parse().ok()).unwrap_or(RETRY_AFTER_DEFAULT_S);
        return Err(Refused::Throttled(seconds.clamp(1, RETRY_AFTER_MAX_S)));
    }
    if !status.is_success() {
        return Err(Refused::Status(status.as_u16()));
    }
    if header(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/event-stream")) {
        Ok(answer)
    } else {
        Err(Refused::NotAStream)
    }
}

fn refused(why: Refused) -> OpenAIError {
    OpenAIError::Boxed(Box::new(why))
}
