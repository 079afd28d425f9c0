//! Who counts as one caller on the network.

use std::net::{IpAddr, Ipv6Addr};

/// What stands for an address wherever callers are counted: an IPv4 address itself, and the first half (/64)
/// of an IPv6 address, since whoever has a network can use any address in it. IPv4 written as IPv6 is IPv4.
#[must_use]
pub fn caller(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_is_one_caller() {
        for (address, one) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::"),
            ("2001:db8::2:0:0:1", "2001:db8::"),
            ("2001:db8:0:1::1", "2001:db8:0:1::"),
        ] {
            assert_eq!(caller(address.parse().unwrap()), one.parse::<IpAddr>().unwrap(), "{address}");
        }
    }
}
