//! The second key of a send: minted by the rules at send time, bound to one recipient and one text.
use crate::domain::time::MINUTE;
use crate::domain::time::Millis;

/// How long a permit is good for.
pub const PERMIT_LIFE_MS: i64 = 15 * MINUTE;

/// Proof that the rules allowed this send, now. Only `domain::compliance` can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleared {
    recipient: String,
    payload_hash: String,
    campaign: String,
    expires_at: Millis,
}

impl Cleared {
    pub(in crate::domain::compliance) fn mint(
        recipient: &str,
        payload_hash: &str,
        campaign: &str,
        now: Millis,
    ) -> Self {
        Self {
            recipient: recipient.to_owned(),
            payload_hash: payload_hash.to_owned(),
            campaign: campaign.to_owned(),
            expires_at: now.plus(PERMIT_LIFE_MS),
        }
    }

    /// True for exactly the send it was made for, while it lasts.
    pub fn covers(&self, recipient: &str, payload_hash: &str, campaign: &str, now: Millis) -> bool {
        self.recipient == recipient
            && self.payload_hash == payload_hash
            && self.campaign == campaign
            && now <= self.expires_at
    }

    pub fn recipient(&self) -> &str {
        &self.recipient
    }
}
