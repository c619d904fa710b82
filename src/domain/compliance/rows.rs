//! The rows of `config/regions.toml`, as they are written. Every key is known and every field required.
use std::collections::BTreeMap;

use serde::Deserialize;

/// What an unsolicited first mail needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    OptOut,
    SoftOptIn,
    OptIn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    Low,
    Medium,
    High,
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    RelevantToRole,
    NoSolicitationNoticeAbsent,
    ProofRecorded,
    CorporateSubscriber,
    InformedAtCollectionOrFirstMessage,
    AddressNotHarvested,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    None,
    NoneRequired,
    Consent,
    ExpressConsent,
    ExistingCustomerSimilarProduct,
    LegitimateInterest,
    InferredRelationship,
    InferredConspicuousPublication,
    ImpliedConspicuousPublication,
    #[serde(rename = "implied_existing_business_relationship_2y")]
    ImpliedExistingBusinessRelationship2y,
    #[serde(rename = "implied_inquiry_6m")]
    ImpliedInquiry6m,
    DeemedConspicuousPublication,
    AddressGivenToSender,
    BusinessRelationship,
    PublishedBusinessAddress,
}

/// Duties of a mail; the linter knows each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    IdentifySender,
    PostalAddress,
    ValidReplyAddress,
    OptOutEveryMessage,
    #[serde(rename = "opt_out_works_30_days")]
    OptOutWorks30Days,
    #[serde(rename = "opt_out_works_60_days")]
    OptOutWorks60Days,
    TruthfulSubject,
    CommercialLabel,
    AdvLabelIfBulk,
    Impressum,
    GdprArt14Notice,
    #[serde(rename = "gdpr_art21_first_message")]
    GdprArt21FirstMessage,
    KeepConsentProof,
    #[serde(rename = "contact_details_valid_30_days")]
    ContactDetailsValid30Days,
    #[serde(rename = "contact_details_valid_60_days")]
    ContactDetailsValid60Days,
    LgpdNotice,
    FadpNotice,
    ContactForComplaints,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    pub schema: u32,
    pub policy: Policy,
    pub provider: BTreeMap<String, Provider>,
    pub bulk_sender: BulkSender,
    pub escalation: Escalation,
    pub default: DefaultCountry,
    pub country: BTreeMap<String, Country>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub opt_out_hours: u32,
    pub opt_out_scope: String,
    pub suppression_keep: String,
    pub unknown_country: String,
    pub multi_country: String,
    pub low_confidence: String,
    pub personal_mail_provider: Regime,
    pub sole_trader: Regime,
    pub legal_form_unknown_gb: Regime,
    pub notice_first_message: bool,
    pub notice_latest_days: u32,
    pub erase_uncontacted_after_days: u32,
    pub erase_silent_after_days: u32,
    pub consent_proof_keep_days: u32,
    pub audit_keep_days: u32,
    pub send_window: SendWindow,
    pub call_window: CallWindow,
    pub mailbox: MailboxPolicy,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendWindow {
    pub days: Vec<String>,
    pub start: String,
    pub end: String,
    pub skip_public_holidays: bool,
    pub tz_unknown: String,
    pub dst: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallWindow {
    pub days: Vec<String>,
    pub start: String,
    pub end: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailboxPolicy {
    pub new_mailbox_per_day: u32,
    pub warm_mailbox_per_day: u32,
    pub absolute_max_per_day: u32,
    pub warmup_days: u32,
    pub ramp_step_per_week: u32,
    pub min_gap_seconds: u32,
    pub per_recipient_domain_per_day: u32,
    pub max_touches_per_person: u32,
    pub max_touches_window_days: u32,
    pub warmup_mails_count: bool,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    pub hard_cap_per_day: Option<u32>,
    pub hard_cap_recipients_per_day: Option<u32>,
    pub hard_cap_per_minute: Option<u32>,
    pub source: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkSender {
    pub threshold_per_day: u32,
    pub require: Vec<String>,
    pub spam_rate_target: f64,
    pub spam_rate_max: f64,
    pub mitigation_clean_days: u32,
    pub unsubscribe_honour_days: u32,
    pub header_list_unsubscribe: String,
    pub header_list_unsubscribe_post: String,
    pub applies_to: String,
    pub source: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    pub compliance_risk_above: f64,
    pub data_confidence_below: f64,
    pub bounce_rate_above: f64,
    pub bounce_rate_pause_above: f64,
    pub unsubscribe_rate_24h_above: f64,
    pub spam_complaint_rate_above: f64,
    pub min_sample: u64,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultCountry {
    pub name: String,
    pub b2b_email: Regime,
    pub generic_address: Regime,
    pub confidence: Confidence,
    pub bases: Vec<Basis>,
    pub conditions: Vec<Condition>,
    pub duties: Vec<Duty>,
    pub opt_out_days: u32,
    pub opt_out_kind: String,
    pub notice_regime: String,
    pub notice_days: u32,
    pub phone_b2b: PhoneRegime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneRegime {
    OptOut,
    DncCheck,
    PresumedConsent,
    ConsentOrDocumentedInterest,
    OptIn,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Country {
    pub name: String,
    pub region: String,
    pub b2b_email: Regime,
    pub generic_address: Regime,
    pub confidence: Confidence,
    pub regime: Vec<String>,
    pub bases: Vec<Basis>,
    pub conditions: Vec<Condition>,
    pub duties: Vec<Duty>,
    pub opt_out_days: u32,
    pub opt_out_kind: String,
    pub notice_regime: String,
    pub notice_days: u32,
    pub phone_b2b: PhoneRegime,
    pub phone_registers: Vec<String>,
    pub tz: Vec<String>,
    pub holidays: String,
    pub note: Option<String>,
    pub source: Vec<String>,
}
