//! Which addresses a vendor may have: public ones when live, loopback ones in the sandbox, nothing else.
//! The connection goes to the very addresses that were checked here, so a name cannot change in between.
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;

use reqwest::dns::Addrs;
use reqwest::dns::Name;
use reqwest::dns::Resolve;
use reqwest::dns::Resolving;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Public,
    Loopback,
}

impl Reach {
    pub fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            Self::Loopback => address.to_canonical().is_loopback(),
        }
    }
}

/// The name leads to an address that is not allowed; all of its addresses are then distrusted.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that is not allowed")]
pub struct Forbidden;

pub struct Checked(pub Reach);

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed = checked(reach, found)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn checked(reach: Reach, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Forbidden> {
    if found.iter().all(|address| reach.allows(address.ip())) { Ok(found) } else { Err(Forbidden) }
}

fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let special = a == 0
        || (a == 100 && (64..128).contains(&b)) // shared by carriers
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b)) // benchmarks
        || a >= 240;
    !(special
        || v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_documentation()
        || v4.is_multicast())
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let [first, second, ..] = v6.segments();
    // Only the global range is handed out; the rest is local, mapped or not in use.
    let global = first & 0xe000 == 0x2000;
    let tunnelled = first == 0x2002 || (first == 0x2001 && second < 0x0200);
    let documentation = (first == 0x2001 && second == 0x0db8) || first == 0x3fff;
    global && !tunnelled && !documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_reached_live() {
        let public = ["104.16.1.1", "8.8.8.8", "2606:4700::6810:1"];
        let others = [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "ff02::1",
        ];
        for text in public {
            assert!(Reach::Public.allows(text.parse().unwrap()), "{text}");
            assert!(!Reach::Loopback.allows(text.parse().unwrap()), "{text}");
        }
        for text in others {
            assert!(!Reach::Public.allows(text.parse().unwrap()), "{text}");
        }
        assert!(Reach::Loopback.allows("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn one_bad_address_spoils_the_name() {
        let mixed = vec!["8.8.8.8:0".parse().unwrap(), "169.254.169.254:0".parse().unwrap()];
        assert!(checked(Reach::Public, mixed).is_err());
    }

    #[tokio::test]
    async fn localhost_is_refused_live() {
        let name: Name = "localhost".parse().unwrap();
        assert!(Checked(Reach::Public).resolve(name).await.is_err_and(|error| error.is::<Forbidden>()));
    }
}
