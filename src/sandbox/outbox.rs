//! Hook calls on their way out: plain HTTP/1.1, by hand, to loopback addresses only.
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::sandbox::faults::Kind;
use crate::sandbox::lemlist::state::Outgoing;
use crate::sandbox::wire::Shared;

const TIMEOUT: Duration = Duration::from_secs(5);

/// Sends one call after the other, in the order in which things happened, unless a fault says otherwise.
pub async fn run(shared: Arc<Shared>, mut queue: mpsc::UnboundedReceiver<Outgoing>) {
    let mut held: Option<Outgoing> = None;
    while let Some(call) = queue.recv().await {
        let (twice, later) = {
            let mut core = shared.lock();
            let twice = core.faults.take_hook(Kind::DuplicateHook, &call.label);
            let later = held.is_none() && core.faults.take_hook(Kind::ReorderHooks, &call.label);
            (twice, later)
        };
        if later {
            held = Some(call);
            continue;
        }
        send(&call).await;
        if twice {
            send(&call).await;
        }
        if let Some(first) = held.take() {
            send(&first).await;
        }
    }
}

async fn send(call: &Outgoing) {
    match tokio::time::timeout(TIMEOUT, post(call)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "could not deliver a hook"),
        Err(_) => tracing::debug!("could not deliver a hook in time"),
    }
}

async fn post(call: &Outgoing) -> std::io::Result<()> {
    let (host, path) = target(&call.url).ok_or_else(|| std::io::Error::other("hooks go to http on loopback only"))?;
    let mut stream = TcpStream::connect(host).await?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\nuser-agent: lemlist\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        call.body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(call.body.as_bytes()).await?;
    let mut answer = [0_u8; 512];
    let _ = stream.read(&mut answer).await?;
    Ok(())
}

/// Address and path of a loopback URL.
fn target(url: &str) -> Option<(SocketAddr, String)> {
    let rest = url.strip_prefix("http://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let host = host.replace("localhost:", "127.0.0.1:");
    let addr: SocketAddr = host.parse().ok()?;
    addr.ip().is_loopback().then(|| (addr, format!("/{path}")))
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn only_loopback_is_called() {
        assert!(target("http://127.0.0.1:8080/hooks/x?y=1").is_some());
        assert!(target("http://localhost:8080/h").is_some());
        for refused in
            ["https://127.0.0.1/x", "http://10.0.0.1:80/x", "http://hooks.example/x", "http://169.254.169.254/"]
        {
            assert!(target(refused).is_none(), "{refused}");
        }
    }
}
