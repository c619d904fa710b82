//! What companies do and what they run: industries and technologies, in the vendors' words.

pub struct Industry {
    /// How people call it.
    pub name: &'static str,
    /// LinkedIn's category, lower case, as Explorium and Apollo give it.
    pub linkedin: &'static str,
    /// HubSpot's enumeration.
    pub hubspot: &'static str,
    pub naics: u32,
    pub naics_text: &'static str,
    pub weight: u32,
    pub keywords: &'static [&'static str],
    /// What may stand behind the company's own name.
    pub words: &'static [&'static str],
}

pub const FINTECH: usize = 0;
pub const SOFTWARE: usize = 1;
pub const COMMERCE: usize = 2;

pub const INDUSTRIES: &[Industry] = &[
    Industry {
        name: "Fintech",
        linkedin: "financial services",
        hubspot: "FINANCIAL_SERVICES",
        naics: 522320,
        naics_text: "Financial Transactions Processing, Reserve, and Clearinghouse Activities",
        weight: 16,
        keywords: &[
            "fintech",
            "financial technology",
            "payments",
            "financial services",
            "lending",
            "banking as a service",
        ],
        words: &["", "Payments", "Financial", "Pay", "Treasury"],
    },
    Industry {
        name: "Software",
        linkedin: "software development",
        hubspot: "COMPUTER_SOFTWARE",
        naics: 513210,
        naics_text: "Software Publishers",
        weight: 20,
        keywords: &["software", "saas", "b2b", "cloud", "analytics"],
        words: &["", "Software", "Labs", "Cloud"],
    },
    Industry {
        name: "E-commerce",
        linkedin: "online and mail order retail",
        hubspot: "RETAIL",
        naics: 455110,
        naics_text: "Online Shopping and Mail-Order Houses",
        weight: 9,
        keywords: &["e-commerce", "ecommerce", "retail", "direct to consumer"],
        words: &["", "Market", "Goods", "Shop"],
    },
    Industry {
        name: "Healthcare",
        linkedin: "hospitals and health care",
        hubspot: "HOSPITAL_HEALTH_CARE",
        naics: 621999,
        naics_text: "All Other Miscellaneous Ambulatory Health Care Services",
        weight: 9,
        keywords: &["healthcare", "health", "clinics", "digital health"],
        words: &["Health", "Clinics", "Care"],
    },
    Industry {
        name: "Manufacturing",
        linkedin: "industrial machinery manufacturing",
        hubspot: "MACHINERY",
        naics: 333249,
        naics_text: "Other Industrial Machinery Manufacturing",
        weight: 11,
        keywords: &["manufacturing", "industrial", "machinery"],
        words: &["Industries", "Manufacturing", "Machinery"],
    },
    Industry {
        name: "Logistics",
        linkedin: "transportation, logistics, supply chain and storage",
        hubspot: "LOGISTICS_AND_SUPPLY_CHAIN",
        naics: 488510,
        naics_text: "Freight Transportation Arrangement",
        weight: 7,
        keywords: &["logistics", "supply chain", "freight"],
        words: &["Logistics", "Freight"],
    },
    Industry {
        name: "Insurance",
        linkedin: "insurance",
        hubspot: "INSURANCE",
        naics: 524126,
        naics_text: "Direct Property and Casualty Insurance Carriers",
        weight: 5,
        keywords: &["insurance", "insurtech"],
        words: &["Insurance", "Mutual"],
    },
    Industry {
        name: "Media",
        linkedin: "media production",
        hubspot: "MEDIA_PRODUCTION",
        naics: 516210,
        naics_text: "Media Streaming Distribution Services",
        weight: 5,
        keywords: &["media", "publishing", "content"],
        words: &["Media", "Studios"],
    },
    Industry {
        name: "Education",
        linkedin: "e-learning providers",
        hubspot: "E_LEARNING",
        naics: 611710,
        naics_text: "Educational Support Services",
        weight: 4,
        keywords: &["education", "e-learning", "edtech"],
        words: &["Learning", "Academy"],
    },
    Industry {
        name: "Energy",
        linkedin: "renewable energy power generation",
        hubspot: "RENEWABLES_ENVIRONMENT",
        naics: 221114,
        naics_text: "Solar Electric Power Generation",
        weight: 5,
        keywords: &["energy", "renewables", "solar"],
        words: &["Energy", "Power"],
    },
    Industry {
        name: "Banking",
        linkedin: "banking",
        hubspot: "BANKING",
        naics: 522110,
        naics_text: "Commercial Banking",
        weight: 4,
        keywords: &["banking", "retail bank", "commercial bank"],
        words: &["Bank", "Savings"],
    },
    Industry {
        name: "Consulting",
        linkedin: "business consulting and services",
        hubspot: "MANAGEMENT_CONSULTING",
        naics: 541611,
        naics_text: "Administrative Management and General Management Consulting Services",
        weight: 5,
        keywords: &["consulting", "professional services"],
        words: &["Advisory", "Partners", "Consulting"],
    },
];

pub struct Tech {
    /// Apollo's uid.
    pub uid: &'static str,
    pub name: &'static str,
    pub category: &'static str,
    /// Explorium's group.
    pub group: &'static str,
}

macro_rules! techs {
    ($($id:ident $uid:literal $name:literal $category:literal $group:literal;)*) => {
        #[derive(Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum T { $($id),* }
        pub const TECHS: &[Tech] = &[$(Tech { uid: $uid, name: $name, category: $category, group: $group }),*];
    };
}

techs! {
    Snowflake "snowflake" "Snowflake" "Data Warehouse" "platform_and_storage";
    BigQuery "google_bigquery" "Google BigQuery" "Data Warehouse" "platform_and_storage";
    Databricks "databricks" "Databricks" "Data Platform" "platform_and_storage";
    Redshift "amazon_redshift" "Amazon Redshift" "Data Warehouse" "platform_and_storage";
    Aws "amazon_aws" "Amazon AWS" "Hosting" "platform_and_storage";
    Gcp "google_cloud" "Google Cloud" "Hosting" "platform_and_storage";
    Azure "microsoft_azure" "Microsoft Azure" "Hosting" "platform_and_storage";
    Salesforce "salesforce" "Salesforce" "Customer Relationship Management" "sales";
    Hubspot "hubspot" "HubSpot" "Marketing Automation" "marketing";
    Pipedrive "pipedrive" "Pipedrive" "Customer Relationship Management" "sales";
    Netsuite "netsuite" "NetSuite" "Accounting and Finance" "finance_and_accounting";
    Sap "sap" "SAP" "Enterprise Resource Planning" "finance_and_accounting";
    OracleErp "oracle_erp_cloud" "Oracle ERP Cloud" "Enterprise Resource Planning" "finance_and_accounting";
    Quickbooks "quickbooks" "QuickBooks" "Accounting and Finance" "finance_and_accounting";
    Xero "xero" "Xero" "Accounting and Finance" "finance_and_accounting";
    Workday "workday" "Workday" "Human Resources" "hr";
    Bamboo "bamboohr" "BambooHR" "Human Resources" "hr";
    Personio "personio" "Personio" "Human Resources" "hr";
    Stripe "stripe" "Stripe" "Payments" "ecommerce";
    Braintree "braintree" "Braintree" "Payments" "ecommerce";
    Adyen "adyen" "Adyen" "Payments" "ecommerce";
    Plaid "plaid" "Plaid" "Financial Data" "finance_and_accounting";
    Shopify "shopify" "Shopify" "E-commerce Platforms" "ecommerce";
    Kubernetes "kubernetes" "Kubernetes" "Containers" "devops_and_development";
    Github "github" "GitHub" "Source Code" "devops_and_development";
    Gitlab "gitlab" "GitLab" "Source Code" "devops_and_development";
    Datadog "datadog" "Datadog" "Monitoring" "devops_and_development";
    Terraform "terraform" "Terraform" "Infrastructure" "devops_and_development";
    Slack "slack" "Slack" "Communication" "communications";
    Teams "microsoft_teams" "Microsoft Teams" "Communication" "communications";
    Zoom "zoom" "Zoom" "Communication" "communications";
    Office "microsoft_office_365" "Microsoft Office 365" "Email Providers" "collaboration";
    Gsuite "google_workspace" "Google Workspace" "Email Providers" "collaboration";
    Jira "atlassian_jira" "Atlassian Jira" "Project Management" "productivity_and_operations";
    Marketo "marketo" "Marketo" "Marketing Automation" "marketing";
    Mailchimp "mailchimp" "Mailchimp" "Email Marketing" "marketing";
    Analytics "google_analytics" "Google Analytics" "Web Analytics" "bi_and_analytics";
    Tableau "tableau" "Tableau" "Business Intelligence" "bi_and_analytics";
    Looker "looker" "Looker" "Business Intelligence" "bi_and_analytics";
    PowerBi "power_bi" "Power BI" "Business Intelligence" "bi_and_analytics";
    Dbt "dbt" "dbt" "Data Transformation" "bi_and_analytics";
    Okta "okta" "Okta" "Identity" "it_security";
    Zendesk "zendesk" "Zendesk" "Customer Support" "customer_management";
    Intercom "intercom" "Intercom" "Customer Support" "customer_management";
    Servicenow "servicenow" "ServiceNow" "IT Management" "it_management";
    Coupa "coupa" "Coupa" "Procurement" "finance_and_accounting";
    Anaplan "anaplan" "Anaplan" "Financial Planning" "finance_and_accounting";
    Twilio "twilio" "Twilio" "Communication Platform" "communications";
}

/// The technology a vendor's filter names, by uid or by name, spaces and dots as underscores.
pub fn tech_index(word: &str) -> Option<usize> {
    let wanted = word.trim().to_lowercase().replace([' ', '.'], "_");
    TECHS.iter().position(|t| t.uid == wanted || t.name.to_lowercase().replace([' ', '.'], "_") == wanted)
}
