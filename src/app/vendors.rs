//! The vendors of this process: live by key, or the sandbox world by address, or off.
use std::sync::Arc;

use crate::app::error::StartError;
use crate::app::off::OffOutreach;
use crate::config::model::Config;
use crate::config::parts::Part;
use crate::config::parts::Standing;
use crate::connectors::apollo;
use crate::connectors::apollo::client::Apollo;
use crate::connectors::explorium;
use crate::connectors::explorium::client::Explorium;
use crate::connectors::http::Endpoint;
use crate::connectors::hubspot;
use crate::connectors::hubspot::client::HubSpot;
use crate::connectors::lemlist;
use crate::connectors::lemlist::client::Lemlist;
use crate::engine::limits::SharedLimiter;
use crate::ports::clock::Clock;
use crate::ports::error::PortError;
use crate::ports::limiter::Limiter;
use crate::ports::secret::Secret;
use crate::ports::vendors::Enrichment;
use crate::ports::vendors::Outreach;
use crate::ports::vendors::Prospecting;
use crate::ports::vendors::Vendors;
use crate::sandbox;
use crate::store::open::Store;

pub async fn connect(
    config: &Config,
    store: &Store,
    clock: &Arc<dyn Clock>,
    world: Option<&str>,
) -> Result<Vendors, StartError> {
    let limiter = limits(config, store, clock).await?;
    let endpoint =
        |part: &Part, path: &str, key: &str| endpoint(part, world.map(|base| format!("{base}{path}")), key, &limiter);
    let parts = &config.parts;
    let mut prospecting: Vec<Arc<dyn Prospecting>> = Vec::new();
    let mut enrichment: Vec<Arc<dyn Enrichment>> = Vec::new();
    if parts.explorium.standing != Standing::Off {
        let client =
            Explorium::connect(endpoint(&parts.explorium, "/explorium", sandbox::EXPLORIUM_KEY), Arc::clone(clock));
        let client = Arc::new(client.map_err(failed)?);
        prospecting.push(Arc::clone(&client) as Arc<dyn Prospecting>);
        enrichment.push(client);
    }
    if parts.apollo.standing != Standing::Off {
        let client = Apollo::connect(endpoint(&parts.apollo, "/apollo/api/v1", sandbox::APOLLO_KEY), Arc::clone(clock));
        let client = Arc::new(client.map_err(failed)?);
        prospecting.push(Arc::clone(&client) as Arc<dyn Prospecting>);
        enrichment.push(client);
    }
    let crm = HubSpot::connect(endpoint(&parts.hubspot, "/hubspot", sandbox::HUBSPOT_TOKEN)).map_err(failed)?;
    let outreach: Arc<dyn Outreach> = match parts.lemlist.standing {
        Standing::Off => Arc::new(OffOutreach),
        _ => {
            Arc::new(Lemlist::connect(endpoint(&parts.lemlist, "/lemlist/api", sandbox::LEMLIST_KEY)).map_err(failed)?)
        }
    };
    let sandbox = parts.vendors().into_iter().filter(|(_, standing)| *standing == Standing::Sandbox);
    Ok(Vendors {
        prospecting,
        enrichment,
        crm: Arc::new(crm),
        outreach,
        sandbox: sandbox.map(|(name, _)| name.to_owned()).collect(),
    })
}

async fn limits(config: &Config, store: &Store, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Limiter>, StartError> {
    let limiter = SharedLimiter::new(store.clone(), Arc::clone(clock), &config.digest.zone);
    for limits in [apollo::limits(), explorium::limits(), hubspot::limits(), lemlist::limits()] {
        limiter.define(limits).await.map_err(StartError::failed)?;
    }
    limiter.define_day(hubspot::VENDOR, config.hubspot_calls_per_day).await.map_err(StartError::failed)?;
    Ok(Arc::new(limiter))
}

fn endpoint(part: &Part, world: Option<String>, sandbox_key: &str, limiter: &Arc<dyn Limiter>) -> Endpoint {
    let limiter = Some(Arc::clone(limiter));
    match part.standing {
        Standing::Live => Endpoint {
            base_url: None,
            key: part.key.clone().unwrap_or_else(|| Secret::new("")),
            sandbox: false,
            limiter,
        },
        Standing::Sandbox | Standing::Off => {
            Endpoint { base_url: world, key: Secret::new(sandbox_key), sandbox: true, limiter }
        }
    }
}

fn failed(error: PortError) -> StartError {
    StartError::Failed(anyhow::Error::new(error))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::connectors::http::TIMEOUT;
    use crate::engine::worker::LEASE_MS;

    /// A call that is lost is over before its work is given to another worker, with room for what is written after it.
    #[test]
    fn a_call_ends_before_the_lease_of_its_work() {
        let lease = Duration::from_millis(LEASE_MS.unsigned_abs());
        assert!(TIMEOUT + Duration::from_secs(5) <= lease, "{TIMEOUT:?} of {lease:?}");
    }
}
