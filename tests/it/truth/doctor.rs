use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::{ensure_unchanged, namespace, ready, storebot};
use crate::harness::{TestBot, environment, run_test};

#[tokio::test]
async fn nothing_is_wrong_where_nothing_is() {
    run_test(TestBot::default(), async |t| {
        ready(t, "ana", "tea").await?;
        let told = storebot(&t.config_file, &["doctor", "--drift"]).await?;
        ensure!(told.code == 0 && told.text.contains("nothing is wrong"), "{}", told.text);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_orphan_is_reported_and_adopted_or_removed_only_when_asked() {
    run_test(TestBot::default(), async |t| {
        let (tea, coffee) = (ready(t, "ana", "tea").await?, ready(t, "bob", "coffee").await?);
        let known = storebot(&t.config_file, &["doctor", "--remove", &namespace(&tea)?]).await?;
        ensure!(known.code == 1 && known.text.contains("delete the store instead"), "{}", known.text);
        let foreign = storebot(&t.config_file, &["doctor", "--remove", "kube-system"]).await?;
        ensure!(foreign.code == 1 && foreign.text.contains("no store on a configured cell"), "{}", foreign.text);
        t.stop_bot().await?;
        environment::redis_flush(&t.config.redis.prefix).await?;

        let told = storebot(&t.config_file, &["doctor", "--json"]).await?;
        let told: Value = serde_json::from_str(&told.out).context(told.text)?;
        let orphans: Vec<_> =
            told["findings"].as_array().context("no findings")?.iter().filter(|f| f["kind"] == "orphan").collect();
        ensure!(orphans.len() == 2, "{told}");
        ensure!(t.redis_dump().await?.lines().all(|line| !line.contains("store:")), "it only looks");

        let adopted = storebot(&t.config_file, &["doctor", "--adopt", &namespace(&tea)?]).await?;
        ensure!(adopted.code == 0 && adopted.text.contains("1 restored"), "{}", adopted.text);
        let removed = storebot(&t.config_file, &["doctor", "--remove", &namespace(&coffee)?]).await?;
        ensure!(removed.code == 0, "{}", removed.text);
        t.start_bot().await?;
        t.until_idle().await?;
        ensure_unchanged(&tea, &t.store("ana", "tea").await?)?;
        environment::until("coffee has gone", || async {
            Ok((t.cluster.namespaces().await? == [namespace(&tea)?]).then_some(()))
        })
        .await
    })
    .await;
}

#[tokio::test]
async fn what_is_kept_beside_the_records_is_held_against_them() {
    run_test(TestBot::default(), async |t| {
        ready(t, "ana", "tea").await?;
        let key = |rest: &str| format!("{{{}}}:{rest}", t.config.redis.prefix);
        let client = redis::Client::open(environment::redis_url())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        let id = t.store("ana", "tea").await?["id"].as_str().context("no id")?.to_owned();
        for (command, undo, finding) in [
            (
                vec!["HSET", "names", "ghost", "00000000000a"],
                vec!["HDEL", "names", "ghost"],
                "ghost: the name is taken",
            ),
            (vec!["HDEL", "names", "tea"], vec!["HSET", "names", "tea", id.as_str()], "tea: the store"),
            (
                vec!["SADD", "alive:api:ana", "00000000000a"],
                vec!["SREM", "alive:api:ana", "00000000000a"],
                "counts and does not live",
            ),
            (
                vec!["SREM", "alive:api:ana", id.as_str()],
                vec!["SADD", "alive:api:ana", id.as_str()],
                "lives and does not count",
            ),
            (
                vec!["HINCRBY", "counts", "ready:medusa", "1"],
                vec!["HINCRBY", "counts", "ready:medusa", "-1"],
                "counts by phase",
            ),
            (
                vec!["XADD", "audit", "*", "e", "x", "h", "y"],
                // The whole audit: without its entries its head says nothing.
                vec!["DEL", "audit"],
                "the audit does not follow",
            ),
            (vec!["SET", "aside:ready:1", "x"], vec!["DEL", "aside:ready:1"], "something of another type"),
        ] {
            for (words, wrong) in [(command, true), (undo, false)] {
                let mut call = redis::cmd(words[0]);
                call.arg(key(words[1])).arg(&words[2..]);
                call.query_async::<redis::Value>(&mut connection).await?;
                let told = storebot(&t.config_file, &["doctor"]).await?;
                ensure!(told.text.contains(finding) == wrong && (told.code == 1) == wrong, "{}", told.text);
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_storebot_stands_on_is_looked_at() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        let text = std::fs::read_to_string(&t.config_file)?;
        let helm = environment::helm();
        for (from, to, said) in [
            ("storage_class = 'local'", "storage_class = 'nowhere'", "there is no storage class nowhere"),
            ("ingress_class = 'local'", "ingress_class = 'nowhere'", "there is no ingress class nowhere"),
            (&format!("binary = '{helm}'"), "binary = '/no/helm'", "/no/helm cannot be started"),
            (&environment::redis_url(), "redis://127.0.0.1:1/0", "see that Redis runs"),
        ] {
            let file = t.config_file.with_extension("spoilt.toml");
            std::fs::write(&file, text.replace(from, to))?;
            let told = storebot(&file, &["doctor"]).await?;
            ensure!(told.code == 1 && told.text.contains(said), "{said}: {}", told.text);
        }
        Ok(())
    })
    .await;
}
