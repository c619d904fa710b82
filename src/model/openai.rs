//! Asking a chat-completions endpoint for one whole answer, and a second endpoint when the first cannot.
use std::time::Duration;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use futures::StreamExt;

use crate::model::options::Endpoint;
use crate::model::options::ModelOptions;
use crate::model::request;
use crate::model::stream::Assembly;
use crate::model::stream::Chunk;
use crate::model::transport::Once;
use crate::model::transport::Refused;
use crate::ports::llm::Ask;
use crate::ports::llm::Llm;
use crate::ports::llm::LlmError;
use crate::run::turn::Reply;

type ChunkStream = std::pin::Pin<Box<dyn futures::Stream<Item = Result<Chunk, OpenAIError>> + Send>>;

pub struct OpenAi {
    name: String,
    sandbox: bool,
    timeout_s: u64,
    main: Route,
    fallback: Option<Route>,
}

/// An endpoint with its client.
struct Route {
    client: Client<OpenAIConfig>,
    model: String,
}

impl OpenAi {
    pub fn new(options: ModelOptions) -> Self {
        let route = |endpoint: &Endpoint| Route {
            client: client(endpoint, options.http.clone()),
            model: endpoint.model.clone(),
        };
        Self {
            name: options.main.model.clone(),
            sandbox: options.sandbox,
            timeout_s: options.timeout_s,
            main: route(&options.main),
            fallback: options.fallback.as_ref().map(route),
        }
    }

    async fn in_time(&self, route: &Route, ask: &Ask<'_>) -> Result<Reply, LlmError> {
        let limit = Duration::from_secs(self.timeout_s);
        tokio::time::timeout(limit, route.answer(ask)).await.unwrap_or(Err(LlmError::TimedOut(self.timeout_s)))
    }
}

#[async_trait::async_trait]
impl Llm for OpenAi {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_sandbox(&self) -> bool {
        self.sandbox
    }

    async fn ask(&self, ask: Ask<'_>) -> Result<Reply, LlmError> {
        let first = self.in_time(&self.main, &ask).await;
        match (first, &self.fallback) {
            (Err(error), Some(route)) => {
                tracing::warn!(model = %self.main.model, fallback = %route.model, %error, "the model did not answer, asking the second one");
                // Both away: the first error tells more, the second model is only a stand-in.
                self.in_time(route, &ask).await.map_err(|_| error)
            }
            (answer, _) => answer,
        }
    }
}

impl Route {
    async fn answer(&self, ask: &Ask<'_>) -> Result<Reply, LlmError> {
        let body = request::body(ask, &self.model);
        let asked = request::tokens_of(ask.messages);
        let mut stream: ChunkStream =
            self.client.chat().create_stream_byot(body).await.map_err(|error| told(&error))?;
        let mut assembly = Assembly::default();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| told(&error))?;
            assembly.add(chunk).map_err(LlmError::Broken)?;
        }
        assembly.finished(asked).map_err(LlmError::Broken)
    }
}

fn client(endpoint: &Endpoint, http: reqwest::Client) -> Client<OpenAIConfig> {
    // The default reads the environment; every part of it that could matter is set here.
    let config = OpenAIConfig::new()
        .with_api_base(endpoint.base_url.trim_end_matches('/'))
        .with_api_key(endpoint.key.expose())
        .with_org_id("")
        .with_project_id("");
    Client::build(http.clone(), config).with_http_service(Once::new(http))
}

/// The library's errors carry bodies and addresses; only the class of the failure goes on.
fn told(error: &OpenAIError) -> LlmError {
    match error {
        OpenAIError::Boxed(inner) => match inner.downcast_ref::<Refused>() {
            Some(Refused::Throttled(seconds)) => LlmError::Throttled(*seconds),
            Some(Refused::Status(401 | 403)) => LlmError::Denied("the endpoint does not accept the key".to_owned()),
            Some(Refused::Status(status)) => {
                LlmError::Unreachable(format!("the endpoint answered with status {status}"))
            }
            Some(Refused::NotAStream) => LlmError::Broken("it is not an event stream".to_owned()),
            Some(Refused::NotReached) | None => LlmError::Unreachable("no connection".to_owned()),
        },
        OpenAIError::JSONDeserialize(..) => LlmError::Broken("a piece of it is not JSON".to_owned()),
        OpenAIError::StreamError(_) => LlmError::Broken("the stream was cut".to_owned()),
        _ => LlmError::Unreachable("the request could not be made".to_owned()),
    }
}

#[cfg(test)]
#[path = "openai/tests.rs"]
mod tests;
