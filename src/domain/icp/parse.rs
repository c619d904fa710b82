//! Reads a profile and refuses one whose numbers do not add up.
use crate::domain::icp::profile::Profile;

/// How far a sum of weights may be from 1.
const SUM_SLACK: f64 = 1e-9;
/// Most bands in one list: more is a mistake, not a profile.
const BANDS_MAX: usize = 500;

/// Fits after "could not read the profile: ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct ProfileError {
    /// From 1; `None` when the fault is in the whole.
    pub line: Option<usize>,
    pub what: String,
}

impl Profile {
    /// Reads the text of `config/icp/<name>.toml`.
    pub fn parse(text: &str, name: &str) -> Result<Self, ProfileError> {
        let mut profile: Self = toml::from_str(text).map_err(|error| ProfileError {
            line: error.span().map(|span| line_of(text, span.start)),
            what: error.message().to_owned(),
        })?;
        name.clone_into(&mut profile.name);
        check_sums(&profile, text)?;
        check_values(&profile, text)?;
        check_bands(&profile, text)?;
        Ok(profile)
    }
}

/// The line of a place in a text, from 1.
pub fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// Where a table begins, for faults that the parser cannot see.
fn line_of_table(text: &str, table: &str) -> Option<usize> {
    let names = [format!("[{table}]"), format!("[[{table}]]"), format!("{table} =")];
    text.lines().position(|line| names.iter().any(|name| line.trim_start().starts_with(name.as_str()))).map(|at| at + 1)
}

fn fault(text: &str, table: &str, what: String) -> ProfileError {
    ProfileError { line: line_of_table(text, table), what }
}

fn check_sums(profile: &Profile, text: &str) -> Result<(), ProfileError> {
    let (w, f, m, r) = (&profile.weights, &profile.fit, &profile.firmographics, &profile.reachability);
    let sums = [
        ("weights", w.fit + w.intent + w.reachability + w.risk),
        ("fit", f.firmographics + f.technographics + f.role),
        ("firmographics", m.size + m.industry + m.revenue + m.geography),
        ("reachability", r.email + r.linkedin + r.phone),
    ];
    match sums.into_iter().find(|(_, sum)| (sum - 1.0).abs() > SUM_SLACK || sum.is_nan()) {
        Some((table, sum)) => Err(fault(text, table, format!("the weights of `{table}` add up to {sum:.3}, not 1"))),
        None => Ok(()),
    }
}

fn check_values(profile: &Profile, text: &str) -> Result<(), ProfileError> {
    let (w, f, m, r, k) =
        (&profile.weights, &profile.fit, &profile.firmographics, &profile.reachability, &profile.risk);
    let single = [
        ("threshold", vec![profile.threshold]),
        ("weights", vec![w.fit, w.intent, w.reachability, w.risk]),
        ("fit", vec![f.firmographics, f.technographics, f.role]),
        ("firmographics", vec![m.size, m.industry, m.revenue, m.geography]),
        ("reachability", vec![r.email, r.linkedin, r.phone]),
        ("risk", vec![k.no_verified_email, k.basis_missing, k.stale, k.crm_duplicate]),
        ("size", profile.size.iter().map(|band| band.value).collect()),
        ("industry", profile.industry.iter().map(|band| band.value).collect()),
        ("revenue", profile.revenue.iter().map(|band| band.value).collect()),
        ("geography", profile.geography.iter().map(|band| band.value).collect()),
        ("technology", profile.technology.iter().map(|band| band.value).collect()),
        ("role", profile.role.iter().map(|band| band.value).collect()),
        ("intent", profile.intent.iter().map(|rule| rule.value).collect()),
    ];
    for (table, values) in single {
        if values.len() > BANDS_MAX {
            return Err(fault(text, table, format!("`{table}` has more than {BANDS_MAX} entries")));
        }
        if let Some(value) = values.into_iter().find(|value| !(0.0..=1.0).contains(value)) {
            return Err(fault(text, table, format!("`{table}` has {value}: values are from 0 to 1")));
        }
    }
    Ok(())
}

fn check_bands(profile: &Profile, text: &str) -> Result<(), ProfileError> {
    if let Some(band) = profile.size.iter().find(|band| band.from > band.to) {
        return Err(fault(text, "size", format!("a size from {} to {} is empty", band.from, band.to)));
    }
    if let Some(band) = profile.revenue.iter().find(|band| band.from_usd > band.to_usd) {
        return Err(fault(text, "revenue", format!("a revenue from {} to {} is empty", band.from_usd, band.to_usd)));
    }
    if profile.intent.iter().any(|rule| rule.half_life_days == 0) {
        return Err(fault(text, "intent", "a half-life of 0 days makes every signal worthless".to_owned()));
    }
    let codes = profile.geography.iter().flat_map(|band| &band.countries);
    let is_code = |code: &&String| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if let Some(code) = codes.into_iter().find(|code| !is_code(code)) {
        return Err(fault(text, "geography", format!("`{code}` is not a country code such as `GB`")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::title::Function;

    const FINTECH: &str = include_str!("../../../config/icp/fintech-finance.toml");
    const SAAS: &str = include_str!("../../../config/icp/saas-engineering.toml");

    #[test]
    fn shipped_profiles_are_sound() {
        for (text, name) in [(FINTECH, "fintech-finance"), (SAAS, "saas-engineering")] {
            let profile = Profile::parse(text, name).unwrap();
            assert_eq!((profile.name(), profile.version()), (name, 1));
            assert!((profile.threshold() - 0.70).abs() < 1e-12);
        }
        assert_eq!(Profile::parse(FINTECH, "x").unwrap().functions(), [Function::Finance]);
    }

    #[test]
    fn faults_name_their_line() {
        let table = [
            (FINTECH.replace("fit = 0.40", "fit = 0.41"), "the weights of `weights` add up to 1.010, not 1"),
            (FINTECH.replace("stale_days", "stale_dayz"), "unknown field `stale_dayz`"),
            (FINTECH.replace("\"CA\"", "\"Canada\""), "`Canada` is not a country code such as `GB`"),
            (FINTECH.replace("half_life_days = 60", "half_life_days = 0"), "a half-life of 0 days"),
        ];
        for (text, what) in table {
            let error = Profile::parse(&text, "x").unwrap_err();
            assert!(error.what.starts_with(what), "{error}");
            assert!(error.line.is_some(), "{error}");
        }
        assert!(Profile::parse("", "x").is_err());
    }
}
