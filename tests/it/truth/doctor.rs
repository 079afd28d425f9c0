use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::{ensure_unchanged, namespace, ready, storebot, storebot_with};
use crate::harness::{CLIENT_SECRET, TestBot, environment, run_test};

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
        let mut connection = environment::redis_connection(&environment::redis_url()).await?;
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
                vec!["ZADD", "lists", "0", "arm1700000000000zzzzzzzzzzzzghost"],
                vec!["ZREM", "lists", "arm1700000000000zzzzzzzzzzzzghost"],
                "places that are nobody's: 1",
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

/// Area, kind and severity.
pub(super) type Found = (String, String, String);

/// The findings of a look with a configuration, as programs read them, and the exit code.
pub(super) async fn found(file: &std::path::Path) -> anyhow::Result<(Vec<Found>, i32)> {
    found_with(file, &[]).await
}

/// The same in an environment of its own.
pub(super) async fn found_with(file: &std::path::Path, env: &[(&str, &str)]) -> anyhow::Result<(Vec<Found>, i32)> {
    let told = storebot_with(file, &["doctor", "--json"], env).await?;
    let whole: Value = serde_json::from_str(&told.out).context(told.text)?;
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let all = whole["findings"].as_array().context("no findings")?.iter();
    Ok((all.map(|it| (text(it, "area"), text(it, "kind"), text(it, "severity"))).collect(), told.code))
}

#[tokio::test]
async fn whoever_is_outside_is_asked() {
    let extra = "[[auth.issuers]]\nname = 'github'\nkind = 'github'\nissuer = 'http://127.0.0.1:1'\naudience = 'storebot'\n\
                 inside = true\n[[auth.issuers.allow]]\nrepository_id = '1'\n";
    run_test(TestBot { sign_in: Some(CLIENT_SECRET), ..TestBot::default() }, async |t| {
        let text = std::fs::read_to_string(&t.config_file)?;
        let file = t.config_file.with_extension("spoilt.toml");
        let (before, code) = found(&t.config_file).await?;
        ensure!(code == 0 && before.iter().all(|it| it.2 == "notice"), "{before:?}");
        let application = t.discord.application_id().to_string();
        let other = "1234567890123456789".to_owned();
        let domain = t.config.cells[0].domain.clone();
        for (from, to, area, kind) in [
            ("stand-in-bot-token", "another-token".to_owned(), "discord", "token"),
            ("stand-in-client-secret", "another-secret".to_owned(), "discord", "client-secret"),
            ("public_url = 'http://127.0.0.1:", "public_url = 'http://localhost:".to_owned(), "discord", "redirect"),
            (
                t.discord.public_key_hex().as_str(),
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c".to_owned(),
                "discord",
                "public-key",
            ),
            (&application, other, "discord", "application"),
            (t.discord.base_url().as_str(), "http://127.0.0.1:1".to_owned(), "discord", "away"),
            (&format!("domain = '{domain}'"), "domain = 'nowhere.invalid'".to_owned(), "cell", "dns"),
            ("[log]", "[telemetry]\notlp_endpoint = 'http://127.0.0.1:1'\n[log]".to_owned(), "telemetry", "receiver"),
            ("[worker]", format!("{extra}[worker]"), "issuer", "keys"),
        ] {
            ensure!(text.contains(from), "{from} is not in {text}");
            std::fs::write(&file, text.replace(from, &to))?;
            let (after, code) = found(&file).await?;
            let is_it = |it: &&(String, String, String)| (it.0.as_str(), it.1.as_str()) == (area, kind);
            ensure!(after.iter().any(|it| is_it(&it)) && code == 1, "{area} {kind}: {after:?}");
            ensure!(!before.iter().any(|it| is_it(&it)), "{area} {kind} was there before: {before:?}");
        }
        // The command as another version has it.
        t.discord.set_interactions_url("");
        let (after, _) = found(&t.config_file).await?;
        ensure!(after.contains(&("discord".to_owned(), "interactions".to_owned(), "fault".to_owned())), "{after:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_command_that_is_not_registered_and_a_receiver_that_is_off_are_named() {
    let extra =
        "[[callbacks.endpoints]]\nurl = 'RECEIVER'\nsecrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']\n".to_owned();
    run_test(TestBot { not_started: true, extra, ..TestBot::default() }, async |t| {
        let (all, code) = found(&t.config_file).await?;
        ensure!(all.iter().any(|it| it.1 == "commands") && code == 1, "{all:?}");
        t.start_bot().await?;
        let (all, code) = found(&t.config_file).await?;
        ensure!(!all.iter().any(|it| it.1 == "commands" || it.1 == "switched-off") && code == 0, "{all:?}");
        t.callbacks.answer(&[410]);
        ready(t, "ana", "tea").await?;
        t.callbacks.wait(1).await?;
        t.until_idle().await?;
        let (all, code) = found(&t.config_file).await?;
        ensure!(
            all.iter().any(|it| (it.0.as_str(), it.1.as_str()) == ("callbacks", "switched-off")) && code == 1,
            "{all:?}"
        );
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn files_with_secrets_are_for_storebot_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    run_test(TestBot::default(), async |t| {
        let readable = |all: &[(String, String, String)]| all.iter().filter(|it| it.1 == "readable").count();
        let mode = |mode| std::fs::set_permissions(&t.config_file, std::fs::Permissions::from_mode(mode));
        mode(0o644)?;
        let before = readable(&found(&t.config_file).await?.0);
        mode(0o640)?;
        ensure!(readable(&found(&t.config_file).await?.0) + 1 == before);
        Ok(())
    })
    .await;
}
