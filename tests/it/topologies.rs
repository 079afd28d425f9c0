//! Every way to address a Redis: a socket, TLS, Sentinels, a Redis Cluster.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::harness::environment::{free_port, until};
use crate::harness::redis::DURABLE;
use crate::harness::secrets::note;
use crate::harness::{Process, RedisServer, Test, TestBot, run_test};

/// Asks for a store until it is accepted: during a failover the answer is 503, and nothing is done.
async fn until_accepted(t: &Test, name: &str) -> Result<()> {
    until(&format!("{name} is accepted"), || async {
        let answer = t.api("ana").create(&json!({ "name": name, "engine": "medusa" })).await?;
        let status = answer.status();
        ensure!(status == 202 || status == 503, "{status}: {}", answer.text().await?);
        Ok((status == 202).then_some(()))
    })
    .await
}

async fn until_idle_and_ready(t: &Test, name: &str) -> Result<()> {
    t.until_phase(name, "ready").await?;
    t.until_idle().await
}

#[tokio::test]
async fn sockets_tls_and_passwords_are_spoken() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    std::fs::write(file("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(file("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let tls_port = free_port().await.unwrap();
    let more = [
        format!("tls-port {tls_port}\ntls-auth-clients no"),
        format!(
            "tls-cert-file {cert}\ntls-key-file {}\ntls-ca-cert-file {cert}",
            file("key.pem"),
            cert = file("cert.pem")
        ),
        format!("unixsocket {}", file("redis.sock")),
        "user bot on >p@ss/word ~* &* +@all".to_owned(),
    ];
    let lines: Vec<String> = DURABLE.iter().map(|line| (*line).to_owned()).chain(more).collect();
    let redis = RedisServer::start(&lines).await.unwrap();
    note("Redis' password", "p@ss/word");
    run_test(TestBot { not_started: true, own_redis: Some(redis.url()), ..TestBot::default() }, async |t| {
        for url in [
            format!("rediss://bot:p%40ss%2Fword@127.0.0.1:{tls_port}/2"),
            format!("valkeys://bot:p%40ss%2Fword@127.0.0.1:{tls_port}"),
            format!("valkey://bot:p%40ss%2Fword@{}/1", redis.address()),
            format!("unix://{}?user=bot&pass=p%40ss%2Fword&db=3", file("redis.sock")),
        ] {
            let env = [("STOREBOT__REDIS__URL", url.as_str()), ("SSL_CERT_FILE", &file("cert.pem"))];
            let process = Process::start(&t.config_file, &env).await?;
            until(&format!("{url} is ready"), || async {
                let answer = t.http.get(format!("{}/health/ready", process.url)).send().await?;
                Ok((answer.status() == 200).then_some(()))
            })
            .await
            .with_context(|| process.log())?;
            let clients: String = redis.ask(&["CLIENT", "LIST"]).await?;
            ensure!(clients.contains("user=bot"), "{clients}");
            process.kill().await?;
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_bad_address_is_a_fault_of_the_configuration_and_keeps_its_password() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        for (url, fault) in [
            ("redis-sentinel://:hunter2@127.0.0.1:26379", "redis.url: has no service"),
            ("redis-cluster://:hunter2@127.0.0.1:1,:2", "redis.url: host 2 is no name"),
            ("redis://:hunter2@127.0.0.1/first", "redis.url: ends with something that is no number"),
        ] {
            let mut process = Process::spawn("all", &t.config_file, &[("STOREBOT__REDIS__URL", url)]).await?;
            let code = process.ended().await?;
            let told = process.log();
            ensure!(code == Some(2) && told.contains(fault) && !told.contains("hunter2"), "{code:?}: {told}");
        }
        Ok(())
    })
    .await;
}

struct Watched {
    primary: RedisServer,
    replica: RedisServer,
    sentinels: Vec<RedisServer>,
}

impl Watched {
    async fn start() -> Result<Self> {
        let user = "user bot on >data ~* &* +@all";
        let primary = RedisServer::start(&[DURABLE.as_slice(), &[user]].concat()).await?;
        let replicaof = format!("replicaof 127.0.0.1 {}", primary.port);
        let replica = RedisServer::start(&[DURABLE.as_slice(), &[user, &replicaof]].concat()).await?;
        until("the replica follows", || async {
            Ok((replica.info("master_link_status").await? == "up").then_some(()))
        })
        .await?;
        let mut sentinels = Vec::new();
        for _ in 0..3 {
            let monitor = format!("sentinel monitor shops 127.0.0.1 {} 2", primary.port);
            let lines = [
                &monitor,
                "sentinel down-after-milliseconds shops 1000",
                "sentinel failover-timeout shops 5000",
                // Another password than the servers'.
                "user bot on >watch ~* &* +@all",
            ];
            sentinels.push(RedisServer::sentinel(&lines).await?);
        }
        let watched = Self { primary, replica, sentinels };
        for sentinel in &watched.sentinels {
            until("the Sentinels know each other and the replica", || async {
                let known: redis::Value = sentinel.ask(&["SENTINEL", "MASTER", "shops"]).await?;
                let known: std::collections::HashMap<String, String> = redis::from_redis_value(known)?;
                Ok((known["num-other-sentinels"] == "2" && known["num-slaves"] == "1").then_some(()))
            })
            .await?;
        }
        Ok(watched)
    }

    fn url(&self) -> String {
        let sentinels: Vec<String> = self.sentinels.iter().map(RedisServer::address).collect();
        let parameters = "sentinel_username=bot&sentinel_password=watch";
        format!("redis-sentinel://bot:data@{}/shops?{parameters}", sentinels.join(","))
    }

    /// Waits until the replica has everything.
    async fn until_caught_up(&self) -> Result<()> {
        until("the replica has everything", || async {
            let written = self.primary.info("master_repl_offset").await?;
            Ok((self.replica.info("slave_repl_offset").await? == written).then_some(()))
        })
        .await
    }
}

#[tokio::test]
async fn a_primary_that_dies_is_followed_to_its_replica() {
    let mut redis = Watched::start().await.unwrap();
    let bot = TestBot { own_redis: Some(redis.url()), ..TestBot::default() };
    run_test(bot, async |t| {
        until_accepted(t, "before").await?;
        until_idle_and_ready(t, "before").await?;
        ensure!(redis.primary.ask::<u64>(&["DBSIZE"]).await? > 0, "the ledger is at the primary");
        redis.until_caught_up().await?;
        redis.primary.kill9().await?;
        let died = Instant::now();
        until_accepted(t, "after").await?;
        eprintln!("Sentinel: accepted again {:?} after the primary's death", died.elapsed());
        until_idle_and_ready(t, "after").await?;
        redis.replica.until_role("master").await?;
        ensure!(t.store("watcher", "before").await?["phase"] == "ready");
        // The old primary comes back, becomes a replica, and is never asked again.
        redis.primary.start_again().await?;
        redis.primary.until_role("slave").await?;
        until_accepted(t, "later").await?;
        until_idle_and_ready(t, "later").await
    })
    .await;
}

#[tokio::test]
async fn a_failover_in_the_middle_of_work_loses_nothing_that_was_replicated() {
    let redis = Watched::start().await.unwrap();
    let bot = TestBot { own_redis: Some(redis.url()), simulate: Some("slow"), ..TestBot::default() };
    run_test(bot, async |t| {
        let asked = t.person("ana").slash("/store create name:teashop engine:medusa").await?;
        t.until_phase("teashop", "installing").await?;
        redis.until_caught_up().await?;
        redis.sentinels[0].ask::<()>(&["SENTINEL", "FAILOVER", "shops"]).await?;
        redis.replica.until_role("master").await?;
        redis.primary.until_role("slave").await?;
        t.until_idle().await?;
        let message = asked.message().context("no message")?;
        ensure!(message.content().contains("**teashop** is ready"), "{}", message.content());
        Ok(())
    })
    .await;
}

/// Three primaries, each with a third of the slots.
async fn cluster() -> Result<Vec<RedisServer>> {
    let mut nodes = Vec::new();
    let mut buses = Vec::new();
    for epoch in 1..=3 {
        let bus = free_port().await?;
        let lines = format!("cluster-enabled yes\ncluster-port {bus}\ncluster-node-timeout 2000");
        let node = RedisServer::start(&[DURABLE.as_slice(), &[&lines]].concat()).await?;
        node.ask::<()>(&["CLUSTER", "SET-CONFIG-EPOCH", &epoch.to_string()]).await?;
        nodes.push(node);
        buses.push(bus.to_string());
    }
    for (node, (from, to)) in nodes.iter().zip([("0", "5460"), ("5461", "10922"), ("10923", "16383")]) {
        node.ask::<()>(&["CLUSTER", "ADDSLOTSRANGE", from, to]).await?;
    }
    for (node, bus) in nodes.iter().zip(&buses).skip(1) {
        nodes[0].ask::<()>(&["CLUSTER", "MEET", "127.0.0.1", &node.port.to_string(), bus]).await?;
    }
    for node in &nodes {
        until("the cluster is whole", || async {
            let info: String = node.ask(&["CLUSTER", "INFO"]).await?;
            Ok((info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")).then_some(()))
        })
        .await?;
    }
    Ok(nodes)
}

/// The ledger's slot, the node that holds it, and another one.
async fn holder<'a>(t: &Test, nodes: &'a [RedisServer]) -> Result<(String, &'a RedisServer, &'a RedisServer)> {
    let key = format!("{{{}}}:names", t.config.redis.prefix);
    let slot: u16 = nodes[0].ask(&["CLUSTER", "KEYSLOT", &key]).await?;
    let at = usize::from(slot) / 5461;
    Ok((slot.to_string(), &nodes[at], &nodes[(at + 1) % nodes.len()]))
}

/// Moves a slot with all its keys, as `redis-cli --cluster reshard` does.
async fn move_slot(slot: &str, from: &RedisServer, to: &RedisServer, all: &[RedisServer]) -> Result<()> {
    let (giver, taker): (String, String) = (from.ask(&["CLUSTER", "MYID"]).await?, to.ask(&["CLUSTER", "MYID"]).await?);
    to.ask::<()>(&["CLUSTER", "SETSLOT", slot, "IMPORTING", &giver]).await?;
    from.ask::<()>(&["CLUSTER", "SETSLOT", slot, "MIGRATING", &taker]).await?;
    let port = to.port.to_string();
    loop {
        let keys: Vec<String> = from.ask(&["CLUSTER", "GETKEYSINSLOT", slot, "10"]).await?;
        if keys.is_empty() {
            break;
        }
        let mut words = vec!["MIGRATE", "127.0.0.1", &port, "", "0", "5000", "KEYS"];
        words.extend(keys.iter().map(String::as_str));
        from.ask::<String>(&words).await?;
    }
    to.ask::<()>(&["CLUSTER", "SETSLOT", slot, "NODE", &taker]).await?;
    for node in all.iter().filter(|node| node.port != to.port) {
        node.ask::<()>(&["CLUSTER", "SETSLOT", slot, "NODE", &taker]).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_ledger_is_found_in_a_cluster_and_followed_when_it_moves() {
    let nodes = cluster().await.unwrap();
    // One address is enough, and it need not be that of the node that holds the ledger.
    let url = format!("redis-cluster://{},{}", nodes[0].address(), nodes[1].address());
    run_test(TestBot { own_redis: Some(url), ..TestBot::default() }, async |t| {
        until_accepted(t, "before").await?;
        until_idle_and_ready(t, "before").await?;
        let (slot, from, to) = holder(t, &nodes).await?;
        ensure!(from.ask::<u64>(&["DBSIZE"]).await? > 0 && to.ask::<u64>(&["DBSIZE"]).await? == 0);
        move_slot(&slot, from, to, &nodes).await?;
        // The next command is sent on: nobody is refused because a slot has moved.
        t.api("ana").create(&json!({ "name": "after", "engine": "medusa" })).await?.error_for_status()?;
        until_idle_and_ready(t, "after").await?;
        ensure!(from.ask::<u64>(&["DBSIZE"]).await? == 0 && to.ask::<u64>(&["DBSIZE"]).await? > 0);
        ensure!(t.store("watcher", "before").await?["phase"] == "ready");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_store_is_made_while_its_slot_moves() {
    let nodes = cluster().await.unwrap();
    let url = format!("redis-cluster://{}", nodes[2].address());
    let bot = TestBot { own_redis: Some(url), simulate: Some("slow"), ..TestBot::default() };
    run_test(bot, async |t| {
        let asked = t.person("ana").slash("/store create name:teashop engine:medusa").await?;
        t.until_phase("teashop", "installing").await?;
        let (slot, from, to) = holder(t, &nodes).await?;
        move_slot(&slot, from, to, &nodes).await?;
        t.until_idle().await?;
        let message = asked.message().context("no message")?;
        ensure!(message.content().contains("**teashop** is ready"), "{}", message.content());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_node_that_dies_is_followed_to_its_replica() {
    let mut nodes = cluster().await.unwrap();
    let bus = free_port().await.unwrap();
    let lines = format!("cluster-enabled yes\ncluster-port {bus}\ncluster-node-timeout 2000");
    let replica = RedisServer::start(&[DURABLE.as_slice(), &[&lines]].concat()).await.unwrap();
    let url = format!("redis-cluster://{},{},{}", nodes[0].address(), nodes[1].address(), nodes[2].address());
    run_test(TestBot { own_redis: Some(url), ..TestBot::default() }, async |t| {
        until_accepted(t, "before").await?;
        until_idle_and_ready(t, "before").await?;
        let (_, owner, other) = holder(t, &nodes).await?;
        let (id, port): (String, u16) = (owner.ask(&["CLUSTER", "MYID"]).await?, owner.port);
        other.ask::<()>(&["CLUSTER", "MEET", "127.0.0.1", &replica.port.to_string(), &bus.to_string()]).await?;
        until("it may follow", || async { Ok(replica.ask::<()>(&["CLUSTER", "REPLICATE", &id]).await.ok()) }).await?;
        until("it follows and the others know", || async {
            let known: String = other.ask(&["CLUSTER", "NODES"]).await?;
            let listed = known.lines().any(|line| line.contains("slave") && line.contains(&id));
            let same = replica.info("slave_repl_offset").await.ok() == Some(owner.info("master_repl_offset").await?);
            Ok((listed && same && replica.info("master_link_status").await? == "up").then_some(()))
        })
        .await?;
        let at = nodes.iter().position(|node| node.port == port).context("no owner")?;
        nodes[at].kill9().await?;
        let died = Instant::now();
        until_accepted(t, "after").await?;
        eprintln!("Cluster: accepted again {:?} after the node's death", died.elapsed());
        until_idle_and_ready(t, "after").await?;
        ensure!(replica.info("role").await? == "master" && replica.ask::<u64>(&["DBSIZE"]).await? > 0);
        ensure!(t.store("watcher", "before").await?["phase"] == "ready");
        Ok(())
    })
    .await;
}
