//! Names of our rows, one type each, so that a run can never be taken for a thread.
use serde::Deserialize;
use serde::Serialize;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )+};
}

id! {
    /// A conversation about one request.
    ThreadId
    /// A card in a thread; its version counts edits.
    CardId
    /// A plan carried out.
    RunId
    /// A stop at which a person decides.
    GateId
    /// A person we found and keep.
    LeadId
    /// A company we know.
    CompanyId
    /// A campaign of ours, whatever the vendor calls it.
    CampaignId
    /// A stored list (of leads, of imported rows): what the model gets instead of rows.
    ListId
    /// A unit of work of a step.
    ItemId
}
