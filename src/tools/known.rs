//! What our store knows of an address: looked up by the address, told without it.
use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::email;
use crate::domain::email::EmailCheck;
use crate::domain::identity::email_key;
use crate::domain::lead::Lead;
use crate::store::leads;
use crate::store::open::Conn;

/// What is asked of a address: a look-up value, never a recipient.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(deny_unknown_fields)]
pub struct EmailArgs {
    /// Only looked up.
    #[garde(length(chars, min = 3, max = 254))]
    pub email: String,
}

/// The lead with this address, if we know it.
pub async fn by_email(c: &mut Conn, address: &str) -> anyhow::Result<Option<Lead>> {
    match email_key(address) {
        Some(key) => Ok(leads::by_email(c, &key).await?),
        None => Ok(None),
    }
}

/// The address itself, joined with what a vendor said of it.
pub fn checked(address: &str, lead: Option<&Lead>) -> EmailCheck {
    email::check(address, lead.map(|lead| lead.verdict))
}
