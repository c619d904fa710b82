//! Titles as people write them.
use proptest::prelude::*;

use super::*;

#[test]
fn titles_are_classed() {
    use Function::*;
    use Seniority::*;
    let table = [
        ("VP Finance", Finance, Vp),
        ("VP, Finance", Finance, Vp),
        ("V.P. Finance", Finance, Vp),
        ("VP of Finance & Operations", Finance, Vp),
        ("SVP - Finance & Treasurer", Finance, Vp),
        ("Vicepresidente de Finanzas", Finance, Vp),
        ("CFO", Finance, CLevel),
        ("Chief Financial Officer", Finance, CLevel),
        ("Interim CFO", Finance, CLevel),
        ("Executive Vice President and Chief Financial Officer", Finance, CLevel),
        ("Head of Finance", Finance, Head),
        ("Leiter Finanzen", Finance, Head),
        ("Leiterin Finanzen", Finance, Head),
        ("Finanzvorstand", Finance, CLevel),
        ("Finance Director", Finance, Director),
        ("Directeur financier", Finance, Director),
        ("Responsable comptable", Finance, Manager),
        ("FP&A Manager", Finance, Manager),
        ("Financial Controller", Finance, Manager),
        ("Group Financial Controller", Finance, Director),
        ("Staff Accountant", Finance, Entry),
        ("VP Sales", Sales, Vp),
        ("Vertriebsleiterin", Sales, Head),
        ("Head of Revenue Operations", Sales, Head),
        ("Account Executive, Mid-Market", Sales, Entry),
        ("Director de ventas", Sales, Director),
        ("CTO", Engineering, CLevel),
        ("VP Engineering", Engineering, Vp),
        ("Staff Software Engineer", Engineering, Senior),
        ("Chief Engineer", Engineering, Senior),
        ("CMO", Marketing, CLevel),
        ("CISO", It, CLevel),
        ("CIO", It, CLevel),
        ("Chief People Officer", Hr, CLevel),
        ("Personalleiter", Hr, Head),
        ("DRH", Hr, Director),
        ("Head of Data", Data, Head),
        ("Lead Data Scientist", Data, Senior),
        ("Product Owner", Product, Entry),
        ("General Counsel", Legal, CLevel),
        ("CEO", General, CLevel),
        ("Founder & CEO", General, CLevel),
        ("Owner", General, CLevel),
        ("Geschäftsführer", General, CLevel),
        ("Managing Director", General, CLevel),
        ("Executive Assistant to the CFO", General, Entry),
        ("Wizard", Function::Unknown, Seniority::Unknown),
        ("", Function::Unknown, Seniority::Unknown),
    ];
    for (title, function, seniority) in table {
        let class = classify(title);
        assert_eq!((class.function, class.seniority), (function, seniority), "{title}");
    }
}

#[test]
fn a_former_post_is_no_post() {
    assert_eq!(classify("ex-CFO").seniority, Seniority::Unknown);
    assert!(classify("Former VP Finance").confidence < 0.5);
    assert_eq!(classify("VP Finance").canonical.as_deref(), Some("VP Finance"));
}

#[test]
fn titles_answer_to_what_was_asked() {
    use TitleMatch::*;
    let table = [
        ("VP of Finance & Accounting", "VP Finance", Exact),
        ("Vice President, Finance", "VP Finance", Exact),
        ("CFO", "VP Finance", Similar),
        ("Head of Finance", "VP Finance", Similar),
        ("Chief Financial Officer", "CFO", Exact),
        ("Financial Controller", "Controller", Exact),
        ("Finance Manager", "VP Finance", No),
        ("VP Finance", "VP Tax", Similar),
        ("VP Sales", "VP Finance", No),
        ("Assistant to the VP Finance", "VP Finance", No),
        ("Former VP Finance", "VP Finance", No),
        ("Interim CFO", "CFO", Exact),
        ("Finance Director", "finance", Exact),
        ("Wizard", "VP Finance", No),
        ("VP Engineering", "VPs of engineering", Exact),
    ];
    for (title, asked, expected) in table {
        assert_eq!(matches(title, &[asked.to_owned()]), expected, "{title} for {asked}");
    }
    assert_eq!(matches("CFO", &["VP Sales".to_owned(), "CFO".to_owned()]), Exact);
    assert_eq!(matches("CFO", &[]), No);
}

proptest! {
    #[test]
    fn any_text_is_classed_within_bounds(title in ".{0,300}") {
        let class = classify(&title);
        prop_assert!((0.0..=1.0).contains(&class.confidence));
        prop_assert_eq!(class, classify(&title));
    }

    #[test]
    fn a_known_title_answers_to_itself(title in "(VP|CFO|Head of|Director) (Finance|Sales|Data|Engineering)") {
        prop_assert_eq!(matches(&title, std::slice::from_ref(&title)), TitleMatch::Exact);
    }
}
