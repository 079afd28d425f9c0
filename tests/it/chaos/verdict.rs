//! Compares what was promised with what there is. Pure: each check is shown a world that it must
//! refuse.

mod tests;

use std::collections::{BTreeMap, BTreeSet};

use storebot::ledger::Mended;

use super::model::{Answer, Expected, Fate, Heard, Sleep, expected};
use super::plan::{Ask, Cell};
use super::world::{Seen, Talk, World, namespace_of};

/// Something that is not as it was promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// A store's id, or whatever else it is about.
    pub(super) of: String,
    pub(super) what: String,
}

fn wrong(of: &str, what: impl Into<String>) -> Wrong {
    Wrong { of: of.to_owned(), what: what.into() }
}

/// Everything that is wrong.
pub(super) fn judge(heard: &[Heard], world: &World) -> Vec<Wrong> {
    let mut named: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for seen in &world.records {
        named.entry((seen.owner.clone(), seen.name.clone())).or_default().push(seen.id.clone());
    }
    let promised = expected(heard, &named);
    let mut all = answers(heard);
    all.extend(promises(&promised, world));
    all.extend(surplus(heard, &promised, world));
    all.extend(quotas(world));
    all.extend(talks(heard, world));
    all.extend(callbacks(heard, world));
    all.extend(world.work.iter().map(|left| wrong("the ledger", format!("is left with work: {left}"))));
    all.extend(world.processes.iter().map(|left| wrong(left, "still runs")));
    all
}

/// Every actor has an answer, the same each time.
fn answers(heard: &[Heard]) -> Vec<Wrong> {
    let mut all = Vec::new();
    for heard in heard {
        let (of, word) = (format!("{}/{}", heard.owner, heard.name), heard.ask.word());
        match &heard.answer {
            Answer::Never(last) => all.push(wrong(&of, format!("{word} was never answered, at last: {last}"))),
            Answer::Odd(what) => all.push(wrong(&of, format!("{word} was answered {what}"))),
            Answer::Accepted(_) | Answer::Refused(_) => {}
        }
        if heard.ids.len() > 1 {
            all.push(wrong(&of, format!("one {word} was accepted for several stores: {:?}", heard.ids)));
        }
    }
    all
}

/// Every promised store is as it must be.
fn promises(promised: &BTreeMap<String, Expected>, world: &World) -> Vec<Wrong> {
    let mut all = Vec::new();
    for (id, expected) in promised {
        match world.records.iter().find(|seen| seen.id == *id) {
            None => all.push(wrong(id, "was accepted, and no record is left of it")),
            Some(seen) => all.extend(record(expected, seen).into_iter().map(|what| wrong(id, what))),
        }
        all.extend(cluster(id, expected.fate, world).into_iter().map(|what| wrong(id, what)));
        all.extend(sleepers(id, world).map(|what| wrong(id, what)));
    }
    all
}

fn record(expected: &Expected, seen: &Seen) -> Vec<String> {
    let mut all = Vec::new();
    let end = match (expected.fate, expected.cell) {
        (Fate::Deleted, _) => "deleted",
        (Fate::Living, _) if expected.sleep == Sleep::Surely => "asleep",
        (Fate::Living, Cell::Quick | Cell::Slow) => "ready",
        (Fate::Living, Cell::Broken) => "failed",
    };
    let Seen { phase, reason, generation, .. } = seen;
    let may_sleep = expected.fate == Fate::Living && expected.sleep == Sleep::Perhaps;
    if phase != end && !(may_sleep && phase == "asleep") {
        all.push(format!("is {phase} ({}) and should be {end}", reason.as_deref().unwrap_or("no reason")));
    }
    if phase == "failed" && reason.is_none() {
        all.push("has failed without a reason".to_owned());
    }
    if !seen.settled {
        all.push("is not settled".to_owned());
    }
    if seen.replies > 0 {
        all.push(format!("{} still wait to hear of it", seen.replies));
    }
    if *generation > expected.generations {
        all.push(format!("has generation {generation}, and commands account for {}", expected.generations));
    }
    all
}

fn cluster(id: &str, fate: Fate, world: &World) -> Vec<String> {
    let namespace = namespace_of(id);
    let there = world.namespaces.contains(&namespace);
    let releases = world.releases.get(&namespace).map(Vec::as_slice).unwrap_or_default();
    match fate {
        Fate::Deleted if there => vec!["was deleted, and its namespace is there".to_owned()],
        Fate::Deleted => Vec::new(),
        Fate::Living if !there => vec!["lives, and has no namespace".to_owned()],
        Fate::Living => {
            let deployed = releases.iter().filter(|(_, status)| status == "deployed").count();
            let pending = releases.iter().any(|(_, status)| status.starts_with("pending") || status == "uninstalling");
            if deployed == 1 && !pending { Vec::new() } else { vec![format!("has the releases {releases:?}")] }
        }
    }
}

/// Nothing of a store that sleeps runs.
fn sleepers(id: &str, world: &World) -> Option<String> {
    let sleeps = world.records.iter().any(|seen| seen.id == *id && seen.phase == "asleep");
    let pods = world.pods.get(&namespace_of(id)).copied().unwrap_or_default();
    (sleeps && pods > 0).then(|| format!("sleeps, and {pods} of its pods run"))
}

/// Nothing is there that nobody was promised.
fn surplus(heard: &[Heard], promised: &BTreeMap<String, Expected>, world: &World) -> Vec<Wrong> {
    let mut all = Vec::new();
    // Whoever never got an answer may have got a store.
    let unclear = |seen: &Seen| {
        heard.iter().any(|heard| {
            heard.ask == Ask::Create
                && matches!(heard.answer, Answer::Never(_))
                && (&heard.owner, &heard.name) == (&seen.owner, &seen.name)
        })
    };
    for seen in &world.records {
        if !promised.contains_key(&seen.id) && !unclear(seen) {
            all.push(wrong(&seen.id, format!("{} of {} was promised to nobody", seen.name, seen.owner)));
        }
    }
    let known: BTreeSet<String> = world.records.iter().map(|seen| namespace_of(&seen.id)).collect();
    all.extend(world.namespaces.difference(&known).map(|stray| wrong(stray, "belongs to no store")));
    let counted = world.records.len() as u64;
    if world.counted != counted {
        all.push(wrong("the counts", format!("say {} stores, and there are {counted}", world.counted)));
    }
    if world.misplaced != Mended::default() {
        all.push(wrong("the lists", format!("differ from the records: {:?}", world.misplaced)));
    }
    all
}

/// What is counted against a quota is what lives.
fn quotas(world: &World) -> Vec<Wrong> {
    let mut living: BTreeMap<&str, u64> = world.quotas.keys().map(|owner| (owner.as_str(), 0)).collect();
    for seen in world.records.iter().filter(|seen| seen.phase != "deleted") {
        *living.entry(&seen.owner).or_default() += 1;
    }
    let counted = |owner: &str| world.quotas.get(owner).copied().unwrap_or_default();
    let differ = living.into_iter().filter(|(owner, lives)| counted(owner) != *lives);
    differ
        .map(|(owner, lives)| wrong(owner, format!("has {lives} stores, and {} are counted", counted(owner))))
        .collect()
}

/// Everybody on Discord reads the end, once.
fn talks(heard: &[Heard], world: &World) -> Vec<Wrong> {
    let mut all = Vec::new();
    for talk in &world.talks {
        let of = format!("{}/{}", talk.owner, talk.name);
        all.extend(talk_of(heard, talk).into_iter().map(|what| wrong(&of, format!("{}: {what}", talk.ask.word()))));
    }
    let names: BTreeSet<&str> = world.talks.iter().map(|talk| talk.name.as_str()).collect();
    for name in names {
        // Whoever saw an error is told in the channel, if the command was accepted all the same.
        let failed = world.talks.iter().filter(|talk| talk.name == name && talk.failed).count();
        let said: Vec<_> = world.channel.iter().filter(|text| text.contains(&format!("**{name}**"))).collect();
        if said.len() > failed {
            all.push(wrong(name, format!("{failed} had to be told in the channel, and were told {said:?}")));
        }
        all.extend(
            said.iter().filter(|text| !tells_the_end(text)).map(|text| wrong(name, format!("no end: {text:?}"))),
        );
    }
    all
}

fn talk_of(heard: &[Heard], talk: &Talk) -> Vec<String> {
    let mut all = Vec::new();
    let said: Vec<&String> = talk.message.iter().chain(&talk.others).collect();
    let ends = said.iter().filter(|text| tells_the_end(text)).count();
    if ends > 1 || (talk.deferred && ends == 0) {
        all.push(format!("the end was told {ends} times: {said:?}"));
    }
    if !talk.others.is_empty() {
        all.push(format!("there is more than one message: {said:?}"));
    }
    let is_deletion = |heard: &Heard| heard.ask == Ask::Delete && matches!(heard.answer, Answer::Accepted(_));
    let is_of = |heard: &&Heard| (&heard.owner, &heard.name) == (&talk.owner, &talk.name);
    let gone = heard.iter().filter(is_of).any(is_deletion);
    let says_gone = said.iter().any(|text| text.contains("is deleted"));
    if talk.deferred && talk.ask == Ask::Delete && gone && !says_gone {
        all.push(format!("the store is deleted, and its person reads {said:?}"));
    }
    if !gone && says_gone {
        all.push(format!("nobody deleted the store, and its person reads {said:?}"));
    }
    all
}

/// As `text::story` ends.
fn tells_the_end(text: &str) -> bool {
    [
        "** is ready",
        "** failed:",
        "** is deleted",
        "could not be deleted",
        "nothing was changed",
        "** sells",
        "** is asleep",
    ]
    .iter()
    .any(|end| text.contains(end))
}

/// Each accepted command with a callback got it, under one id however often it was sent; whoever made a store hears
/// of it as long as it lives, and last of what it is now.
fn callbacks(heard: &[Heard], world: &World) -> Vec<Wrong> {
    let mut all = Vec::new();
    for heard in heard {
        let Some(callback) = heard.callback else { continue };
        let told = world.callbacks.get(&callback);
        let ids = told.map_or(0, BTreeMap::len);
        let promised = usize::from(matches!(heard.answer, Answer::Accepted(_)));
        if let (Ask::Create, Answer::Accepted(Some(id)), Some(told)) = (heard.ask, &heard.answer, told) {
            all.extend(last_told(told, id, world).map(|what| wrong(id, what)));
            continue;
        }
        if ids != promised && !matches!(heard.answer, Answer::Never(_)) {
            let what = format!("callback {callback} of {} has {ids} ids instead of {promised}", heard.ask.word());
            all.push(wrong(&format!("{}/{}", heard.owner, heard.name), what));
        }
    }
    all
}

/// What a follower heard last, by the events' own order, is how the store is.
fn last_told(told: &BTreeMap<String, String>, id: &str, world: &World) -> Option<String> {
    // `<ms>-<n>-<receiver>`.
    let order = |id: &str| -> Vec<u64> { id.split('-').take(2).filter_map(|part| part.parse().ok()).collect() };
    let (_, last) = told.iter().max_by_key(|(id, _)| order(id))?;
    let seen = world.records.iter().find(|seen| seen.id == *id)?;
    (*last != format!("store.{}", seen.phase)).then(|| format!("is {}, and was last called {last}", seen.phase))
}
