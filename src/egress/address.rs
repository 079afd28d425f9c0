//! Which addresses may be called at all.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Url};

#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    #[error("the address has no host")]
    NoHost,
    #[error("the host's name cannot be resolved")]
    Unresolved,
    #[error("the host is on an address that is not public")]
    NotPublic,
}

impl AddressError {
    /// Whether another attempt can end better.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unresolved)
    }
}

/// Resolves a URL's host once and checks every address. Connect to exactly these: asking again
/// could give others. Hosts in `allow_hosts` (names or addresses, with `:port` or without) may be
/// anywhere.
///
/// # Errors
/// There is no host, nobody knows its addresses, or one of them is inside.
pub async fn resolve(url: &Url, allow_hosts: &[String]) -> Result<Vec<SocketAddr>, AddressError> {
    let port = url.port_or_known_default().ok_or(AddressError::NoHost)?;
    let addresses: Vec<SocketAddr> = match url.host().ok_or(AddressError::NoHost)? {
        Host::Ipv4(ip) => vec![SocketAddr::new(ip.into(), port)],
        Host::Ipv6(ip) => vec![SocketAddr::new(ip.into(), port)],
        Host::Domain(name) => {
            tokio::net::lookup_host((name, port)).await.map_err(|_| AddressError::Unresolved)?.collect()
        }
    };
    if addresses.is_empty() {
        return Err(AddressError::Unresolved);
    }
    let public = addresses.iter().all(|a| is_public(a.ip()));
    if public || is_allowed(url, port, allow_hosts) { Ok(addresses) } else { Err(AddressError::NotPublic) }
}

/// Whether a host can be seen to be inside without asking anybody: an address that is, or a name that always
/// means this machine. Only [`resolve`] says the rest.
#[must_use]
pub fn is_inside(url: &Url, allow_hosts: &[String]) -> bool {
    let Some(port) = url.port_or_known_default() else { return false };
    let inside = match url.host() {
        Some(Host::Ipv4(ip)) => !is_public(ip.into()),
        Some(Host::Ipv6(ip)) => !is_public(ip.into()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        None => false,
    };
    inside && !is_allowed(url, port, allow_hosts)
}

fn is_allowed(url: &Url, port: u16, allow_hosts: &[String]) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let with_port = format!("{host}:{port}");
    allow_hosts.iter().any(|allowed| [host, bare, &with_port].iter().any(|h| allowed.eq_ignore_ascii_case(h)))
}

pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// Everything outside the special-purpose registry of RFC 6890 and multicast.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match (a, b, c) {
        // "This" network, private, loopback, link-local (the metadata address among them).
        (0 | 10 | 127, ..) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _) => true,
        // Carriers' own (Alibaba's metadata address among them), benchmarks.
        (100, 64..=127, _) | (198, 18..=19, _) => true,
        // Protocol assignments, documentation, 6to4 relays.
        (192, 0, 0 | 2) | (198, 51, 100) | (203, 0, 113) | (192, 88, 99) => true,
        // Multicast, reserved, broadcast.
        (224..=255, ..) => true,
        _ => false,
    };
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match s {
        // IPv4 in disguise is judged as what it reaches: mapped, NAT64, 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(embedded(high, low)),
        [0x2002, high, low, ..] => is_public_v4(embedded(high, low)),
        // Teredo and other protocol assignments, documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // Of all the rest only global unicast is public: no loopback, link-local, unique local,
        // multicast, unspecified.
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn judge(url: &str, allow: &[&str]) -> bool {
        let allow: Vec<String> = allow.iter().map(|a| (*a).to_owned()).collect();
        resolve(&url.parse().unwrap(), &allow).await.is_ok()
    }

    #[test]
    fn only_public_addresses_are_public() {
        for public in ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for inside in [
            "0.0.0.0",
            "10.0.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.5",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
    }

    #[tokio::test]
    async fn a_host_is_judged_by_its_addresses() {
        for url in [
            "http://localhost/",
            "http://127.1/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://[::ffff:7f00:1]/",
        ] {
            assert!(!judge(url, &[]).await, "{url}");
        }
        assert!(judge("https://1.1.1.1/", &[]).await);
    }

    #[test]
    fn what_is_inside_for_all_to_see_needs_no_resolver() {
        let judge = |url: &str, allow: &[&str]| {
            let allow: Vec<String> = allow.iter().map(|a| (*a).to_owned()).collect();
            is_inside(&url.parse().unwrap(), &allow)
        };
        for url in [
            "http://127.0.0.1:8080/x",
            "http://127.1/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://2130706433/",
            "http://0.0.0.0/",
            "http://10.0.0.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://100.64.0.1/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:7f00:1]/",
            "http://[::ffff:169.254.169.254]/",
            "http://[64:ff9b::a00:1]/",
            "http://[64:ff9b:1::a00:1]/",
            "http://[fd00:ec2::254]/",
            "http://[fe80::1]/",
            "http://[ff02::1]/",
            "http://224.0.0.1/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://shop.localhost:81/",
        ] {
            assert!(judge(url, &[]), "{url}");
        }
        // Whatever else a name means is known when it is called.
        for url in ["https://1.1.1.1/", "https://example.com/", "http://internal/", "http://[2606:4700::1111]/"] {
            assert!(!judge(url, &[]), "{url}");
        }
        assert!(!judge("http://127.0.0.1:8080/x", &["127.0.0.1"]) && !judge("http://[::1]:9/", &["::1"]));
        assert!(judge("http://127.0.0.1:8080/x", &["127.0.0.1:8081"]));
    }

    #[tokio::test]
    async fn a_listed_host_may_be_anywhere() {
        assert!(judge("http://127.0.0.1:8080/x", &["127.0.0.1"]).await);
        assert!(judge("http://127.0.0.1:8080/x", &["127.0.0.1:8080"]).await);
        assert!(judge("http://LOCALHOST/x", &["localhost"]).await);
        assert!(judge("http://[::1]:9/x", &["::1"]).await);
        assert!(!judge("http://127.0.0.1:8080/x", &["127.0.0.1:8081", "127.0.0"]).await);
    }
}
