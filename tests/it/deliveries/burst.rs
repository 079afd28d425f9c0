//! Five thousand deliveries from fifty connections: none is lost, none is taken twice.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use serde_json::json;
use storebot::domain::delivery::DeliveryState;

use super::now;
use super::sent::{Sent, senders};
use crate::harness::{Test, TestBot, run_test};

/// From each connection, one after the other; half of the connections say what the other half says.
const EACH: usize = 100;
const CONNECTIONS: usize = 50;
/// So many different ones, each twice at about the same time.
const DIFFERENT: usize = CONNECTIONS / 2 * EACH;
/// One in so many asks for a store; the others are of all kinds and ask for nothing.
const CREATE: usize = 100;

fn of_the_burst(number: usize, at: i64) -> Sent {
    let (id, body) = (format!("burst-{number}"), format!("{{\"type\":\"push\",\"number\":{number}}}"));
    if number.is_multiple_of(CREATE) {
        let create = json!({ "type": "store.create", "data": { "name": id, "engine": "medusa" } }).to_string();
        return Sent::standard("ci", &id, &create, at);
    }
    match number % 4 {
        0 => Sent::standard("ci", &id, &body, at),
        1 => Sent::github(&id, "push", &body),
        2 => Sent::gitlab(&id, "Push Hook", &body),
        _ => Sent::stripe(&id, "customer.created", at),
    }
}

async fn one_of_the_burst(t: &Test, connection: usize, at: i64) -> Result<Vec<Duration>> {
    let mut took = Vec::with_capacity(EACH);
    for turn in 0..EACH {
        let number = connection % (CONNECTIONS / 2) * EACH + turn;
        let began = Instant::now();
        let answer = of_the_burst(number, at).send(t).await?;
        took.push(began.elapsed());
        let expected = if number.is_multiple_of(CREATE) { 202 } else { 200 };
        ensure!(answer.status() == expected, "{number}: {} {}", answer.status(), answer.text().await?);
    }
    Ok(took)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_at_once_are_each_taken_once() {
    let limits = "stores_per_owner = 1000\ncpu_per_owner = '1000'\nmemory_per_owner = '1Ti'\ndisk_per_owner = '10Ti'\n\
                  creations_per_hour = 100000\nrequests = 10000000\naddress_per_second = 100000\n";
    run_test(TestBot { limits: Some(limits.to_owned()), ..senders() }, async |t| {
        let at = now();
        let all = (0..CONNECTIONS).map(|connection| one_of_the_burst(t, connection, at));
        let mut took = try_join_all(all).await?.concat();
        took.sort_unstable();
        let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
        println!("{} deliveries, unoptimised: p50 {:?}, p99 {:?}, last {:?}", took.len(), at(50), at(99), at(100));

        let logged = t.ledger.deliveries(None, None, 2 * DIFFERENT).await?;
        let ids: BTreeSet<&str> = logged.iter().map(|entry| entry.begun.delivery_id.as_str()).collect();
        ensure!(logged.len() == DIFFERENT && ids.len() == DIFFERENT, "{} entries of {}", logged.len(), ids.len());
        let once_more = logged.iter().all(|entry| entry.repeats == 1);
        ensure!(once_more, "not each came twice");
        let in_state = |state| logged.iter().filter(|entry| entry.state() == state).count();
        let states = (in_state(DeliveryState::Accepted), in_state(DeliveryState::Ignored));
        ensure!(states == (DIFFERENT / CREATE, DIFFERENT - DIFFERENT / CREATE), "{states:?}");
        let stores = t.ledger.page(None, None, 200).await?.items;
        ensure!(stores.len() == DIFFERENT / CREATE, "{} stores", stores.len());
        ensure!(stores.iter().all(|(_, store)| store.desired.generation == 1), "one was asked for twice");
        Ok(())
    })
    .await;
}
