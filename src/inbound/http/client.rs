//! Which address a request comes from, when there are proxies in front.
//!
//! `X-Forwarded-For` is a line that each proxy adds the address of its own peer to, at the end. What a
//! client wrote into it itself stands before that, so only what proxies of ours added can be believed:
//! from the right, up to the first address that is not a proxy of ours.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use poem::Request;

const FORWARDED: &str = "x-forwarded-for";

/// The address a request comes from; `None` where its connection has none (a Unix socket).
pub(super) fn of(request: &Request, proxies: &[IpNet]) -> Option<IpAddr> {
    let peer = request.remote_addr().as_socket_addr()?.ip();
    let lines = request.headers().get_all(FORWARDED).iter();
    // A line that is no text is one entry that is no address.
    let lines: Vec<&str> = lines.map(|line| line.to_str().unwrap_or_default()).collect();
    Some(behind(peer, &lines, proxies))
}

/// Whether the connection itself comes from a trusted proxy.
pub(super) fn is_proxy(address: IpAddr, proxies: &[IpNet]) -> bool {
    let address = address.to_canonical();
    proxies.iter().any(|network| network.contains(&address))
}

/// Who stands behind `peer`, by the lines of the header in their order. What is no address is not looked
/// behind: the proxy that passed it on is the last one that is known.
fn behind(peer: IpAddr, lines: &[&str], proxies: &[IpNet]) -> IpAddr {
    let mut known = peer.to_canonical();
    let mut entries = lines.iter().rev().flat_map(|line| line.rsplit(','));
    while is_proxy(known, proxies) {
        match entries.next().and_then(address) {
            Some(before) => known = before,
            None => break,
        }
    }
    known
}

/// An address as proxies write it, with or without a port.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry.strip_prefix('[').and_then(|e| e.strip_suffix(']')).unwrap_or(entry);
    let address = bare.parse().or_else(|_| entry.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(peer: &str, lines: &[&str]) -> String {
        let proxies = ["10.0.0.0/8", "fd00::/8", "192.0.2.1/32"].map(|n| n.parse().unwrap());
        behind(peer.parse().unwrap(), lines, &proxies).to_string()
    }

    #[test]
    fn a_stranger_is_whoever_connects() {
        assert_eq!(found("203.0.113.9", &[]), "203.0.113.9");
        assert_eq!(found("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(found("203.0.113.9", &["198.51.100.1, 10.0.0.1"]), "203.0.113.9");
        assert_eq!(found("::ffff:203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn behind_proxies_it_is_the_last_address_that_is_none_of_them() {
        for (peer, lines, client) in [
            ("10.0.0.1", &["203.0.113.9"][..], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9, 10.0.0.2, 192.0.2.1"], "203.0.113.9"),
            // What the client wrote itself stands before what the proxy saw.
            ("10.0.0.1", &["127.0.0.1, 198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["10.9.9.9, 203.0.113.9"], "203.0.113.9"),
            // Each proxy may also write a line of its own.
            ("10.0.0.1", &["198.51.100.1", "203.0.113.9", "10.0.0.2"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", &[" 203.0.113.9 ,\t10.0.0.2"], "203.0.113.9"),
            ("fd00::1", &["2001:db8::7"], "2001:db8::7"),
            ("fd00::1", &["[2001:db8::7]"], "2001:db8::7"),
            ("fd00::1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("::ffff:10.0.0.1", &["::ffff:203.0.113.9"], "203.0.113.9"),
        ] {
            assert_eq!(found(peer, lines), client, "{lines:?}");
        }
    }

    #[test]
    fn it_ends_at_the_last_good_one() {
        for (lines, client) in [
            (&[][..], "10.0.0.1"),
            (&[""], "10.0.0.1"),
            (&["unknown"], "10.0.0.1"),
            (&["203.0.113.9, unknown"], "10.0.0.1"),
            (&["203.0.113.9, _hidden, 10.0.0.2"], "10.0.0.2"),
            (&["203.0.113.9,, 10.0.0.2"], "10.0.0.2"),
            (&["203.0.113.9", ""], "10.0.0.1"),
            (&["203.0.113.300"], "10.0.0.1"),
            (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            assert_eq!(found("10.0.0.1", lines), client, "{lines:?}");
        }
    }
}
