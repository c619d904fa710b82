//! Which parts are live, sandbox or off, and the rule that keeps sandbox people away from live vendors.
//!
//! People flow from the sources (Apollo, Explorium) into the CRM (HubSpot) and from there to outreach (lemlist); results
//! flow back. A live vendor takes nothing from the sandbox, so:
//! 1. a source without a key is off as soon as the other source is live;
//! 2. HubSpot is live only behind live sources; lemlist is then live or off, never sandbox: invented replies stay out of the CRM;
//! 3. lemlist is live only behind a live HubSpot and with QUARTERDECK_LIVE=1.
//!
//! The model is no vendor of people: it may be live or sandbox with any of these.
use crate::config::error::ConfigFault;
use crate::ports::secret::Secret;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Live,
    Sandbox,
    Off,
}

impl Standing {
    pub fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Sandbox => "sandbox",
            Self::Off => "off",
        }
    }

    pub fn is_live(self) -> bool {
        self == Self::Live
    }
}

impl std::str::FromStr for Standing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Live, Self::Sandbox, Self::Off]
            .into_iter()
            .find(|standing| standing.word() == text)
            .ok_or_else(|| format!("`{text}` is no standing"))
    }
}

/// A vendor as it is used in this process. The key is there when it is live.
#[derive(Clone, Debug)]
pub struct Part {
    pub standing: Standing,
    pub key: Option<Secret>,
}

#[derive(Clone, Debug)]
pub struct Parts {
    pub apollo: Part,
    pub explorium: Part,
    pub hubspot: Part,
    pub lemlist: Part,
    pub model: Part,
}

/// The keys as given.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    pub apollo: Option<Secret>,
    pub explorium: Option<Secret>,
    pub hubspot: Option<Secret>,
    pub lemlist: Option<Secret>,
    pub model: Option<Secret>,
    /// QUARTERDECK_LIVE.
    pub real_mail: bool,
}

impl Parts {
    /// Name and standing, in the order in which people flow.
    pub fn vendors(&self) -> [(&'static str, Standing); 4] {
        [
            ("apollo", self.apollo.standing),
            ("explorium", self.explorium.standing),
            ("hubspot", self.hubspot.standing),
            ("lemlist", self.lemlist.standing),
        ]
    }

    pub fn all(&self) -> [(&'static str, Standing); 5] {
        let [a, b, c, d] = self.vendors();
        [a, b, c, d, ("model", self.model.standing)]
    }

    pub fn any_vendor_live(&self) -> bool {
        self.vendors().iter().any(|(_, standing)| standing.is_live())
    }

    pub fn needs_sandbox(&self) -> bool {
        self.all().iter().any(|(_, standing)| *standing == Standing::Sandbox)
    }
}

/// Judges the mixture; a refusal says which variable to set or to remove.
pub fn decide(keys: Keys) -> Result<Parts, ConfigFault> {
    let source_live = keys.apollo.is_some() || keys.explorium.is_some();
    let crm_live = keys.hubspot.is_some();
    if crm_live && !source_live {
        return Err(refused(
            "HUBSPOT_TOKEN",
            "would let invented people into a live HubSpot; set APOLLO_API_KEY or EXPLORIUM_API_KEY as well, or remove it",
        ));
    }
    if keys.lemlist.is_some() && !keys.real_mail {
        return Err(refused(
            "LEMLIST_API_KEY",
            "would send real mail; set QUARTERDECK_LIVE=1 if that is meant, or remove the key to stay in the sandbox",
        ));
    }
    if keys.lemlist.is_some() && !crm_live {
        return Err(refused(
            "LEMLIST_API_KEY",
            "would mail people who are in no live CRM; set HUBSPOT_TOKEN and a source's key as well, or remove it",
        ));
    }
    let without_key = |neighbour_live: bool| if neighbour_live { Standing::Off } else { Standing::Sandbox };
    Ok(Parts {
        apollo: part(keys.apollo, without_key(source_live)),
        explorium: part(keys.explorium, without_key(source_live)),
        hubspot: part(keys.hubspot, Standing::Sandbox),
        lemlist: part(keys.lemlist, without_key(crm_live)),
        model: part(keys.model, Standing::Sandbox),
    })
}

fn part(key: Option<Secret>, without_key: Standing) -> Part {
    let standing = if key.is_some() { Standing::Live } else { without_key };
    Part { standing, key }
}

fn refused(place: &str, reason: &str) -> ConfigFault {
    ConfigFault::new(place, None, reason)
}

/// What a database was used with, as stored in it: `apollo=live explorium=off …`.
pub fn seal(parts: &Parts) -> String {
    let words: Vec<String> =
        parts.vendors().iter().map(|(name, standing)| format!("{name}={}", standing.word())).collect();
    words.join(" ")
}

/// Joins the stored seal with today's parts. Rows made with an invented vendor must never meet the real one, nor the
/// other way round; a vendor that is off leaves what was there.
pub fn reseal(stored: &str, parts: &Parts) -> Result<String, String> {
    let before = |name: &str| {
        stored.split(' ').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse::<Standing>().ok())
    };
    let mut words = Vec::new();
    for (name, now) in parts.vendors() {
        let old = before(name).unwrap_or(Standing::Off);
        match (old, now) {
            (Standing::Sandbox, Standing::Live) | (Standing::Live, Standing::Sandbox) => {
                return Err(format!(
                    "the database holds rows made with {name} as {}, and {name} is {} now; start with another --data-dir (or --database-url)",
                    old.word(),
                    now.word()
                ));
            }
            (_, Standing::Off) => words.push(format!("{name}={}", old.word())),
            _ => words.push(format!("{name}={}", now.word())),
        }
    }
    Ok(words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(given: &str, real_mail: bool) -> Keys {
        let has = |letter: char| given.contains(letter).then(|| Secret::new("k"));
        Keys { apollo: has('a'), explorium: has('e'), hubspot: has('h'), lemlist: has('l'), model: has('m'), real_mail }
    }

    #[test]
    fn the_table_of_mixtures() {
        let allowed = [
            ("", "apollo=sandbox explorium=sandbox hubspot=sandbox lemlist=sandbox"),
            ("m", "apollo=sandbox explorium=sandbox hubspot=sandbox lemlist=sandbox"),
            ("a", "apollo=live explorium=off hubspot=sandbox lemlist=sandbox"),
            ("e", "apollo=off explorium=live hubspot=sandbox lemlist=sandbox"),
            ("ae", "apollo=live explorium=live hubspot=sandbox lemlist=sandbox"),
            ("ah", "apollo=live explorium=off hubspot=live lemlist=off"),
            ("aeh", "apollo=live explorium=live hubspot=live lemlist=off"),
            ("ahl", "apollo=live explorium=off hubspot=live lemlist=live"),
        ];
        for (given, expected) in allowed {
            assert_eq!(decide(keys(given, true)).map(|parts| seal(&parts)), Ok(expected.to_owned()), "{given}");
        }
        for given in ["h", "l", "al", "hl", "el", "mh"] {
            assert!(decide(keys(given, true)).is_err(), "{given}");
        }
    }

    #[test]
    fn no_mixture_mails_without_the_word_and_none_lets_the_sandbox_into_a_live_vendor() {
        for bits in 0..64_u32 {
            let given: String =
                "aehlm".chars().enumerate().filter(|(n, _)| bits >> n & 1 == 1).map(|(_, c)| c).collect();
            let real_mail = bits >> 5 & 1 == 1;
            let Ok(parts) = decide(keys(&given, real_mail)) else { continue };
            let source_sandbox = [&parts.apollo, &parts.explorium].iter().any(|p| p.standing == Standing::Sandbox);
            let sink_live = parts.hubspot.standing.is_live() || parts.lemlist.standing.is_live();
            assert!(!(source_sandbox && sink_live), "{given}");
            assert!(real_mail || !parts.lemlist.standing.is_live(), "{given}");
            assert!(!(parts.hubspot.standing.is_live() && parts.lemlist.standing == Standing::Sandbox), "{given}");
        }
    }

    #[test]
    fn a_database_stays_with_its_vendors() {
        let sandbox = decide(keys("", false)).unwrap();
        let sources = decide(keys("a", false)).unwrap();
        let all = decide(keys("aehl", true)).unwrap();
        let first = reseal("", &sandbox).unwrap();
        assert_eq!(first, seal(&sandbox));
        assert!(reseal(&first, &sources).unwrap_err().contains("apollo as sandbox"));
        let real = reseal("", &all).unwrap();
        assert!(reseal(&real, &sandbox).is_err());
        let without_outreach = decide(keys("aeh", false)).unwrap();
        assert_eq!(reseal(&real, &without_outreach).unwrap(), real);
    }
}
