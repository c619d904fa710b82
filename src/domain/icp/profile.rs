//! A profile: what a good lead looks like, in numbers a person can change.
use serde::Deserialize;
use serde::Serialize;

use crate::domain::lead::SignalKind;
use crate::domain::title::Function;
use crate::domain::title::classify;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The file's name; not written in the file.
    #[serde(skip)]
    pub name: String,
    /// Goes up with each edit: a score says which one it was made with.
    pub version: u32,
    /// One line for people.
    pub says: String,
    /// A score from here on is kept without asking.
    pub threshold: f64,
    /// Data older than this is a risk.
    pub stale_days: u32,
    pub weights: Weights,
    pub fit: FitWeights,
    pub firmographics: FirmographicWeights,
    pub size: Vec<SizeBand>,
    pub industry: Vec<NamedBand>,
    pub revenue: Vec<RevenueBand>,
    pub geography: Vec<CountryBand>,
    pub technology: Vec<NamedBand>,
    pub role: Vec<RoleBand>,
    pub intent: Vec<IntentRule>,
    pub reachability: Reachability,
    pub risk: RiskWeights,
}

/// Of the groups; their sum is 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    pub fit: f64,
    pub intent: f64,
    pub reachability: f64,
    pub risk: f64,
}

/// Inside fit; their sum is 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitWeights {
    pub firmographics: f64,
    pub technographics: f64,
    pub role: f64,
}

/// Inside firmographics; their sum is 1. Equal ones make the plain mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirmographicWeights {
    pub size: f64,
    pub industry: f64,
    pub revenue: f64,
    pub geography: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeBand {
    pub from: u32,
    pub to: u32,
    pub value: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedBand {
    pub names: Vec<String>,
    pub value: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevenueBand {
    pub from_usd: i64,
    pub to_usd: i64,
    pub value: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountryBand {
    pub countries: Vec<String>,
    pub value: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleBand {
    pub titles: Vec<String>,
    pub value: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntentRule {
    pub kind: SignalKind,
    pub value: f64,
    pub half_life_days: u32,
}

/// What makes a person reachable; the sum is 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reachability {
    pub email: f64,
    pub linkedin: f64,
    pub phone: f64,
}

/// What each risk adds; capped at 1 together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskWeights {
    pub no_verified_email: f64,
    pub basis_missing: f64,
    pub stale: f64,
    pub crm_duplicate: f64,
}

impl Profile {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn version(&self) -> u32 {
        self.version
    }

    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// The functions its roles belong to: what a campaign for it may claim to be relevant to.
    pub fn functions(&self) -> Vec<Function> {
        let titles = self.role.iter().flat_map(|band| &band.titles);
        let mut functions: Vec<Function> = titles.map(|title| classify(title).function).collect();
        functions.sort_unstable();
        functions.dedup();
        functions
    }
}
