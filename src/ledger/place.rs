//! Finds the one server that takes the ledger's writes, and connects to it.
//!
//! All keys of a ledger share one hash tag and so one slot: on a Redis Cluster, too, one node holds
//! everything, and all that a cluster adds is the question which node that is. So there is one kind
//! of connection, whatever Redis is behind it. The crate's own cluster client was weighed and left:
//! it sends a command again after a connection has broken in the middle of it, when nobody knows
//! whether the first one was carried out; it asks a random node for the time, and the ledger's
//! clock must be the one its scripts see; and it loads scripts into every shard, so that an
//! outage of a shard that holds nothing of ours would be ours.

use std::sync::Arc;

use futures::future::select_ok;
use redis::aio::MultiplexedConnection;
use redis::io::tcp::TcpSettings;
use redis::sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType};
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, ErrorKind, IntoConnectionInfo as _,
    RedisConnectionInfo, RedisError, RedisResult, TlsMode,
};
use secrecy::ExposeSecret as _;

use crate::config::address::{self, Address, Endpoint, Login};

/// How often nodes of a cluster may point to another one before they count as disagreeing.
const HOPS: usize = 5;

/// Cheap to clone.
#[derive(Clone)]
pub(super) enum Place {
    Server(Arc<Client>),
    Sentinel(Arc<Sentinels>),
    Cluster(Arc<Cluster>),
}

pub(super) struct Sentinels {
    asked: Vec<ConnectionInfo>,
    service: String,
    node: SentinelNodeConnectionInfo,
}

pub(super) struct Cluster {
    seeds: Vec<Endpoint>,
    tls: bool,
    login: RedisConnectionInfo,
    /// Any key of the ledger: whoever holds it holds all.
    key: String,
}

impl Place {
    /// Does not connect. `key` is any key of the ledger.
    pub(super) fn new(address: &Address, key: &str) -> RedisResult<Self> {
        let info = settings(&address.login, address.database);
        Ok(match &address.place {
            address::Place::Server(endpoint) => Self::Server(Arc::new(client(endpoint, address.tls, info)?)),
            address::Place::Socket(path) => {
                let at = ConnectionAddr::Unix(path.clone()).into_connection_info()?;
                Self::Server(Arc::new(Client::open(at.set_redis_settings(info))?))
            }
            address::Place::Sentinel(sentinels) => {
                let own = settings(&sentinels.login, 0);
                let own = |e: &Endpoint| connection_info(e, address.tls, own.clone());
                let asked = sentinels.endpoints.iter().map(own).collect::<RedisResult<Vec<_>>>()?;
                let mut node =
                    SentinelNodeConnectionInfo::default().set_redis_connection_info(info).set_tcp_settings(tcp());
                if address.tls {
                    node = node.set_tls_mode(TlsMode::Secure);
                }
                let found = Sentinels { asked, service: sentinels.service.clone(), node };
                found.client()?;
                Self::Sentinel(Arc::new(found))
            }
            address::Place::Cluster(seeds) => Self::Cluster(Arc::new(Cluster {
                seeds: seeds.clone(),
                tls: address.tls,
                login: info,
                key: key.to_owned(),
            })),
        })
    }

    /// A new connection to the server that takes writes now.
    ///
    /// # Errors
    /// Always of I/O: whatever a stranger answers there, it says nothing about what the ledger holds.
    pub(super) async fn connect(&self, settings: &AsyncConnectionConfig) -> RedisResult<MultiplexedConnection> {
        let found = self.find(settings).await;
        found.map_err(|error| (ErrorKind::Io, "cannot connect", error.to_string()).into())
    }

    async fn find(&self, settings: &AsyncConnectionConfig) -> RedisResult<MultiplexedConnection> {
        match self {
            Self::Server(client) => client.get_multiplexed_async_connection_with_config(settings).await,
            Self::Sentinel(sentinels) => sentinels.client()?.get_async_connection_with_config(settings).await,
            Self::Cluster(cluster) => cluster.connect(settings).await,
        }
    }
}

impl Sentinels {
    /// Asks the Sentinels, and the server they name whether it agrees to be the primary. A new one for
    /// each connection: connecting is rare, and nobody waits for somebody else's dead Sentinel.
    fn client(&self) -> RedisResult<SentinelClient> {
        let node = Some(self.node.clone());
        SentinelClient::build(self.asked.clone(), &self.service, node, SentinelServerType::Master)
    }
}

impl Cluster {
    /// Begins at all seeds at once: one that is away or knows only what was must not decide.
    async fn connect(&self, settings: &AsyncConnectionConfig) -> RedisResult<MultiplexedConnection> {
        let ways = self.seeds.iter().map(|seed| Box::pin(self.connect_from(seed, settings)));
        select_ok(ways).await.map(|(connection, _)| connection)
    }

    /// Asks for a key; whoever does not hold it says who does.
    async fn connect_from(
        &self,
        seed: &Endpoint,
        settings: &AsyncConnectionConfig,
    ) -> RedisResult<MultiplexedConnection> {
        let mut at = seed.clone();
        for _ in 0..HOPS {
            let client = client(&at, self.tls, self.login.clone())?;
            let mut connection = client.get_multiplexed_async_connection_with_config(settings).await?;
            let held: RedisResult<i64> = redis::cmd("EXISTS").arg(&self.key).query_async(&mut connection).await;
            match held {
                Err(error) if error.code() == Some("MOVED") => at = moved_to(&error, &at)?,
                // It is this node's, though it is about to be given away.
                Err(error) if error.code() == Some("ASK") => return Ok(connection),
                held => return held.map(|_| connection),
            }
        }
        Err((ErrorKind::Io, "the cluster's nodes disagree on who holds the ledger").into())
    }
}

fn settings(login: &Login, database: u32) -> RedisConnectionInfo {
    let mut info = RedisConnectionInfo::default().set_db(database.into());
    if let Some(user) = &login.user {
        info = info.set_username(user);
    }
    if let Some(password) = &login.password {
        info = info.set_password(password.expose_secret());
    }
    info
}

/// Commands are small and waited for: nothing is gained by gathering them into larger packets.
fn tcp() -> TcpSettings {
    TcpSettings::default().set_nodelay(true)
}

fn connection_info(at: &Endpoint, tls: bool, login: RedisConnectionInfo) -> RedisResult<ConnectionInfo> {
    let (host, port) = (at.host.clone(), at.port);
    let address = if tls {
        ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None }
    } else {
        ConnectionAddr::Tcp(host, port)
    };
    Ok(address.into_connection_info()?.set_redis_settings(login).set_tcp_settings(tcp()))
}

fn client(at: &Endpoint, tls: bool, login: RedisConnectionInfo) -> RedisResult<Client> {
    Client::open(connection_info(at, tls, login)?)
}

/// Where a node sends us: `host:port`, with no host when it is the node's own.
fn moved_to(error: &RedisError, from: &Endpoint) -> RedisResult<Endpoint> {
    let told = error.redirect_node().and_then(|(node, _)| {
        let (host, port) = node.rsplit_once(':')?;
        let host = if host.is_empty() { from.host.as_str() } else { host };
        Some(Endpoint { host: host.to_owned(), port: port.parse().ok()? })
    });
    told.ok_or_else(|| error.clone())
}
