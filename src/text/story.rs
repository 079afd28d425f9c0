//! What happens to a store, told in one message, one line, or one answer to a question.
//!
//! Pure functions from a record to words: the same record always gives the same text, so that a
//! message which is sent again after a crash says exactly what it said before. Nothing is claimed
//! that does not stand in the record; above all no test order.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;

use super::markdown::{escape, fit};
use crate::domain::command::{CommandKind, Create};
use crate::domain::login::Login;
use crate::domain::outcome::QuotaUse;
use crate::domain::quota::{Resource, Share};
use crate::domain::record::{Observed, Phase, Reason, Record, Step, StepName, StepState, Task, Trouble, Want};
use crate::domain::reply::Reply;

/// Longest reason that is shown, in characters before escaping: the reason of a crash carries log
/// lines, and the rest of the story must still fit.
const REASON_MAX: usize = 600;
/// Length of a list, in bytes: leaves room in a message for the hint that there is more.
const LIST_BYTES: usize = 1_900;

/// One line of plain text: the API's `message`.
#[must_use]
pub fn headline(record: &Record) -> String {
    let name = &record.spec.name;
    match record.phase() {
        Phase::Ready => {
            format!("{name} is ready: {}{}{}", record.spec.url, proof(&record.observed), drift(&record.observed))
        }
        Phase::Failed if record.desired.want == Want::Absent => {
            format!("{name} could not be deleted: {}", one_line(&reason(record)))
        }
        Phase::Failed => format!("{name} failed: {}", one_line(&reason(record))),
        Phase::Deleting => format!("{name} is being deleted"),
        Phase::Deleted => format!("{name} is deleted"),
        phase => {
            let holdup = holdup(record).map(|t| format!(" ({})", one_line(t))).unwrap_or_default();
            format!("{} {name} ({}): {}{holdup}", verb(record), size(record), doing(phase, &record.observed))
        }
    }
}

/// The message that tells how a command goes, in Discord's markdown: edited in place from the first
/// line to the last. At most 2 000 characters.
#[must_use]
pub fn message(command: CommandKind, record: &Record) -> String {
    let text = match command {
        CommandKind::Create => creation(record),
        CommandKind::Delete => deletion(record),
        CommandKind::Retry => retry(record),
        CommandKind::Verify => verification(record),
        CommandKind::Upgrade => upgrade(record),
        // Answered by the door itself, and never told here.
        CommandKind::Credentials | CommandKind::Redrive | CommandKind::Approve | CommandKind::Deny => headline(record),
    };
    fit(text)
}

/// [`message`], with what there was room for as long as the store is being made.
#[must_use]
pub fn told(reply: &Reply, record: &Record) -> String {
    let text = message(reply.command, record);
    match reply.room.filter(|_| reply.command == CommandKind::Create && !record.phase().is_end()) {
        Some(room) => {
            let usually = Some(room.usually_ms).filter(|ms| *ms > 0).map(Duration::from_millis);
            fit(format!("{text}\n_{}_", room_line(room.stores.into(), room.limit.into(), usually)))
        }
        None => text,
    }
}

/// The answer to "how is this store?".
#[must_use]
pub fn status(record: &Record, now: Timestamp) -> String {
    let spec = &record.spec;
    let mut lines = vec![format!("**{}** ({}): {}", spec.name, size(record), record.phase().as_str())];
    if spec.title != spec.name.as_str() {
        lines.push(format!("Title: {}", escape(&spec.title)));
    }
    lines.push(format!("Created {} ago", span(now.duration_since(spec.created_at))));
    match record.phase() {
        Phase::Ready => {
            lines.push(format!("Address: {}{}", spec.url, escape(&proof(&record.observed))));
            if !record.observed.drift.is_empty() {
                lines.push(format!("Changed in the cluster: {}", escape(&clip(&record.observed.drift.join("; ")))));
                lines.push(format!("`/store upgrade name:{}` brings it back.", spec.name));
            }
        }
        Phase::Failed => lines.extend(failure(record)),
        Phase::Deleting | Phase::Deleted => lines.extend(waiting(record)),
        _ => lines.extend(progress(record)),
    }
    lines.extend(reason_word(record));
    if let Some(end) = spec.expires_at.filter(|_| record.desired.want == Want::Present) {
        lines.push(match end.duration_since(now) {
            left if left.is_positive() => format!("Wanted for another {}", span_left(left)),
            _ => format!("Its time is over; `/store delete name:{}` removes it", spec.name),
        });
    }
    fit(lines.join("\n"))
}

/// The answer to "which stores are mine?".
#[must_use]
pub fn list(records: &[Record], more: bool, quota: &QuotaUse) -> String {
    let (used, limit) = quota.own.of(Resource::Stores);
    let used = format!("{} used", stores(used, limit));
    if records.is_empty() {
        return format!("You have no stores yet. `/store create` makes one. ({used})");
    }
    let mut text = format!("Your stores ({used}):");
    let mut shown = 0;
    for line in records.iter().map(entry) {
        if text.len() + line.len() > LIST_BYTES {
            break;
        }
        text = format!("{text}\n{line}");
        shown += 1;
    }
    if more || shown < records.len() {
        text.push_str("\n... and more. `/store status` tells about each of them.");
    }
    fit(text)
}

/// What there is room for, in the reply to a create: `2 of 3 stores, about 40 s`.
#[must_use]
pub fn room(quota: &QuotaUse, usually: Option<Duration>) -> String {
    let (used, limit) = quota.own.of(Resource::Stores);
    room_line(used, limit, usually)
}

fn room_line(used: u64, limit: u64, usually: Option<Duration>) -> String {
    let used = stores(used, limit);
    match usually.and_then(|usually| SignedDuration::try_from(usually).ok()) {
        Some(usually) => format!("{used}, about {}", span_left(usually)),
        None => used,
    }
}

fn stores(used: u64, limit: u64) -> String {
    match limit {
        0 => format!("{used} stores"),
        _ => format!("{used} of {limit} stores"),
    }
}

/// The answer to "how much may I have?".
#[must_use]
pub fn quota(quota: &QuotaUse) -> String {
    let mut lines = vec!["**Yours:**".to_owned()];
    lines.extend(shares(&quota.own));
    if let Some((org, share)) = &quota.org {
        lines.push(format!("**Your organisation's** ({}):", escape(org.as_str())));
        lines.extend(shares(share));
    }
    fit(lines.join("\n"))
}

fn shares(share: &Share) -> Vec<String> {
    let line = |resource: Resource| {
        let (used, limit) = share.of(resource);
        let name = match resource {
            Resource::Stores => "Stores",
            Resource::Cpu => "CPU",
            Resource::Memory => "Memory",
            Resource::Disk => "Disk",
        };
        let of = if limit == 0 { "no limit".to_owned() } else { format!("of {}", resource.show(limit)) };
        format!("{name}: {} ({of})", resource.show(used))
    };
    let mut lines: Vec<String> = Resource::ALL.into_iter().map(line).collect();
    if share.quota.creations_per_hour > 0 {
        lines.push(format!("At most {} new ones per hour", share.quota.creations_per_hour));
    }
    lines
}

/// A request that is over a quota, for approvers to see. Expects buttons below it.
#[must_use]
pub fn approval(asked: &Create, refusal: &str, asker: &str) -> String {
    let what = format!("{asker} asks for **{}** ({}, {}).", asked.name, asked.engine.title(), asked.plan);
    fit(format!("{what} {refusal}"))
}

/// What can be asked, and how.
#[must_use]
pub fn help() -> String {
    [
        "**/store** gives you a finished online shop and takes it away again:",
        "`/store create name:teashop engine:woocommerce` makes a shop. `plan` sets its size, `ttl` how long it is wanted (`72h`, `7d`), `title` what it is called, `currency` and `country` what it sells in and from where.",
        "`/store status name:teashop` tells how it is.",
        "`/store list` shows your stores and how many more you may have.",
        "`/store quota` tells how much you may have, and have.",
        "`/store retry name:teashop` goes on with a shop that has failed, from where it stopped.",
        "`/store verify name:teashop` places a test order again.",
        "`/store upgrade name:teashop` brings the shop to the newest release.",
        "`/store login name:teashop` makes a new password for its administration and shows it to you alone, once.",
        "`/store delete name:teashop` removes the shop and everything in it, for good.",
        "A shop is called ready only after a test order went through; simulated nodes have none, and the message says so.",
    ]
    .join("\n")
}

fn creation(record: &Record) -> String {
    let name = &record.spec.name;
    let mut lines = vec![format!("Creating **{name}** ({}) ...", size(record))];
    if let Some(end) = unwanted(record) {
        lines.push(end);
        return lines.join("\n");
    }
    if record.observed.generation != record.desired.generation {
        return lines.join("\n");
    }
    lines.extend(progress(record));
    match record.phase() {
        Phase::Ready => lines.push(ready(record)),
        Phase::Failed => lines.extend(failure(record)),
        _ => {}
    }
    lines.join("\n")
}

/// Short: the shop is there, and one thing is done with it.
fn verification(record: &Record) -> String {
    let name = &record.spec.name;
    let begun = format!("Placing a test order in **{name}** ...");
    if let Some(end) = unwanted(record) {
        return format!("{begun}\n{end}");
    }
    match record.phase() {
        Phase::Ready => match &record.observed.proof {
            Some(_) if !record.observed.simulated => {
                format!("**{name}** sells: {}{}", record.spec.url, escape(&proof(&record.observed)))
            }
            _ => ready(record),
        },
        Phase::Failed => failure(record).join("\n"),
        _ => [begun].into_iter().chain(waiting(record)).collect::<Vec<_>>().join("\n"),
    }
}

/// What is tried again has its own story; only its first line differs.
fn retry(record: &Record) -> String {
    let name = &record.spec.name;
    if record.desired.want == Want::Absent {
        return deletion(record);
    }
    if record.desired.task == Task::Verify {
        return verification(record);
    }
    let mut lines = vec![format!("Going on with **{name}** ({}) ...", size(record))];
    if record.observed.generation != record.desired.generation {
        return lines.join("\n");
    }
    lines.extend(progress(record));
    match record.phase() {
        Phase::Ready => lines.push(ready(record)),
        Phase::Failed => lines.extend(failure(record)),
        _ => {}
    }
    lines.join("\n")
}

fn upgrade(record: &Record) -> String {
    let name = &record.spec.name;
    let mut lines = vec![format!("Upgrading **{name}** ({}) ...", size(record))];
    if let Some(end) = unwanted(record) {
        lines.push(end);
        return lines.join("\n");
    }
    if record.observed.generation != record.desired.generation {
        return lines.join("\n");
    }
    if record.observed.untouched {
        // The steps are those of another time.
        lines.extend(waiting(record));
    } else {
        lines.extend(progress(record));
    }
    match record.phase() {
        Phase::Ready if record.observed.untouched => {
            lines.push(format!("**{name}** is up to date already: nothing was changed."));
        }
        Phase::Ready => lines.push(ready(record)),
        Phase::Failed => lines.extend(failure(record)),
        _ => {}
    }
    lines.join("\n")
}

fn ready(record: &Record) -> String {
    format!("**{}** is ready: {}{}", record.spec.name, record.spec.url, escape(&proof(&record.observed)))
}

/// Somebody changed their mind; the story of the deletion is told to them.
fn unwanted(record: &Record) -> Option<String> {
    let name = &record.spec.name;
    (record.desired.want == Want::Absent).then(|| match record.phase() {
        Phase::Deleted => format!("**{name}** is deleted."),
        _ => format!("**{name}** is being deleted."),
    })
}

/// A new login, for its owner alone. The one text with a secret in it.
#[must_use]
pub fn login(login: &Login) -> String {
    let (url, user, password) = (&login.url, &login.username, login.password.expose_secret());
    [
        format!("Sign in at {url}"),
        format!("User: `{user}`"),
        format!("Password: ||`{password}`||"),
        "Only you see this, and only this once: keep the password now. The one before it has ended.".to_owned(),
    ]
    .join("\n")
}

fn deletion(record: &Record) -> String {
    let name = &record.spec.name;
    match record.phase() {
        Phase::Deleted => format!("**{name}** is deleted."),
        Phase::Failed => failure(record).join("\n"),
        _ => match holdup(record) {
            Some(trouble) => format!("Deleting **{name}** ...\nWaiting: {}", escape(&clip(trouble))),
            None => format!("Deleting **{name}** ..."),
        },
    }
}

/// A line per step that has begun, and what holds up the one that is under way.
fn progress(record: &Record) -> Vec<String> {
    let seen = &record.observed;
    let mut lines: Vec<String> = seen.steps.iter().filter(|s| happened(s, seen)).map(step).collect();
    lines.extend(waiting(record));
    lines
}

fn waiting(record: &Record) -> Option<String> {
    holdup(record).map(|t| format!("Waiting: {}", escape(&clip(t))))
}

/// Whether a step may be told. A step that places no order must not read as if it had: simulated
/// nodes have no shop to fill and no order, and a verification without proof proves nothing.
fn happened(step: &Step, seen: &Observed) -> bool {
    match (step.name, step.state) {
        (_, StepState::Pending) => false,
        (StepName::Setup | StepName::Verify, _) if seen.simulated => false,
        (StepName::Verify, StepState::Done) => seen.proof.is_some(),
        _ => true,
    }
}

fn step(step: &Step) -> String {
    let name = match step.name {
        StepName::Namespace => "namespace",
        StepName::Release => "release",
        StepName::Workloads => "database and app",
        StepName::Setup => "products and payment",
        StepName::Verify => "test order",
    };
    let took = step.started_at.zip(step.finished_at).map(|(from, to)| to.duration_since(from));
    let took = took.map(|t| format!(" ({})", seconds(t))).unwrap_or_default();
    match step.state {
        StepState::Pending => format!("▫️ {name}"),
        StepState::Running => format!("⏳ {name} ..."),
        StepState::Done => format!("✅ {name}{took}"),
        StepState::Failed => format!("❌ {name}{took}"),
    }
}

fn failure(record: &Record) -> Vec<String> {
    let name = &record.spec.name;
    let reason = escape(&clip(&reason(record)));
    if record.desired.want == Want::Absent {
        let again = format!("Nothing else was touched. `/store retry name:{name}` tries again.");
        return vec![format!("**{name}** could not be deleted: {reason}"), again];
    }
    let trouble = record.observed.trouble.as_ref();
    let unproven = trouble.is_some_and(Trouble::is_of_the_test_order);
    let by_hand = trouble.is_some_and(|t| t.is(Reason::Removed) || t.is(Reason::Stopped));
    let next = match record.observed.ready_at {
        _ if by_hand => format!("Nothing is made anew by itself. `/store retry name:{name}` does it."),
        _ if unproven => format!("Nothing was removed. `/store retry name:{name}` places the test order again."),
        Some(_) => format!("Its data is kept. `/store retry name:{name}` goes on from where it stopped."),
        None => format!(
            "What there is stays. `/store retry name:{name}` goes on from where it stopped; \
             `/store delete name:{name}` removes it."
        ),
    };
    vec![format!("**{name}** failed: {reason}"), next]
}

/// The word for a trouble that holds, as the documentation and the API have it.
fn reason_word(record: &Record) -> Option<String> {
    let holds = record.phase() == Phase::Failed || holdup(record).is_some();
    let trouble = record.observed.trouble.as_ref().filter(|_| holds)?;
    Some(format!("Reason: `{}`", trouble.reason.replace('`', "")))
}

fn reason(record: &Record) -> String {
    let told = record.observed.trouble.as_ref().map(|t| t.message.trim().to_owned());
    told.filter(|t| !t.is_empty()).unwrap_or_else(|| "the reason is not known; the logs have more".to_owned())
}

/// What holds up a store that has not come to its end.
fn holdup(record: &Record) -> Option<&str> {
    let current = record.observed.generation == record.desired.generation && !record.phase().is_end();
    record.observed.trouble.as_ref().filter(|_| current).map(|t| t.message.trim())
}

/// The proof behind "ready", or that there is none.
fn proof(seen: &Observed) -> String {
    match &seen.proof {
        _ if seen.simulated => " (simulated nodes, no test order)".to_owned(),
        Some(proof) => format!(", test order #{}, {}", proof.order, proof.total),
        None => String::new(),
    }
}

/// That a shop which is ready is not as it was installed.
fn drift(seen: &Observed) -> String {
    match seen.drift.len() {
        0 => String::new(),
        1 => "; one object was changed in the cluster, an upgrade brings it back".to_owned(),
        many => format!("; {many} objects were changed in the cluster, an upgrade brings them back"),
    }
}

/// What is being done to a store, as the first word of a line.
fn verb(record: &Record) -> &'static str {
    match record.desired.task {
        Task::Verify => "Verifying",
        Task::Install | Task::Reinstall if record.observed.ready_at.is_some() => "Upgrading",
        Task::Install | Task::Reinstall => "Creating",
    }
}

fn doing(phase: Phase, seen: &Observed) -> &'static str {
    if phase == Phase::Queued {
        return "waiting for a worker";
    }
    if seen.untouched {
        return "looking for what has changed";
    }
    match seen.current_step().map(|s| s.name) {
        Some(StepName::Namespace) => "making its namespace",
        Some(StepName::Release) => "installing the release",
        Some(StepName::Workloads) => "starting database and app",
        Some(StepName::Setup) => "setting up the shop",
        Some(StepName::Verify) => "placing a test order",
        None => "almost there",
    }
}

fn entry(record: &Record) -> String {
    let address = match record.phase() {
        Phase::Ready => format!(", {}", record.spec.url),
        _ => String::new(),
    };
    format!("- **{}** ({}): {}{address}", record.spec.name, size(record), record.phase().as_str())
}

fn size(record: &Record) -> String {
    format!("{}, {}", record.spec.engine.title(), record.spec.plan)
}

fn seconds(took: SignedDuration) -> String {
    match took.as_secs_f64().max(0.0) {
        short if short < 9.95 => format!("{short:.1} s"),
        long => format!("{long:.0} s"),
    }
}

/// A time that has passed, in its largest unit, as people say it: begun units do not count.
fn span(time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    let (length, unit) = unit(seconds);
    units(seconds / length, unit)
}

/// A time that is left, to the nearest unit: of three days hardly begun, three are left.
fn span_left(time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    let (length, unit) = unit(seconds);
    units((seconds + length / 2) / length, unit)
}

/// The largest unit that fits at least twice, in seconds.
fn unit(seconds: i64) -> (i64, &'static str) {
    match seconds {
        0..120 => (1, "second"),
        120..7_200 => (60, "minute"),
        7_200..172_800 => (3_600, "hour"),
        _ => (86_400, "day"),
    }
}

fn units(count: i64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(REASON_MAX) {
        Some((end, _)) => format!("{} ...", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::domain::actor::{ActorId, OrgId};
    use crate::domain::engine::Engine;
    use crate::domain::plan::Plan;
    use crate::domain::quota::Size;
    use crate::domain::record::{Desired, Proof, Reason, Spec, Task, Trouble};
    use crate::domain::store::{StoreId, StoreName};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    fn teashop() -> Record {
        let spec = Spec {
            name: StoreName::parse("teashop").unwrap(),
            engine: Engine::Woocommerce,
            plan: Plan::Small,
            title: "teashop".to_owned(),
            currency: None,
            country: None,
            owner: ActorId::new("discord:1"),
            cell: "main".to_owned(),
            host: "teashop.stores.localhost".to_owned(),
            url: "http://teashop.stores.localhost".to_owned(),
            created_at: at(0),
            expires_at: None,
            org: None,
            size: Size::default(),
        };
        let desired = Desired { generation: 1, want: Want::Present, task: Task::Install };
        Record { id: StoreId::from_bits(7), spec, desired, observed: Observed::fresh(1), version: 1 }
    }

    /// The first steps done, two seconds each, and the next one running.
    fn during(phase: Phase, running: StepName) -> Record {
        let mut record = teashop();
        record.observed.phase = phase;
        let mut clock = 1;
        for name in StepName::ALL.into_iter().take_while(|n| *n != running) {
            record.observed.set_step(name, StepState::Running, at(clock));
            clock += 2;
            record.observed.set_step(name, StepState::Done, at(clock));
        }
        record.observed.set_step(running, StepState::Running, at(clock));
        record
    }

    fn ready() -> Record {
        let mut record = during(Phase::Ready, StepName::Verify);
        record.observed.set_step(StepName::Verify, StepState::Done, at(21));
        record.observed.ready_at = Some(at(21));
        record.observed.proof =
            Some(Proof { order: "37".into(), total: "23.00 EUR".into(), placed_at: at(20), seconds: None });
        record
    }

    fn simulated() -> Record {
        let mut record = ready();
        record.observed.simulated = true;
        record.observed.proof = None;
        record
    }

    fn troubled(mut record: Record, message: &str) -> Record {
        record.observed.trouble = Some(Trouble { reason: "x".into(), message: message.into(), detail: None });
        record
    }

    fn failed() -> Record {
        let mut record = during(Phase::Failed, StepName::Workloads);
        record.observed.set_step(StepName::Workloads, StepState::Failed, at(12));
        troubled(record, "the image shop:*latest* was not found\n# last log line")
    }

    fn unwanted(mut record: Record, generation: u64, phase: Phase) -> Record {
        record.desired = Desired { generation: 2, want: Want::Absent, task: Task::Install };
        (record.observed.generation, record.observed.phase) = (generation, phase);
        record
    }

    #[test]
    fn a_headline_says_it_in_one_line() {
        let queued =
            Record { desired: Desired { generation: 2, want: Want::Present, task: Task::Install }, ..teashop() };
        let told = [
            headline(&queued),
            headline(&during(Phase::Verifying, StepName::Setup)),
            headline(&troubled(during(Phase::Installing, StepName::Workloads), "no room\non the cluster")),
            headline(&simulated()),
            headline(&ready()),
            headline(&failed()),
            headline(&unwanted(ready(), 1, Phase::Ready)),
            headline(&unwanted(ready(), 2, Phase::Deleted)),
            headline(&troubled(unwanted(ready(), 2, Phase::Failed), "a volume is stuck")),
        ];
        assert_snapshot!(told.join("\n"), @r"
        Creating teashop (WooCommerce, small): waiting for a worker
        Creating teashop (WooCommerce, small): setting up the shop
        Creating teashop (WooCommerce, small): starting database and app (no room on the cluster)
        teashop is ready: http://teashop.stores.localhost (simulated nodes, no test order)
        teashop is ready: http://teashop.stores.localhost, test order #37, 23.00 EUR
        teashop failed: the image shop:*latest* was not found # last log line
        teashop is being deleted
        teashop is deleted
        teashop could not be deleted: a volume is stuck
        ");
    }

    #[test]
    fn a_creation_begins_with_one_line() {
        assert_snapshot!(message(CommandKind::Create, &teashop()), @"Creating **teashop** (WooCommerce, small) ...");
    }

    #[test]
    fn a_creation_grows_by_a_line_per_step() {
        let record = troubled(during(Phase::Installing, StepName::Workloads), "no room on the cluster");
        assert_snapshot!(message(CommandKind::Create, &record), @r"
        Creating **teashop** (WooCommerce, small) ...
        ✅ namespace (2.0 s)
        ✅ release (2.0 s)
        ⏳ database and app ...
        Waiting: no room on the cluster
        ");
    }

    #[test]
    fn a_creation_ends_with_its_proof() {
        assert_snapshot!(message(CommandKind::Create, &ready()), @r"
        Creating **teashop** (WooCommerce, small) ...
        ✅ namespace (2.0 s)
        ✅ release (2.0 s)
        ✅ database and app (2.0 s)
        ✅ products and payment (2.0 s)
        ✅ test order (12 s)
        **teashop** is ready: http://teashop.stores.localhost, test order #37, 23.00 EUR
        ");
    }

    #[test]
    fn simulated_nodes_have_no_proof() {
        assert_snapshot!(message(CommandKind::Create, &simulated()), @r"
        Creating **teashop** (WooCommerce, small) ...
        ✅ namespace (2.0 s)
        ✅ release (2.0 s)
        ✅ database and app (2.0 s)
        **teashop** is ready: http://teashop.stores.localhost (simulated nodes, no test order)
        ");
        let mut unproven = ready();
        unproven.observed.proof = None;
        let text = message(CommandKind::Create, &unproven);
        assert!(!text.contains("test order"), "{text}");
    }

    #[test]
    fn a_failure_tells_why_and_what_to_do() {
        assert_snapshot!(message(CommandKind::Create, &failed()), @r"
        Creating **teashop** (WooCommerce, small) ...
        ✅ namespace (2.0 s)
        ✅ release (2.0 s)
        ❌ database and app (7.0 s)
        **teashop** failed: the image shop:\*latest\* was not found
        \# last log line
        What there is stays. `/store retry name:teashop` goes on from where it stopped; `/store delete name:teashop` removes it.
        ");
    }

    #[test]
    fn a_deletion_is_told_to_its_end() {
        let told = [
            message(CommandKind::Delete, &unwanted(ready(), 1, Phase::Ready)),
            message(CommandKind::Delete, &unwanted(ready(), 2, Phase::Deleted)),
            message(CommandKind::Delete, &troubled(unwanted(ready(), 2, Phase::Failed), "a volume is stuck")),
            message(CommandKind::Create, &unwanted(ready(), 1, Phase::Ready)),
        ];
        assert_snapshot!(told.join("\n--\n"), @r"
        Deleting **teashop** ...
        --
        **teashop** is deleted.
        --
        **teashop** could not be deleted: a volume is stuck
        Nothing else was touched. `/store retry name:teashop` tries again.
        --
        Creating **teashop** (WooCommerce, small) ...
        **teashop** is being deleted.
        ");
    }

    /// The second wish of a shop that was ready.
    fn again(task: Task, phase: Phase) -> Record {
        let mut record = ready();
        record.desired = Desired { generation: 2, want: Want::Present, task };
        (record.observed.generation, record.observed.phase) = (2, phase);
        record
    }

    #[test]
    fn a_verification_is_short() {
        let mut waiting = again(Task::Verify, Phase::Verifying);
        waiting.observed.proof = None;
        waiting.observed.set_step(StepName::Verify, StepState::Running, at(30));
        let failed = Trouble::new(Reason::VerifyFailed, "The test order failed: no *stock*");
        let failed = Observed { trouble: Some(failed), proof: None, ..again(Task::Verify, Phase::Failed).observed };
        let failed = Record { observed: failed, ..again(Task::Verify, Phase::Failed) };
        let mut simulated = again(Task::Verify, Phase::Ready);
        (simulated.observed.simulated, simulated.observed.proof) = (true, None);
        let told = [
            message(CommandKind::Verify, &waiting),
            message(CommandKind::Verify, &again(Task::Verify, Phase::Ready)),
            message(CommandKind::Verify, &simulated),
            message(CommandKind::Verify, &failed),
            message(CommandKind::Verify, &unwanted(ready(), 1, Phase::Ready)),
            headline(&waiting),
        ];
        assert_snapshot!(told.join("\n--\n"), @r"
        Placing a test order in **teashop** ...
        --
        **teashop** sells: http://teashop.stores.localhost, test order #37, 23.00 EUR
        --
        **teashop** is ready: http://teashop.stores.localhost (simulated nodes, no test order)
        --
        **teashop** failed: The test order failed: no \*stock\*. If it fails again, ask an administrator to look at the log of its verify Job.
        Nothing was removed. `/store retry name:teashop` places the test order again.
        --
        Placing a test order in **teashop** ...
        **teashop** is being deleted.
        --
        Verifying teashop (WooCommerce, small): placing a test order
        ");
    }

    #[test]
    fn a_retry_is_told_to_its_end() {
        let mut under_way = Record { observed: during(Phase::Installing, StepName::Setup).observed, ..failed() };
        under_way.desired = Desired { generation: 2, want: Want::Present, task: Task::Reinstall };
        let accepted = Record { desired: under_way.desired, ..failed() };
        under_way.observed.generation = 2;
        let mut done = Record { observed: ready().observed, ..under_way.clone() };
        done.observed.generation = 2;
        let told = [
            message(CommandKind::Retry, &accepted),
            message(CommandKind::Retry, &under_way),
            message(CommandKind::Retry, &done),
            message(CommandKind::Retry, &again(Task::Verify, Phase::Ready)),
            message(CommandKind::Retry, &unwanted(ready(), 2, Phase::Deleted)),
        ];
        assert_snapshot!(told.join("\n--\n"), @r"
        Going on with **teashop** (WooCommerce, small) ...
        --
        Going on with **teashop** (WooCommerce, small) ...
        ✅ namespace (2.0 s)
        ✅ release (2.0 s)
        ✅ database and app (2.0 s)
        ⏳ products and payment ...
        --
        Going on with **teashop** (WooCommerce, small) ...
        ✅ namespace (2.0 s)
        ✅ release (2.0 s)
        ✅ database and app (2.0 s)
        ✅ products and payment (2.0 s)
        ✅ test order (12 s)
        **teashop** is ready: http://teashop.stores.localhost, test order #37, 23.00 EUR
        --
        **teashop** sells: http://teashop.stores.localhost, test order #37, 23.00 EUR
        --
        **teashop** is deleted.
        ");
    }

    #[test]
    fn an_upgrade_is_told_to_its_end() {
        let mut untouched = again(Task::Install, Phase::Updating);
        untouched.observed.untouched = true;
        let mut nothing = again(Task::Install, Phase::Ready);
        nothing.observed.untouched = true;
        let mut under_way = Record {
            observed: during(Phase::Updating, StepName::Workloads).observed,
            ..again(Task::Install, Phase::Updating)
        };
        (under_way.observed.generation, under_way.observed.ready_at) = (2, Some(at(21)));
        let mut failed = under_way.clone();
        failed.observed.phase = Phase::Failed;
        failed.observed.set_step(StepName::Workloads, StepState::Failed, at(12));
        let told = [
            message(CommandKind::Upgrade, &untouched),
            message(CommandKind::Upgrade, &nothing),
            message(CommandKind::Upgrade, &under_way),
            message(CommandKind::Upgrade, &again(Task::Install, Phase::Ready)),
            message(CommandKind::Upgrade, &troubled(failed, "the image was not found")),
            headline(&untouched),
            headline(&under_way),
        ];
        assert_snapshot!(told.join("\n--\n"), @r"
        Upgrading **teashop** (WooCommerce, small) ...
        --
        Upgrading **teashop** (WooCommerce, small) ...
        **teashop** is up to date already: nothing was changed.
        --
        Upgrading **teashop** (WooCommerce, small) ...
        ✅ namespace (2.0 s)
        ✅ release (2.0 s)
        ⏳ database and app ...
        --
        Upgrading **teashop** (WooCommerce, small) ...
        ✅ namespace (2.0 s)
        ✅ release (2.0 s)
        ✅ database and app (2.0 s)
        ✅ products and payment (2.0 s)
        ✅ test order (12 s)
        **teashop** is ready: http://teashop.stores.localhost, test order #37, 23.00 EUR
        --
        Upgrading **teashop** (WooCommerce, small) ...
        ✅ namespace (2.0 s)
        ✅ release (2.0 s)
        ❌ database and app (7.0 s)
        **teashop** failed: the image was not found
        Its data is kept. `/store retry name:teashop` goes on from where it stopped.
        --
        Upgrading teashop (WooCommerce, small): looking for what has changed
        --
        Upgrading teashop (WooCommerce, small): starting database and app
        ");
    }

    #[test]
    fn a_login_is_shown_whole() {
        let url = "http://teashop.stores.localhost/wp-admin/".to_owned();
        let shown = login(&Login { url, username: "owner".to_owned(), password: "abcdefgh23456789".into() });
        assert_snapshot!(shown, @r"
        Sign in at http://teashop.stores.localhost/wp-admin/
        User: `owner`
        Password: ||`abcdefgh23456789`||
        Only you see this, and only this once: keep the password now. The one before it has ended.
        ");
    }

    #[test]
    fn questions_are_answered() {
        let mut record = ready();
        record.spec.title = "Tea & *Co*".to_owned();
        record.spec.expires_at = Some(at(7_300));
        assert_snapshot!(status(&record, at(90)), @r"
        **teashop** (WooCommerce, small): ready
        Title: Tea & \*Co\*
        Created 90 seconds ago
        Address: http://teashop.stores.localhost, test order #37, 23.00 EUR
        Wanted for another 2 hours
        ");
        let mut expiry = |end, now| {
            record.spec.expires_at = Some(at(end));
            status(&record, at(now)).lines().last().unwrap_or_default().to_owned()
        };
        assert_snapshot!([(259_200, 4), (86_400, 0), (60, 60)].map(|(end, now)| expiry(end, now)).join("\n"), @r"
        Wanted for another 3 days
        Wanted for another 24 hours
        Its time is over; `/store delete name:teashop` removes it
        ");
        assert_snapshot!(status(&during(Phase::Installing, StepName::Release), at(300)), @r"
        **teashop** (WooCommerce, small): installing
        Created 5 minutes ago
        ✅ namespace (2.0 s)
        ⏳ release ...
        ");
        let held_up = troubled(during(Phase::Installing, StepName::Workloads), "no room on the cluster");
        assert_snapshot!([status(&failed(), at(90)), status(&held_up, at(90))].join("\n--\n"), @r"
        **teashop** (WooCommerce, small): failed
        Created 90 seconds ago
        **teashop** failed: the image shop:\*latest\* was not found
        \# last log line
        What there is stays. `/store retry name:teashop` goes on from where it stopped; `/store delete name:teashop` removes it.
        Reason: `x`
        --
        **teashop** (WooCommerce, small): installing
        Created 90 seconds ago
        ✅ namespace (2.0 s)
        ✅ release (2.0 s)
        ⏳ database and app ...
        Waiting: no room on the cluster
        Reason: `x`
        ");
        let quota = used(2, 10);
        assert_snapshot!(list(&[ready(), failed()], true, &quota), @r"
        Your stores (2 of 10 stores used):
        - **teashop** (WooCommerce, small): ready, http://teashop.stores.localhost
        - **teashop** (WooCommerce, small): failed
        ... and more. `/store status` tells about each of them.
        ");
        assert_snapshot!(list(&[], false, &used(0, 10)), @"You have no stores yet. `/store create` makes one. (0 of 10 stores used)");
    }

    fn used(stores: u32, limit: u32) -> QuotaUse {
        let mut own = Share::default();
        (own.used.stores, own.quota.stores) = (stores, limit);
        QuotaUse { own, org: None }
    }

    #[test]
    fn a_quota_is_shown_before_it_bites() {
        let mut both = used(2, 3);
        both.own.used.size.memory_mib = 2048;
        both.own.quota.size.memory_mib = 8192;
        both.own.quota.creations_per_hour = 5;
        both.org = Some((OrgId::new("discord:7"), Share::default()));
        assert_eq!(room(&both, Some(Duration::from_secs(40))), "2 of 3 stores, about 40 seconds");
        assert_eq!(room(&both, None), "2 of 3 stores");
        assert_snapshot!(quota(&both), @r"
        **Yours:**
        Stores: 2 (of 3)
        CPU: 0 (no limit)
        Memory: 2Gi (of 8Gi)
        Disk: 0Mi (no limit)
        At most 5 new ones per hour
        **Your organisation's** (discord:7):
        Stores: 0 (no limit)
        CPU: 0 (no limit)
        Memory: 0Mi (no limit)
        Disk: 0Mi (no limit)
        ");
    }

    #[test]
    fn everything_fits_into_one_message() {
        let long = troubled(failed(), &"*\u{1f375}_ ".repeat(4_000));
        let mut many = ready();
        many.spec.title = "`".repeat(80);
        many.spec.url = format!("https://{}", "a".repeat(200));
        let quota = used(200, 200);
        for text in [
            message(CommandKind::Create, &long),
            message(CommandKind::Verify, &long),
            message(CommandKind::Retry, &long),
            message(CommandKind::Upgrade, &long),
            status(&long, at(1)),
            status(&many, at(1)),
            list(&vec![many; 200], false, &quota),
            help(),
        ] {
            assert!(text.encode_utf16().count() <= 2_000, "{text}");
        }
    }
}
