//! The words of job titles, in English first, then German, French, Spanish. To add one: put it in a row below.
use crate::domain::title::Function;
use crate::domain::title::Seniority;

/// True if a list of words, parted by bars, has this one.
pub fn lists(list: &str, word: &str) -> bool {
    list.split('|').any(|listed| listed == word)
}

/// Short forms and what they stand for.
pub const SHORT: &[(&str, &str)] = &[
    ("ceo", "chief executive officer"),
    ("cfo", "chief finance officer"),
    ("coo", "chief operations officer"),
    ("cto", "chief technology officer"),
    ("cio", "chief it officer"),
    ("ciso", "chief security officer"),
    ("cmo", "chief marketing officer"),
    ("cro", "chief revenue officer"),
    ("cso", "chief sales officer"),
    ("cco", "chief commercial officer"),
    ("cpo", "chief product officer"),
    ("chro", "chief hr officer"),
    ("cdo", "chief data officer"),
    ("clo", "chief legal officer"),
    ("cao", "chief accounting officer"),
    ("svp", "senior vp"),
    ("evp", "executive vp"),
    ("avp", "associate vp"),
    ("rvp", "regional vp"),
    ("vicepresident", "vp"),
    ("vicepresidente", "vp"),
    ("vicepresidenta", "vp"),
    ("md", "managing director"),
    ("gm", "general manager"),
    ("dir", "director"),
    ("mgr", "manager"),
    ("sr", "senior"),
    ("jr", "junior"),
    ("financial", "finance"),
    ("finances", "finance"),
    ("operating", "operations"),
    ("eng", "engineering"),
    ("mktg", "marketing"),
    ("ops", "operations"),
    ("dev", "development"),
    ("pdg", "directeur general"),
    ("daf", "directeur finance"),
    ("drh", "directeur hr"),
    ("heads", "head"),
    ("vps", "vp"),
    ("cfos", "chief finance officer"),
    ("ctos", "chief technology officer"),
    ("ceos", "chief executive officer"),
    ("controllers", "controller"),
    ("directors", "director"),
    ("managers", "manager"),
];

/// Phrases and the words they are read as.
pub const PHRASES: &[(&str, &str)] = &[
    ("v p", "vp"),
    ("vice president", "vp"),
    ("vice presidents", "vp"),
    ("vice presidente", "vp"),
    ("vice presidenta", "vp"),
    ("human resources", "hr"),
    ("human resource", "hr"),
    ("ressources humaines", "hr"),
    ("recursos humanos", "hr"),
    ("information technology", "it"),
    ("information systems", "it"),
    ("information officer", "it officer"),
    ("finance planning and analysis", "fpa"),
    ("finance planning analysis", "fpa"),
    ("account executive", "seller"),
    ("account executives", "seller"),
    ("account manager", "seller"),
    ("customer success manager", "seller"),
    ("account clerk", "accounts clerk"),
    ("data engineer", "data specialist"),
    ("security engineer", "security specialist"),
    ("market research", "marketing"),
    ("revenue operations", "revenue"),
    ("product marketing", "marketing"),
    ("product owner", "product specialist"),
    ("process owner", "operations specialist"),
    ("sales engineer", "seller"),
    ("solutions engineer", "seller"),
    ("customer success", "sales"),
    ("lead generation", "marketing"),
    ("general counsel", "chief legal officer"),
    ("chief of staff", "senior executive"),
    ("human capital", "hr"),
    ("talent acquisition", "hr"),
    ("machine learning", "data"),
    ("business intelligence", "data"),
    ("business development", "sales"),
    ("supply chain", "operations"),
    ("company secretary", "legal manager"),
    ("air traffic", "traffic"),
    ("traffic controller", "clerk"),
    ("document controller", "operations clerk"),
    ("inventory controller", "operations clerk"),
    ("funeral director", "clerk"),
    ("director general", "managing director"),
    ("directora general", "managing director"),
    ("directeur general", "managing director"),
    ("directrice generale", "managing director"),
];

/// The words of each function.
pub const FUNCTIONS: &[(Function, &str)] = &[
    (
        Function::Finance,
        "\
        finance|fpa|accounting|accountant|accountants|accounts|controller|comptroller|controlling|treasurer|\
        treasury|audit|auditor|tax|bookkeeper|billing|budget|finanzen|buchhaltung|buchhalter|buchhalterin|\
        rechnungswesen|financier|financiere|comptable|comptabilite|tresorier|finanzas|financiero|financiera|\
        contabilidad|risk|contable|contador|tesoreria|finanziario|finanziaria|kaufmannischer|payable|actuary",
    ),
    (
        Function::Sales,
        "\
        sales|seller|presales|revenue|commercial|sdr|bdr|account|partnerships|vertrieb|vertriebs|verkauf|vente|\
        ventes|commerciale|ventas|comercial|gtm",
    ),
    (
        Function::Marketing,
        "\
        marketing|brand|growth|demand|content|seo|communications|pr|kommunikation|mercadeo|mercadotecnia|\
        advertising|media|campaign",
    ),
    (
        Function::Engineering,
        "\
        engineering|engineer|engineers|software|developer|developers|programmer|technology|architect|devops|sre|\
        platform|entwicklung|entwickler|entwicklerin|softwareentwicklung|technik|technischer|technical|\
        ingenieur|ingenieurin|ingenieria|ingeniero|ingeniera|developpeur|developpement|technique|desarrollo|\
        desarrollador|backend|frontend|qa|cto|tecnologia|development|research",
    ),
    (Function::Product, "product|products|produkt|produit|producto|ux|designer|design"),
    (Function::Data, "data|analytics|bi|ml|ai|daten|datos|donnees|statistician|ki"),
    (
        Function::It,
        "\
        it|security|infrastructure|applications|helpdesk|network|sysadmin|systems|system|administrator|\
        informatik|edv|informatique|informatica|sistemas|cybersecurity",
    ),
    (
        Function::Hr,
        "\
        hr|people|talent|recruiter|recruiting|recruitment|payroll|benefits|personal|personalwesen|rh|rrhh|\
        happiness|culture|compensation",
    ),
    (
        Function::Operations,
        "\
        operations|logistics|procurement|purchasing|einkauf|einkaufs|achats|compras|betrieb|betriebs|produktion|\
        logistik|logistique|operaciones|facilities|project|program|programme|process|manufacturing|production|\
        quality|plant",
    ),
    (
        Function::Legal,
        "\
        legal|counsel|compliance|attorney|lawyer|paralegal|recht|rechts|juridique|juriste|abogado|abogada|\
        privacy|jurist",
    ),
];

/// Beginnings of German compounds: `Vertriebsleiterin`, `Finanzvorstand`.
pub const COMPOUNDS: &[(&str, Function)] = &[
    ("finanz", Function::Finance),
    ("buchhaltung", Function::Finance),
    ("vertrieb", Function::Sales),
    ("verkauf", Function::Sales),
    ("marketing", Function::Marketing),
    ("entwicklung", Function::Engineering),
    ("software", Function::Engineering),
    ("technik", Function::Engineering),
    ("produkt", Function::Product),
    ("daten", Function::Data),
    ("informatik", Function::It),
    ("personal", Function::Hr),
    ("einkauf", Function::Operations),
    ("betrieb", Function::Operations),
    ("logistik", Function::Operations),
    ("recht", Function::Legal),
];

/// The words of each rank, the highest first.
pub const RANKS: &[(Seniority, &str)] = &[
    (Seniority::CLevel, "chief|vorstand|vorstandin|finanzvorstand|vorstandsvorsitzender"),
    (Seniority::Vp, "vp"),
    (Seniority::Head, "head|leiter|leiterin|leitung|bereichsleiter|bereichsleiterin"),
    (Seniority::Director, "director|directeur|directrice|directora|direktor|direktorin|direttore|direttrice"),
    (
        Seniority::Manager,
        "\
        manager|responsable|gerente|jefe|jefa|teamleiter|teamleiterin|supervisor|teamlead|gestionnaire|\
        abteilungsleiter|abteilungsleiterin|encargado|encargada",
    ),
    (Seniority::Senior, "senior|principal|staff|lead|founding|expert"),
    (
        Seniority::Entry,
        "\
        junior|intern|trainee|assistant|associate|analyst|specialist|coordinator|clerk|representative|engineer|\
        developer|accountant|recruiter|designer|administrator|consultant|student|working|referent|referentin|\
        sachbearbeiter|sachbearbeiterin|werkstudent|praktikant|praktikantin|stagiaire|comptable|contable|\
        buchhalter|buchhalterin|seller|sdr|bdr|entwickler|entwicklerin|developpeur|desarrollador|scientist|\
        bookkeeper|programmer|auditor|paralegal|juriste",
    ),
];

/// Words that say nothing of function or rank by themselves.
pub const SMALL: &str = "\
    of|the|and|for|to|in|at|de|la|le|des|du|del|der|die|fur|und|et|y|officer|global|group|regional|acting|\
    interim|fractional|deputy|m|w|d|f";

/// Words that name a function only if no plainer one stands beside them: in "process engineering", engineering counts.
pub const WEAK: &str = "\
    operations|project|program|programme|process|plant|product|products|technology|technical|account|software|\
    system|systems|platform|media|research|development|quality|production|content|growth|design|personal|\
    network|administrator|applications|advertising|infrastructure|revenue|commercial|budget|billing|campaign|\
    risk|benefits";

/// Words that part a title: the first part with a function is the main one.
pub const PARTS: &str = "and|of|for|und|et|y|e|de";
