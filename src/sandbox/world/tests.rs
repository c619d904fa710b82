use std::collections::HashSet;

use crate::sandbox::world::NONE;
use crate::sandbox::world::World;
use crate::sandbox::world::flag;
use crate::sandbox::world::ids::Kind;

fn fingerprint(w: &World) -> u64 {
    (0..w.people.len() as u32)
        .fold(0, |h, i| crate::sandbox::random::hash_text(h, &(w.full_name(i) + &w.mail(i) + w.title(i).text)))
}

/// The world everyone knows.
fn small(seed: u64) -> World {
    World::generate(seed, 0)
}

#[test]
fn a_larger_world_begins_with_the_same_and_names_nobody_twice() {
    let (small, large) = (small(20_261_121), World::generate(20_261_121, 9_000));
    assert_eq!(large.companies.len(), 9_000);
    let domains: HashSet<String> = (0..9_000).map(|i| large.domain(i)).collect();
    assert_eq!(domains.len(), 9_000);
    assert!((0..small.companies.len() as u32).all(|i| small.company_name(i) == large.company_name(i)));
    assert!((0..small.people.len() as u32).all(|i| small.mail(i) == large.mail(i)));
    assert_eq!(large.flagship_matches(), small.flagship_matches());
}

#[test]
fn the_same_seed_makes_the_same_world() {
    let (a, b, c) = (small(5), small(5), small(6));
    assert_eq!(fingerprint(&a), fingerprint(&b));
    assert_ne!(fingerprint(&a), fingerprint(&c));
}

#[test]
fn the_world_is_large_enough_and_only_reserved() {
    let w = small(20_261_121);
    let countries: HashSet<u8> = w.people.iter().map(|p| p.country).collect();
    assert!(w.companies.len() >= 2_000 && w.people.len() >= 15_000 && countries.len() >= 20);
    assert!(w.flagship_matches() >= 160, "{}", w.flagship_matches());
    let domains: HashSet<String> = (0..w.companies.len() as u32).map(|i| w.domain(i)).collect();
    assert_eq!(domains.len(), w.companies.len());
    assert!(domains.iter().all(|d| d.ends_with(".example") || d.ends_with(".test")));
    for i in 0..w.people.len() as u32 {
        assert!(w.profile(i).contains("linkedin.example"));
        let mail = w.mail(i);
        assert_eq!(w.person_by_mail(&mail).map(|p| w.original(p)), Some(w.original(i)), "{mail}");
    }
}

#[test]
fn the_flagship_has_its_accidents() {
    let w = small(20_261_121);
    let of = |bit: u16| w.people.iter().filter(|p| p.flags & flag::FLAGSHIP != 0 && p.flags & bit != 0).count();
    assert_eq!(of(flag::IN_CAMPAIGN), 2);
    assert_eq!(of(flag::UNSUBSCRIBED), 3);
    assert_eq!(of(flag::OPTED_OUT), 2);
    assert!((10..=16).contains(&of(flag::IN_CRM)));
    assert!(w.people.iter().filter(|p| p.twin_of != NONE).count() >= 5);
    assert!(of(flag::INVALID) >= 3 && of(flag::CATCH_ALL) >= 3);
}

#[test]
fn ids_read_back() {
    let w = small(1);
    let id = w.id(Kind::ExploriumPerson, 77);
    assert_eq!((id.len(), w.index_of(Kind::ExploriumPerson, &id)), (40, Some(77)));
    assert_eq!(w.index_of(Kind::ExploriumPerson, &id.replace(&id[39..], "x")), None);
    assert_eq!(w.person_by_profile(&w.profile(12)), Some(12));
}
