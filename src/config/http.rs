//! The section `http`: where the doors are, and what they bear.

use std::net::IpAddr;

use ipnet::IpNet;
use url::Url;

use super::Http;
use super::reader::Reader;

pub(super) fn read(mut r: Reader<'_>) -> Option<Http> {
    let listen = r.parsed("listen", "address such as 127.0.0.1:8080");
    let admin_listen = r.parsed("admin_listen", "address such as 127.0.0.1:9090");
    let public_url = r.parsed("public_url", "URL such as https://storebot.example.com");
    let trusted_proxies = listed(&mut r, "trusted_proxies", network);
    let cors_origins = listed(&mut r, "cors_origins", origin);
    Some(Http {
        trusted_proxies,
        cors_origins,
        body_limit: r.number("body_limit", 1024, 16 << 20) as usize,
        webhook_body_limit: r.number("webhook_body_limit", 1024, 32 << 20) as usize,
        connections: r.number("connections", 1, 1_000_000) as usize,
        connections_per_address: r.number("connections_per_address", 1, 1_000_000) as usize,
        head_timeout: r.duration("head_timeout"),
        body_timeout: r.duration("body_timeout"),
        request_timeout: r.duration("request_timeout"),
        drain: r.grace("drain"),
        shutdown_grace: r.duration("shutdown_grace"),
        // Last, so that their faults keep nobody from finding the others.
        listen: listen?,
        admin_listen: admin_listen?,
        public_url: public_url?,
    })
}

/// The good ones of a list; each other one is a fault of its own.
fn listed<T>(r: &mut Reader<'_>, key: &str, read: fn(&str) -> Result<T, &'static str>) -> Vec<T> {
    let mut good = Vec::new();
    for (index, text) in r.strings(key).iter().enumerate() {
        match read(text) {
            Ok(value) => good.push(value),
            Err(why) => r.fault(&format!("{key}[{index}]"), format!("{text:?} {why}")),
        }
    }
    good
}

fn network(text: &str) -> Result<IpNet, &'static str> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    match network {
        Ok(all) if all.prefix_len() == 0 => Err("is everybody: then anybody could claim any address"),
        Ok(network) => Ok(network),
        Err(_) => Err("is no address or network such as 10.0.0.0/8"),
    }
}

/// An origin in the one form in which browsers write it, so that comparing texts is enough.
fn origin(text: &str) -> Result<String, &'static str> {
    let url: Option<Url> = text.parse().ok();
    let written = url.filter(|u| matches!(u.scheme(), "http" | "https")).map(|u| u.origin().ascii_serialization());
    written
        .filter(|o| o == text)
        .ok_or("is no origin such as https://shops.example.com, without wildcard, path or usual port")
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use crate::config::Config;

    fn load(http: &str) -> Result<Config, Vec<String>> {
        let file = format!("[http]\n{http}\n[[cells]]\nname='main'");
        Config::load(&file, &[]).map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn nobody_is_trusted_unless_named() {
        let http = load("").unwrap().http;
        assert!(http.trusted_proxies.is_empty() && http.cors_origins.is_empty());
        let http = load("trusted_proxies=['10.0.0.0/8','192.0.2.7','fd00::/8']\ncors_origins=['https://a.example']");
        let http = http.unwrap().http;
        let has = |address: &str| http.trusted_proxies.iter().any(|n| n.contains(&address.parse::<IpAddr>().unwrap()));
        assert!(has("10.1.2.3") && has("192.0.2.7") && has("fd00::1"));
        assert!(!has("192.0.2.8") && !has("11.0.0.1"));
    }

    #[test]
    fn who_is_trusted_is_named_exactly() {
        let bad = "trusted_proxies=['10.0.0.0/40','proxy.example.com','0.0.0.0/0']\n\
                   cors_origins=['*','https://a.example/','https://a.example:443','a.example','null']\nbody_timeout='0s'";
        insta::assert_snapshot!(load(bad).unwrap_err().join("\n"));
    }
}
