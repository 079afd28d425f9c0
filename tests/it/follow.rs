//! What happened to a store: page by page, and as it happens.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures::future::try_join_all;
use serde_json::{Value, json};
use storebot::app::{App, Role, Running};

use crate::harness::{Stream, Test, TestBot, run_test, until};

async fn make(t: &Test) -> Result<()> {
    t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
    Ok(())
}

/// All events of a store, by pages of `limit`.
async fn pages(t: &Test, limit: usize) -> Result<Vec<Value>> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/stores/tea/events?limit={limit}{after}");
        let page: Value = t.api("ana").get(&path).await?.error_for_status()?.json().await?;
        let items = page["items"].as_array().context("no items")?;
        ensure!(items.len() <= limit, "{page}");
        all.extend(items.iter().cloned());
        match page["next_after"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(all),
        }
    }
}

/// Another replica: doors only, on the same ledger.
async fn replica(t: &Test) -> Result<(Running, String)> {
    let running = App::start(t.config.clone(), Role::Serve).await?;
    let url = format!("http://{}", running.public_address().context("no listener")?);
    Ok((running, url))
}

#[tokio::test]
async fn a_page_tells_what_happened_in_its_order() {
    run_test(TestBot::default(), async |t| {
        make(t).await?;
        t.until_idle().await?;
        let all = pages(t, 200).await?;
        let (first, last) = all.first().zip(all.last()).context("no events")?;
        ensure!(first["kind"] == "accepted" && first["command"] == "create" && first["actor"] == "api:ana", "{first}");
        ensure!(last["kind"] == "ready" && last["phase"] == "ready", "{last}");
        let versions: Vec<u64> = all.iter().filter_map(|event| event["version"].as_u64()).collect();
        ensure!(versions.len() == all.len() && versions.is_sorted(), "{versions:?}");
        ensure!(pages(t, 2).await? == all, "pages leave nothing out and tell nothing twice");
        let nothing: Value = t.api("ana").get("/v1/stores/tea/events?after=99999999999999-0").await?.json().await?;
        ensure!(nothing == json!({ "items": [] }), "{nothing}");
        Ok(())
    })
    .await;
}

/// A create that takes longer than a request may, followed on two replicas one after the other.
#[tokio::test]
async fn a_stream_that_is_cut_goes_on_at_another_replica() {
    let bot = TestBot { simulate: Some("slow"), not_started: true, ..TestBot::default() };
    run_test(bot, async |t| {
        t.config.http.request_timeout = Duration::from_secs(1);
        t.start_bot().await?;
        let (other, there) = replica(t).await?;
        make(t).await?;
        let ana = t.api("ana");
        let mut first = Stream::of(ana.follow("tea").await?)?;
        let mut told = vec![first.next().await?.context("no event")?, first.next().await?.context("no event")?];
        drop(first);
        let mut second = Stream::of(ana.follow_at(&there, "tea", Some(&told[1].id)).await?)?;
        told.extend(second.until("ready").await?);
        let kept = pages(t, 200).await?;
        let heard: Vec<_> = told.iter().map(|event| event.data.clone()).collect();
        ensure!(heard == kept, "heard {heard:?}, kept {kept:?}");
        ensure!(told.iter().all(|event| event.data["id"] == event.id && event.data["kind"] == event.kind));

        // The end of the store is the end of its stream, and of everybody's who comes back.
        ana.delete("tea").await?.error_for_status()?;
        let rest = second.rest().await?;
        let last = rest.last().context("nothing more")?;
        ensure!(last.kind == "deleted" && rest.iter().filter(|event| event.kind == "deleted").count() == 1, "{rest:?}");
        let over = ana.follow_at(&there, "tea", Some(&last.id)).await?;
        ensure!(over.status() == 204, "{}", over.status());
        let whole = Stream::of(ana.follow("tea").await?)?.rest().await?;
        ensure!(whole == [told, rest].concat(), "{whole:?}");
        other.stop().await
    })
    .await;
}

#[tokio::test]
async fn a_reader_who_mixes_things_up_is_told_so() {
    run_test(TestBot::default(), async |t| {
        make(t).await?;
        t.until_idle().await?;
        let ana = t.api("ana");
        for garbage in ["yesterday", "1-2-3", "-"] {
            let refused = ana.follow_at(&t.url, "tea", Some(garbage)).await?;
            ensure!(refused.status() == 400, "{garbage}: {}", refused.status());
            let body: Value = refused.json().await?;
            ensure!(body["type"] == "urn:storebot:problem:bad-parameter", "{body}");
            let refused = ana.get(&format!("/v1/stores/tea/events?after={garbage}")).await?;
            ensure!(refused.status() == 400, "{garbage}: {}", refused.status());
        }
        // An id that no event has, or none has any more, stands for its time: here, for the beginning.
        let mut stream = Stream::of(ana.follow_at(&t.url, "tea", Some("1-7")).await?)?;
        let told: Vec<_> = stream.until("ready").await?.into_iter().map(|event| event.data).collect();
        ensure!(told == pages(t, 200).await?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn only_who_may_see_a_store_may_follow_it() {
    run_test(TestBot::default(), async |t| {
        make(t).await?;
        let (bob, root) = (t.api("bob"), t.api_as("root", "admin"));
        ensure!(bob.follow("tea").await?.status() == 404);
        ensure!(bob.get("/v1/stores/tea/events").await?.status() == 404);
        ensure!(t.api("ana").follow("never-known").await?.status() == 404);
        ensure!(t.http.get(format!("{}/v1/stores/tea/events", t.url)).send().await?.status() == 401);
        Stream::of(root.follow("tea").await?)?.until("ready").await?;
        Stream::of(t.api_as("ana", "viewer").follow("tea").await?)?.until("ready").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn streams_are_limited_and_their_places_come_free_again() {
    let limits = "requests = 100000\nstreams = 3\nstreams_per_actor = 2\n".to_owned();
    run_test(TestBot { limits: Some(limits), ..TestBot::default() }, async |t| {
        make(t).await?;
        let (ana, root, eve) = (t.api("ana"), t.api_as("root", "admin"), t.api_as("eve", "admin"));
        let (one, two) = (ana.follow("tea").await?, ana.follow("tea").await?);
        let refused = ana.follow("tea").await?;
        ensure!(refused.status() == 429 && refused.headers().contains_key("retry-after"), "{}", refused.status());
        let body: Value = refused.json().await?;
        ensure!(body["type"] == "urn:storebot:problem:too-many-streams" && body["limit"] == 2, "{body}");
        let three = root.follow("tea").await?;
        let refused = eve.follow("tea").await?;
        ensure!(refused.status() == 503, "{}", refused.status());
        let body: Value = refused.json().await?;
        ensure!(body["type"] == "urn:storebot:problem:crowded", "{body}");
        ensure!(t.metrics().await?.contains("storebot_event_streams 3"));
        drop((one, two, three));
        until("there is room again", || async { Ok((eve.follow("tea").await?.status() == 200).then_some(())) }).await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn two_hundred_streams_see_a_store_being_made() {
    let limits = "requests = 100000\naddress_per_second = 100000\nstreams_per_actor = 200\n".to_owned();
    let bot = TestBot { limits: Some(limits), simulate: Some("slow"), ..TestBot::default() };
    run_test(bot, async |t| {
        make(t).await?;
        let ana = t.api("ana");
        let before = t.redis_connections().await?;
        let streams = try_join_all((0..200).map(|_| ana.follow("tea"))).await?;
        let more = t.redis_connections().await?.saturating_sub(before);
        let mut streams = streams.into_iter().map(Stream::of).collect::<Result<Vec<_>>>()?;
        let told = try_join_all(streams.iter_mut().map(|stream| stream.until("ready"))).await?;
        let kept = pages(t, 200).await?;
        for heard in told {
            ensure!(heard.len() == kept.len() && heard.iter().zip(&kept).all(|(h, k)| h.data == *k), "{heard:?}");
        }
        drop(streams);
        until("all places are free", || async {
            Ok(t.metrics().await?.contains("storebot_event_streams 0").then_some(()))
        })
        .await?;
        // Other tests open some at the same time.
        ensure!(more < 100, "streams share what they need of Redis, and yet there are {more} connections more");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_process_that_ends_sends_its_readers_to_another_one() {
    run_test(TestBot::default(), async |t| {
        make(t).await?;
        t.until_idle().await?;
        let mut stream = Stream::of(t.api("ana").follow("tea").await?)?;
        stream.until("ready").await?;
        let begun = std::time::Instant::now();
        let (stopped, rest) = tokio::join!(t.stop_bot(), stream.rest());
        stopped?;
        ensure!(rest?.is_empty() && stream.retries == 2, "it says when to come back, at its beginning and its end");
        ensure!(begun.elapsed() < t.config.http.shutdown_grace / 2, "it took {:?}", begun.elapsed());
        Ok(())
    })
    .await;
}

/// Nobody reads one stream; the other goes on, and so does the store.
#[tokio::test]
async fn a_slow_reader_holds_up_nobody() {
    run_test(TestBot::default(), async |t| {
        make(t).await?;
        let ana = t.api("ana");
        let slow = ana.follow("tea").await?;
        let mut quick = Stream::of(ana.follow("tea").await?)?;
        quick.until("ready").await?;
        for _ in 0..5 {
            ana.ask("verify", "tea").await?.error_for_status()?;
            quick.until("ready").await?;
        }
        // What it did not read it can still read: the log has it, and no buffer of ours.
        let late: Vec<_> = Stream::of(slow)?.until("ready").await?;
        ensure!(late.last().map(|event| event.kind.as_str()) == Some("ready"));
        Ok(())
    })
    .await;
}
