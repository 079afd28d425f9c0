//! Where Redis is: one address for a server, for the Sentinels of one, or for a cluster.
//!
//! The spellings are those that other clients read, too: see `[redis]` in `config.default.toml`.
//! Nothing here repeats an address in an error, since it may hold a password.

use std::collections::BTreeMap;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::Url;

const REDIS_PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;

/// A checked address.
#[derive(Clone, Debug)]
pub struct Address {
    pub place: Place,
    /// Checked against the machine's trusted certificates.
    pub tls: bool,
    /// For the servers that hold data.
    pub login: Login,
    pub database: u32,
}

/// How the server that takes writes is found.
#[derive(Clone, Debug)]
pub enum Place {
    /// It is always this one.
    Server(Endpoint),
    Socket(PathBuf),
    /// Sentinels know it.
    Sentinel(Sentinels),
    /// Any node of the cluster knows it; not empty.
    Cluster(Vec<Endpoint>),
}

#[derive(Clone, Debug)]
pub struct Sentinels {
    /// Not empty.
    pub endpoints: Vec<Endpoint>,
    /// What they call the group of servers.
    pub service: String,
    /// Theirs, not that of the servers that hold data.
    pub login: Login,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// A name or an IP address, IPv6 without brackets.
    pub host: String,
    pub port: u16,
}

#[derive(Clone, Debug, Default)]
pub struct Login {
    pub user: Option<String>,
    pub password: Option<SecretString>,
}

/// Why an address cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("begins with none of redis://, rediss://, unix://, redis-sentinel://, redis-cluster:// or their likes")]
    Scheme,
    #[error("is no URL: special characters of a user or password are written %XX, such as %40 for @")]
    Url,
    #[error("host {0} is no name or address with a port, such as redis.example.com:6379")]
    Host(usize),
    #[error("has several hosts: those are of redis-sentinel:// or redis-cluster://")]
    ManyHosts,
    #[error("has no service: redis-sentinel://host:26379/<service>, as in `sentinel monitor <service> ...`")]
    Service,
    #[error("ends with something that is no number of a database, such as /0")]
    Database,
    #[error("a cluster has database 0 only")]
    ClusterDatabase,
    #[error("has no path of a socket, such as unix:///run/redis/redis.sock")]
    Socket,
    // Its name is not told: it may be a piece of a password that is not written %XX.
    #[error("has an unknown parameter; there are: {0}")]
    Parameter(&'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Server,
    Socket,
    Sentinel,
    Cluster,
}

impl Kind {
    /// Kind and TLS by what stands before `://`.
    fn parse(scheme: &str) -> Option<(Self, bool)> {
        let (base, kind) = scheme.split_once(['+', '-']).unwrap_or((scheme, ""));
        let tls = match base {
            "redis" | "valkey" => false,
            "rediss" | "valkeys" => true,
            "unix" if kind.is_empty() => return Some((Self::Socket, false)),
            _ => return None,
        };
        let kind = match kind {
            "" => Self::Server,
            "unix" if !tls => Self::Socket,
            "sentinel" => Self::Sentinel,
            "cluster" => Self::Cluster,
            _ => return None,
        };
        Some((kind, tls))
    }
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it, without repeating it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (scheme, rest) = text.split_once("://").ok_or(AddressError::Scheme)?;
        let (kind, tls) = Kind::parse(scheme).ok_or(AddressError::Scheme)?;
        let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
        // All but the hosts is read as of any URL; a URL has one host, and here there may be many.
        let url = Url::parse(&format!("redis://{user}@host{tail}")).map_err(|_| AddressError::Url)?;
        if url.fragment().is_some() {
            return Err(AddressError::Url);
        }
        let login = Login {
            user: Some(decoded(url.username())?).filter(|u| !u.is_empty()),
            password: url.password().map(decoded).transpose()?.map(SecretString::from),
        };
        let mut address = Self { place: Place::Socket(PathBuf::new()), tls, login, database: 0 };
        match kind {
            Kind::Server => address.server(&url, hosts)?,
            Kind::Socket => address.socket(&url, hosts)?,
            Kind::Sentinel => address.sentinel(&url, hosts)?,
            Kind::Cluster => address.cluster(&url, hosts)?,
        }
        Ok(address)
    }

    fn server(&mut self, url: &Url, hosts: &str) -> Result<(), AddressError> {
        parameters(url, &[], "none")?;
        self.database = database(url.path().trim_matches('/'))?;
        let mut endpoints = endpoints(hosts, REDIS_PORT)?;
        let only = endpoints.pop().filter(|_| endpoints.is_empty()).ok_or(AddressError::ManyHosts)?;
        self.place = Place::Server(only);
        Ok(())
    }

    fn socket(&mut self, url: &Url, hosts: &str) -> Result<(), AddressError> {
        let mut given = parameters(url, &["db", "user", "pass"], "db, user, pass")?;
        let path = decoded(url.path())?;
        if !hosts.is_empty() || path.trim_matches('/').is_empty() {
            return Err(AddressError::Socket);
        }
        self.database = database(&given.remove("db").unwrap_or_default())?;
        self.login = Login { user: given.remove("user"), password: given.remove("pass").map(SecretString::from) };
        self.place = Place::Socket(PathBuf::from(path));
        Ok(())
    }

    fn sentinel(&mut self, url: &Url, hosts: &str) -> Result<(), AddressError> {
        let known = ["sentinel_username", "sentinel_password"];
        let mut given = parameters(url, &known, "sentinel_username, sentinel_password")?;
        let path = url.path().trim_matches('/');
        let (service, number) = path.split_once('/').unwrap_or((path, ""));
        let service = Some(decoded(service)?).filter(|s| !s.is_empty()).ok_or(AddressError::Service)?;
        self.database = database(number)?;
        let [user, password] = known.map(|name| given.remove(name));
        self.place = Place::Sentinel(Sentinels {
            endpoints: endpoints(hosts, SENTINEL_PORT)?,
            service,
            login: Login { user, password: password.map(SecretString::from) },
        });
        Ok(())
    }

    fn cluster(&mut self, url: &Url, hosts: &str) -> Result<(), AddressError> {
        parameters(url, &[], "none")?;
        if database(url.path().trim_matches('/'))? != 0 {
            return Err(AddressError::ClusterDatabase);
        }
        self.place = Place::Cluster(endpoints(hosts, REDIS_PORT)?);
        Ok(())
    }
}

fn decoded(text: &str) -> Result<String, AddressError> {
    percent_decode_str(text).decode_utf8().map(Into::into).map_err(|_| AddressError::Url)
}

fn database(text: &str) -> Result<u32, AddressError> {
    if text.is_empty() { Ok(0) } else { text.parse().map_err(|_| AddressError::Database) }
}

/// At least one.
fn endpoints(hosts: &str, default_port: u16) -> Result<Vec<Endpoint>, AddressError> {
    let read = |(index, text): (usize, &str)| endpoint(text, default_port).ok_or(AddressError::Host(index + 1));
    hosts.split(',').enumerate().map(read).collect()
}

fn endpoint(text: &str, default_port: u16) -> Option<Endpoint> {
    let url = Url::parse(&format!("redis://{text}")).ok()?;
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']');
    Some(Endpoint { host: host.to_owned(), port: url.port().unwrap_or(default_port) })
        .filter(|e| !e.host.is_empty() && e.port != 0)
}

fn parameters(url: &Url, known: &[&str], list: &'static str) -> Result<BTreeMap<String, String>, AddressError> {
    let given: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    if given.keys().all(|name| known.contains(&name.as_str())) { Ok(given) } else { Err(AddressError::Parameter(list)) }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn at(host: &str, port: u16) -> Endpoint {
        Endpoint { host: host.to_owned(), port }
    }

    #[test]
    fn one_server_is_read_as_every_client_reads_it() {
        for (text, host, port, database, tls) in [
            ("redis://cache", "cache", 6379, 0, false),
            ("redis://127.0.0.1:6380/3", "127.0.0.1", 6380, 3, false),
            ("rediss://cache.example.com/", "cache.example.com", 6379, 0, true),
            ("redis://[::1]:7000", "::1", 7000, 0, false),
            ("valkey://cache", "cache", 6379, 0, false),
            ("valkeys://cache", "cache", 6379, 0, true),
        ] {
            let read = Address::parse(text).unwrap();
            let Place::Server(endpoint) = read.place else { panic!("{text}") };
            assert_eq!((endpoint, read.database, read.tls), (at(host, port), database, tls), "{text}");
        }
    }

    #[test]
    fn passwords_are_read_and_never_shown() {
        let read = Address::parse("redis://bot:p%40ss%2Fw@cache").unwrap();
        assert_eq!(read.login.user.as_deref(), Some("bot"));
        assert_eq!(read.login.password.as_ref().unwrap().expose_secret(), "p@ss/w");
        assert!(!format!("{read:?}").contains("p@ss"));
        let only = Address::parse("redis://:secret@cache").unwrap();
        assert!(only.login.user.is_none() && only.login.password.is_some());
    }

    #[test]
    fn a_socket_has_its_parameters() {
        let read = Address::parse("unix:///run/redis/redis.sock?db=2&user=bot&pass=x").unwrap();
        let Place::Socket(path) = read.place else { panic!("no socket") };
        assert_eq!((path, read.database), (PathBuf::from("/run/redis/redis.sock"), 2));
        assert!(read.login.user.is_some() && read.login.password.is_some());
        assert!(matches!(Address::parse("redis+unix:///redis.sock").unwrap().place, Place::Socket(_)));
    }

    #[test]
    fn sentinels_have_a_login_of_their_own() {
        for scheme in ["redis-sentinel", "redis+sentinel", "valkey-sentinel"] {
            let text = format!("{scheme}://bot:data@a:1,b/main/4?sentinel_username=s&sentinel_password=watch");
            let read = Address::parse(&text).unwrap();
            let Place::Sentinel(sentinels) = read.place else { panic!("{scheme}") };
            assert_eq!(sentinels.endpoints, [at("a", 1), at("b", 26379)]);
            assert_eq!((sentinels.service.as_str(), read.database), ("main", 4));
            assert_eq!(sentinels.login.password.unwrap().expose_secret(), "watch");
            assert_eq!(read.login.password.unwrap().expose_secret(), "data");
        }
        assert!(Address::parse("rediss-sentinel://a/main").unwrap().tls);
    }

    #[test]
    fn a_cluster_has_many_nodes() {
        let read = Address::parse("redis-cluster://:x@a:7000,b:7001,[::1]:7002").unwrap();
        let Place::Cluster(nodes) = read.place else { panic!("no cluster") };
        assert_eq!(nodes, [at("a", 7000), at("b", 7001), at("::1", 7002)]);
    }

    #[test]
    fn faults_are_told_without_the_address() {
        use AddressError::{ClusterDatabase, Database, Host, ManyHosts, Parameter, Scheme, Service, Socket, Url};
        for (text, expected) in [
            ("localhost:6379", Scheme),
            ("http://:hunter2@cache", Scheme),
            ("rediss+unix:///run/x", Scheme),
            ("redis://", Host(1)),
            ("redis://:hunter2@cache:port", Host(1)),
            ("redis-cluster://:hunter2@a:1,:2", Host(2)),
            ("redis://:hunter2@a,b", ManyHosts),
            ("redis://cache/zero", Database),
            ("redis://:hunter2@cache#insecure", Url),
            ("redis-sentinel://:hunter2@a:26379", Service),
            ("redis-cluster://a/1", ClusterDatabase),
            ("unix://?pass=hunter2", Socket),
            ("redis://cache?protcol=3", Parameter("none")),
            ("redis://:hun?hunter2@cache", Parameter("none")),
        ] {
            let error = Address::parse(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!error.to_string().contains("hunter2"));
        }
    }
}
