//! Calls to places that somebody else names: callbacks, and what a token's issuer points to.
//!
//! Whoever names a place could make storebot speak to what only storebot can reach: the cluster's
//! services, the cloud's metadata. So a host is resolved once and judged by its addresses, and a
//! [`client`] reaches exactly these: no redirects, no proxies, no second look-up.

mod address;
#[doc(hidden)]
pub mod fuzz;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use url::Url;

pub use address::{AddressError, is_inside, resolve};

/// A client that can reach the checked addresses of one host and nothing else. It trusts the public
/// certificates and what the machine trusts (or the file `SSL_CERT_FILE` names): an issuer inside has
/// a certificate from inside.
///
/// # Errors
/// The TLS of this machine cannot be set up.
pub fn client(url: &Url, addresses: &[SocketAddr], within: Duration) -> reqwest::Result<Client> {
    Client::builder()
        .user_agent(concat!("storebot/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(within)
        .timeout(within)
        .pool_max_idle_per_host(0)
        .dns_resolver(Arc::new(NoNames))
        .resolve_to_addrs(url.host_str().unwrap_or_default(), addresses)
        .build()
}

/// Resolves nothing: a name that was not checked is not looked up.
struct NoNames;

impl reqwest::dns::Resolve for NoNames {
    fn resolve(&self, _name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async { Err("this name was not checked".into()) })
    }
}

/// What went wrong with a call, without the address that reqwest's own words hold.
#[must_use]
pub fn kind(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    }
}
