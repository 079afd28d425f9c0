//! What fuzz targets reach in here: the guard of callbacks. No part of the program.

use std::net::IpAddr;

use url::{Host, Url};

use super::address;

/// Whether a callback may go to this address though nobody listed it. `None` for a name: where that leads
/// is only known once it is resolved.
#[must_use]
pub fn reaches(url: &Url) -> Option<IpAddr> {
    let ip = match url.host()? {
        Host::Ipv4(ip) => IpAddr::V4(ip),
        Host::Ipv6(ip) => IpAddr::V6(ip),
        Host::Domain(_) => return None,
    };
    address::is_public(ip).then_some(ip)
}
