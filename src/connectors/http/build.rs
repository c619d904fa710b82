//! What is checked and set before the first call: the address, the key's header, the client's limits.
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use reqwest::Url;
use reqwest::header::HeaderMap;
use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;

use crate::connectors::http::Auth;
use crate::connectors::http::HttpOptions;
use crate::connectors::http::dns::Checked;
use crate::connectors::http::dns::Reach;
use crate::ports::error::PortError;

pub fn checked_base(options: &HttpOptions) -> Result<Url, &'static str> {
    let url = Url::parse(&options.base_url).map_err(|_| "its address is not a URL")?;
    let host = url.host_str().unwrap_or_default();
    if !options.allow.iter().any(|allowed| allowed == host) {
        return Err("its host is not on the allow-list");
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err("its address must be scheme, host and path only");
    }
    let literal: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    if options.sandbox {
        let local = host == "localhost" || literal.is_some_and(|address| Reach::Loopback.allows(address));
        return if local { Ok(url) } else { Err("the sandbox is on this machine only") };
    }
    let plain = url.scheme() == "https" && url.port_or_known_default() == Some(443) && literal.is_none();
    if plain { Ok(url) } else { Err("its address must be https with a host name and port 443") }
}

#[expect(clippy::disallowed_methods, reason = "the one home of the HTTP client")]
pub fn client_of(options: &HttpOptions) -> Result<reqwest::Client, Box<dyn std::error::Error>> {
    let mut headers = HeaderMap::new();
    let (name, value) = auth_header(&options.auth)?;
    headers.insert(name, value);
    headers.insert(reqwest::header::ACCEPT, HeaderValue::from_static("application/json"));
    let reach = if options.sandbox { Reach::Loopback } else { Reach::Public };
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("quarterdeck/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .no_gzip()
        .timeout(options.timeout)
        .connect_timeout(options.connect_timeout)
        .dns_resolver(Arc::new(Checked(reach)));
    builder = if options.sandbox {
        // Loopback speaks plain HTTP: without roots nothing else is reachable and no certificate store is read.
        builder.tls_certs_only([])
    } else {
        builder.https_only(true).tls_version_min(reqwest::tls::Version::TLS_1_2)
    };
    Ok(builder.build()?)
}

fn auth_header(auth: &Auth) -> Result<(HeaderName, HeaderValue), Box<dyn std::error::Error>> {
    let (name, text) = match auth {
        Auth::Bearer(key) => (reqwest::header::AUTHORIZATION, format!("Bearer {}", key.expose())),
        Auth::Header { name, key } => (HeaderName::from_static(name), key.expose().to_owned()),
        Auth::Basic { user, password } => {
            let pair = format!("{user}:{}", password.expose());
            let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
            (reqwest::header::AUTHORIZATION, format!("Basic {encoded}"))
        }
    };
    let mut value = HeaderValue::from_str(&text)?;
    value.set_sensitive(true);
    Ok((name, value))
}

const MODEL_CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A bare client for the model, which has a streaming client of its own: no redirects, no proxy, bounded connecting.
#[expect(clippy::disallowed_methods, reason = "the one home of the HTTP client")]
pub fn model_client(loopback: bool) -> Result<reqwest::Client, PortError> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("quarterdeck/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .connect_timeout(MODEL_CONNECT_TIMEOUT);
    let builder = if loopback { builder.tls_certs_only([]) } else { builder };
    builder.build().map_err(|why| PortError::Refused { vendor: "model".to_owned(), why: why.to_string() })
}
