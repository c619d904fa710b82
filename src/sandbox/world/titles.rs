//! Job titles with the function and level behind them, and how a search compares two titles.
use crate::sandbox::world::places::Tongue;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Function {
    Executive,
    Finance,
    Sales,
    Engineering,
    People,
    Marketing,
    Operations,
    It,
    Product,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    Founder,
    Chief,
    Vp,
    Head,
    Director,
    Manager,
    Staff,
}

pub struct Title {
    pub text: &'static str,
    pub function: Function,
    pub level: Level,
    pub tongue: Option<Tongue>,
}

const fn t(text: &'static str, function: Function, level: Level) -> Title {
    Title { text, function, level, tongue: None }
}

const fn local(text: &'static str, function: Function, level: Level, tongue: Tongue) -> Title {
    Title { text, function, level, tongue: Some(tongue) }
}

use Function as F;
use Level as L;

pub const TITLES: &[Title] = &[
    t("CEO", F::Executive, L::Chief),
    t("Chief Executive Officer", F::Executive, L::Chief),
    t("Founder & CEO", F::Executive, L::Founder),
    t("Co-Founder", F::Executive, L::Founder),
    t("Managing Director", F::Executive, L::Chief),
    t("VP Finance", F::Finance, L::Vp),
    t("Vice President, Finance", F::Finance, L::Vp),
    t("VP of Finance", F::Finance, L::Vp),
    t("Vice President of Finance", F::Finance, L::Vp),
    t("VP of Finance & Accounting", F::Finance, L::Vp),
    t("VP, Finance & Strategy", F::Finance, L::Vp),
    t("SVP Finance", F::Finance, L::Vp),
    t("CFO", F::Finance, L::Chief),
    t("Chief Financial Officer", F::Finance, L::Chief),
    t("Head of Finance", F::Finance, L::Head),
    t("Finance Director", F::Finance, L::Director),
    t("Director of Finance", F::Finance, L::Director),
    t("Financial Controller", F::Finance, L::Manager),
    t("Finance Manager", F::Finance, L::Manager),
    t("FP&A Manager", F::Finance, L::Manager),
    t("Senior Accountant", F::Finance, L::Staff),
    t("Financial Analyst", F::Finance, L::Staff),
    local("Leiter Finanzen", F::Finance, L::Head, Tongue::German),
    local("Kaufmännischer Leiter", F::Finance, L::Director, Tongue::German),
    local("Directeur financier", F::Finance, L::Director, Tongue::French),
    local("Directrice administrative et financière", F::Finance, L::Director, Tongue::French),
    local("Director Financiero", F::Finance, L::Director, Tongue::Spanish),
    local("Direttore Finanziario", F::Finance, L::Director, Tongue::Italian),
    local("Dyrektor Finansowy", F::Finance, L::Director, Tongue::Polish),
    local("Ekonomichef", F::Finance, L::Head, Tongue::Nordic),
    t("Chief Revenue Officer", F::Sales, L::Chief),
    t("VP Sales", F::Sales, L::Vp),
    t("Vice President of Sales", F::Sales, L::Vp),
    t("Head of Sales", F::Sales, L::Head),
    t("Sales Director", F::Sales, L::Director),
    t("Sales Manager", F::Sales, L::Manager),
    t("Account Executive", F::Sales, L::Staff),
    local("Vertriebsleiter", F::Sales, L::Head, Tongue::German),
    local("Directeur commercial", F::Sales, L::Director, Tongue::French),
    t("CTO", F::Engineering, L::Chief),
    t("VP Engineering", F::Engineering, L::Vp),
    t("Head of Engineering", F::Engineering, L::Head),
    t("Director of Engineering", F::Engineering, L::Director),
    t("Engineering Manager", F::Engineering, L::Manager),
    t("Senior Software Engineer", F::Engineering, L::Staff),
    t("Head of Data", F::Engineering, L::Head),
    t("Data Engineer", F::Engineering, L::Staff),
    t("Chief People Officer", F::People, L::Chief),
    t("VP People", F::People, L::Vp),
    t("HR Director", F::People, L::Director),
    t("HR Manager", F::People, L::Manager),
    local("Personalleiterin", F::People, L::Head, Tongue::German),
    t("Talent Partner", F::People, L::Staff),
    t("CMO", F::Marketing, L::Chief),
    t("VP Marketing", F::Marketing, L::Vp),
    t("Head of Marketing", F::Marketing, L::Head),
    t("Marketing Manager", F::Marketing, L::Manager),
    t("Demand Generation Specialist", F::Marketing, L::Staff),
    t("COO", F::Operations, L::Chief),
    t("VP Operations", F::Operations, L::Vp),
    t("Head of Operations", F::Operations, L::Head),
    t("Operations Manager", F::Operations, L::Manager),
    t("Supply Chain Analyst", F::Operations, L::Staff),
    t("CIO", F::It, L::Chief),
    t("IT Director", F::It, L::Director),
    t("Head of IT", F::It, L::Head),
    t("IT Manager", F::It, L::Manager),
    t("Security Engineer", F::It, L::Staff),
    t("VP Product", F::Product, L::Vp),
    t("Head of Product", F::Product, L::Head),
    t("Product Manager", F::Product, L::Manager),
];

/// The words of a title that matter, with the usual short forms.
pub fn words(title: &str) -> Vec<String> {
    let long = title.to_lowercase();
    let short = long
        .replace("senior vice president", "svp vp")
        .replace("vice president", "vp")
        .replace("chief financial officer", "cfo")
        .replace("chief executive officer", "ceo")
        .replace("svp ", "svp vp ");
    short
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty() && !matches!(*w, "of" | "and" | "the" | "for"))
        .map(str::to_owned)
        .collect()
}

/// The indexes of titles a searched title stands for; `wide` adds those of the same function and level.
pub fn matching(searched: &str, wide: bool) -> Vec<usize> {
    let wanted = words(searched);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut hits: Vec<usize> = (0..TITLES.len())
        .filter(|i| {
            let have = words(TITLES[*i].text);
            wanted.iter().all(|w| have.contains(w))
        })
        .collect();
    if wide {
        let kinds: Vec<(F, L)> = hits.iter().map(|i| (TITLES[*i].function, TITLES[*i].level)).collect();
        for (i, title) in TITLES.iter().enumerate() {
            if kinds.contains(&(title.function, title.level)) && !hits.contains(&i) {
                hits.push(i);
            }
        }
    }
    hits
}

impl Function {
    /// Explorium's `job_department`.
    pub fn explorium(self) -> &'static str {
        match self {
            F::Executive => "c-suite",
            F::Finance => "finance",
            F::Sales => "sales",
            F::Engineering => "engineering",
            F::People => "human resources",
            F::Marketing => "marketing",
            F::Operations => "operations",
            F::It => "it",
            F::Product => "product",
        }
    }
}

impl Level {
    /// Explorium's `job_level`.
    pub fn explorium(self) -> &'static str {
        match self {
            L::Founder => "founder",
            L::Chief => "c-suite",
            L::Vp => "vice president",
            L::Head | L::Director => "director",
            L::Manager => "manager",
            L::Staff => "non-managerial",
        }
    }

    /// Apollo's `person_seniorities[]`.
    pub fn apollo(self) -> &'static str {
        match self {
            L::Founder => "founder",
            L::Chief => "c_suite",
            L::Vp => "vp",
            L::Head => "head",
            L::Director => "director",
            L::Manager => "manager",
            L::Staff => "senior",
        }
    }
}
