//! Looks at everything there is in the end, past all proxies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use anyhow::Result;
use k8s_openapi::api::core::v1::{Namespace, Pod, Secret};
use kube::ResourceExt as _;
use kube::api::{Api, ListParams};
use stand_in_discord::{Ack, Author, StandIn};
use storebot::domain::actor::ActorId;
use storebot::domain::record::Record;

use super::doors::{Begun, Doors};
use super::ground::Ground;
use super::plan::{Actor, Door};
use super::world::{Seen, Talk, World};
use crate::harness::environment::redis_connection;

const PAGE: usize = 200;

/// What a ledger at rest is made of, by the first part of its keys. `helm` names stores that had a
/// permit; without a lease it means nothing. `round` and `rounded` are of looks at a whole cell, which have
/// nothing to do with any command.
const KEPT: [&str; 46] = [
    "cells",
    "cell-alive",
    "cell-taken",
    "version",
    "made",
    "followers",
    "leases",
    "deliveries",
    "deliveries-in",
    "deliveries-out",
    "deliveries-refused",
    "deliveries-seen",
    "deliveries-bodies",
    "deliveries-kept",
    "server",
    "org-alive",
    "org-taken",
    "org-rate",
    "approval",
    "approvals",
    "approvals-of",
    "taken",
    "took",
    "day",
    "names",
    "former",
    "lists",
    "forget",
    "counts",
    "events",
    "audit",
    "audit-head",
    "schema",
    "store",
    "spec",
    "seen",
    "of",
    "alive",
    "key",
    "rate",
    "log",
    "dead",
    "helm",
    "replies",
    "round",
    "rounded",
];

pub(super) async fn gather(ground: &Ground, doors: &Doors<'_>, processes: Vec<String>) -> Result<World> {
    let mut world = World { processes, callbacks: ground.receiver.ids(), ..World::default() };
    world.records = records(ground).await?;
    world.namespaces = namespaces(ground).await?;
    world.releases = releases(ground).await?;
    world.pods = pods(ground).await?;
    world.counted = ground.ledger.counts().await?.values().sum();
    world.misplaced = ground.ledger.mend_lists(false).await?;
    for door in [Door::Api, Door::Hook, Door::Chat] {
        for actor in Actor::all(door) {
            let owner = doors.owner(actor);
            let alive = ground.ledger.used(&ActorId::new(owner.clone()), None, 100).await?.0.stores;
            world.quotas.insert(owner, alive.into());
        }
    }
    let depth = ground.ledger.depth().await?;
    if !depth.is_idle() || depth.dead > 0 {
        world.work.push(format!("{depth:?}"));
    }
    world.work.extend(surplus_keys(ground).await?);
    let begun = doors.begun.lock().unwrap_or_else(PoisonError::into_inner);
    world.talks = begun.iter().filter_map(|begun| talk(&ground.discord, begun)).collect();
    let alone = |message: &stand_in_discord::Message| message.interaction_id.is_none() && message.author == Author::App;
    let channel = ground.discord.channel_messages("general");
    world.channel = channel.iter().filter(|m| alone(m)).map(|m| m.content().to_owned()).collect();
    Ok(world)
}

async fn records(ground: &Ground) -> Result<Vec<Seen>> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = ground.ledger.page(None, cursor.as_deref(), PAGE).await?;
        for (_, record) in &page.items {
            all.push(seen(ground, record).await?);
        }
        match page.items.last() {
            Some((place, _)) if page.more => cursor = Some(place.clone()),
            _ => return Ok(all),
        }
    }
}

async fn seen(ground: &Ground, record: &Record) -> Result<Seen> {
    Ok(Seen {
        id: record.id.to_string(),
        owner: record.spec.owner.to_string(),
        name: record.spec.name.to_string(),
        phase: record.phase().as_str().to_owned(),
        reason: record.observed.trouble.as_ref().map(|t| format!("{}: {}", t.reason, t.message)),
        settled: record.is_settled(),
        generation: record.desired.generation,
        replies: ground.ledger.replies(&record.id).await?.len(),
    })
}

/// Keys that say that something is under way or damaged, or that nobody knows.
async fn surplus_keys(ground: &Ground) -> Result<Vec<String>> {
    let url = format!("redis://127.0.0.1:{}/", ground.redis_port);
    let mut connection = redis_connection(&url).await?;
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await?;
    let kept = |key: &String| {
        let kind = key.split(':').nth(1).unwrap_or_default();
        KEPT.contains(&kind)
    };
    Ok(keys.into_iter().filter(|key| !kept(key)).map(|key| format!("the key {key} is there")).collect())
}

async fn namespaces(ground: &Ground) -> Result<BTreeSet<String>> {
    let api: Api<Namespace> = Api::all(ground.cluster.clone());
    let ours = ListParams::default().labels("app.kubernetes.io/managed-by=storebot");
    Ok(api.list_metadata(&ours).await?.iter().map(|namespace| namespace.name_any()).collect())
}

/// Those that have not ended.
async fn pods(ground: &Ground) -> Result<BTreeMap<String, usize>> {
    let api: Api<Pod> = Api::all(ground.cluster.clone());
    let ours = ListParams::default().labels("app.kubernetes.io/managed-by=storebot");
    let mut all = BTreeMap::new();
    for pod in api.list(&ours).await? {
        let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or_default();
        if !matches!(phase, "Succeeded" | "Failed") {
            *all.entry(pod.namespace().unwrap_or_default()).or_default() += 1;
        }
    }
    Ok(all)
}

async fn releases(ground: &Ground) -> Result<BTreeMap<String, Vec<(u32, String)>>> {
    let api: Api<Secret> = Api::all(ground.cluster.clone());
    let mut all: BTreeMap<String, Vec<(u32, String)>> = BTreeMap::new();
    for secret in api.list_metadata(&ListParams::default().labels("owner=helm")).await? {
        let label = |name: &str| secret.labels().get(name).cloned().unwrap_or_default();
        let revision = (label("version").parse()?, label("status"));
        all.entry(secret.namespace().unwrap_or_default()).or_default().push(revision);
    }
    all.values_mut().for_each(|revisions| revisions.sort_unstable());
    Ok(all)
}

fn talk(discord: &StandIn, begun: &Begun) -> Option<Talk> {
    let interaction = discord.interaction(begun.id)?;
    let state = interaction.state();
    let others = interaction.follow_ups().iter().map(|message| message.content().to_owned()).collect();
    Some(Talk {
        owner: begun.owner.clone(),
        name: begun.name.clone(),
        ask: begun.ask,
        deferred: state.ack == Ack::Done(5),
        failed: matches!(state.ack, Ack::Failed(_)),
        message: interaction.message().map(|message| message.content().to_owned()),
        others,
    })
}
