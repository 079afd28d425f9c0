//! One function for each section: from checked tables to typed settings.

use std::collections::HashMap;

use toml::Table;

use super::address::Address;
use super::reader::{Reader, each, unique};
use super::{
    Approvals, Config, Durability, EngineSettings, Engines, Fault, Helm, Limits, Log, LogFormat, ORG, Plans, Quotas,
    Redis, Retention, Shop, StepDeadlines, WebhookSource, Worker, auth, billing, callbacks as calls, cells, discord,
    forge, http, leases, telemetry,
};
use crate::domain::actor::{ActorId, OrgId, Role};
use crate::domain::command::CommandKind;
use crate::domain::engine::Engine;
use crate::domain::forge::ForgeKind;
use crate::domain::plan::Plan;
use crate::domain::quota::{Mebibytes, Millis, Quota, Size};
use crate::domain::shop::{CodeError, Country, Currency};
use crate::domain::webhook::{self, SenderKind};

/// Longest name of a source: it is a part of keys, numbers and log lines.
const SOURCE_MAX: usize = 40;

/// All sections. `None` only together with at least one fault.
pub(super) fn read(merged: &Table, faults: &mut Vec<Fault>) -> Option<Config> {
    let mut section = |name: &str, read: &mut dyn FnMut(Reader<'_>)| {
        if let Some(table) = merged.get(name).and_then(toml::Value::as_table) {
            read(Reader::new(name, table, faults));
        }
    };
    let (mut http, mut log, mut redis, mut people) = (None, None, None, None);
    let (mut callbacks, mut helm, mut worker, mut limits, mut retention) = (None, None, None, None, None);
    let (mut callers, mut shop, mut traces) = (None, None, None);
    section("http", &mut |r| http = http::read(r));
    section("log", &mut |r| log = read_log(r));
    section("telemetry", &mut |r| traces = Some(telemetry::read(r)));
    section("redis", &mut |r| redis = read_redis(r));
    section("auth", &mut |r| callers = Some(auth::read(r)));
    section("discord", &mut |r| people = Some(discord::read(r)));
    section("shop", &mut |r| shop = Some(read_shop(r)));
    section("callbacks", &mut |r| callbacks = Some(calls::read(r)));
    section("helm", &mut |r| helm = Some(read_helm(r)));
    section("worker", &mut |r| worker = read_worker(r));
    let (mut quotas, mut approvals) = (None, None);
    section("limits", &mut |mut r| {
        quotas = Some(read_quotas(&mut r));
        limits = Some(read_limits(r));
    });
    section("approvals", &mut |r| approvals = Some(read_approvals(r)));
    section("retention", &mut |r| retention = Some(read_retention(r)));
    let engines = read_engines(merged, faults);
    let plans = read_plans(merged, faults);
    let leases = leases::read(merged, faults);
    let mut quotas: Quotas = quotas?;
    quotas.own = read_own_quotas(merged, faults, &quotas);
    let webhooks = each(merged.get("webhooks"), "webhooks", faults, read_webhook);
    let limits_of_cells = cells::Beside { plans: plans.as_ref(), engines: engines.as_ref(), quota: &quotas.owner };
    let cells = cells::read(merged.get("cells"), limits_of_cells, faults);
    unique(webhooks.iter().map(|w| w.name.as_str()), "webhooks", faults);
    Some(Config {
        http: http?,
        log: log?,
        telemetry: traces?,
        redis: redis?,
        auth: callers?,
        discord: people?,
        webhooks,
        callbacks: callbacks?,
        cells,
        shop: shop?,
        engines: engines?,
        helm: helm?,
        worker: worker?,
        limits: limits?,
        plans: plans?,
        leases: leases?,
        quotas,
        approvals: approvals?,
        retention: retention?,
        crash_at: None,
    })
}

fn read_log(mut r: Reader<'_>) -> Option<Log> {
    let format = r.choice("format", &[("text", LogFormat::Text), ("json", LogFormat::Json)]);
    let filter = r.required("filter", "for example info");
    Some(Log { format: format?, filter })
}

fn read_redis(mut r: Reader<'_>) -> Option<Redis> {
    let url = r.required("url", "for example redis://127.0.0.1:6379/0");
    let address = Address::parse(&url);
    if let (Err(error), false) = (&address, url.is_empty()) {
        r.fault("url", error.to_string());
    }
    let prefix = r.required("prefix", "for example sb");
    if prefix.contains(['{', '}', ':', ' ']) {
        r.fault("prefix", "has letters, digits, dashes and dots only");
    }
    let timeout = r.duration("timeout");
    let durability = r.choice("durability", &[("require", Durability::Require), ("warn", Durability::Warn)]);
    Some(Redis { address: address.ok()?, prefix, timeout, durability: durability? })
}

pub(super) fn secrets(r: &mut Reader<'_>, key: &str) -> Vec<webhook::Secret> {
    let mut good = Vec::new();
    for (index, text) in r.strings(key).iter().enumerate() {
        match webhook::Secret::parse(text) {
            Ok(secret) => good.push(secret),
            Err(error) => r.fault(&format!("{key}[{index}]"), error.to_string()),
        }
    }
    good
}

fn read_webhook(mut r: Reader<'_>) -> Option<WebhookSource> {
    let name = r.required("name", "the last part of the source's address, /webhooks/<name>");
    if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        r.fault("name", "has small letters, digits and dashes only");
    }
    if name.len() > SOURCE_MAX {
        r.fault("name", format!("has at most {SOURCE_MAX} characters"));
    }
    let kind = r.choice("kind", &SenderKind::ALL.map(|kind| (kind.as_str(), kind)));
    let keys = read_keys(&mut r, kind?);
    let owner = match r.string("owner") {
        text if text.is_empty() => format!("webhook:{name}"),
        text => text,
    };
    let role = r.choice("role", &Role::ALL.map(|role| (role.as_str(), role)));
    let tolerance = r.duration("tolerance");
    let org = Some(r.string("org")).filter(|org| !org.is_empty()).map(OrgId::new);
    let commands = read_commands(&mut r);
    let forge = match kind? {
        SenderKind::Github => Some(forge::read(&mut r, ForgeKind::Github)?),
        SenderKind::Gitlab => Some(forge::read(&mut r, ForgeKind::Gitlab)?),
        SenderKind::Standard | SenderKind::Stripe => None,
    };
    let billing = if kind == Some(SenderKind::Stripe) { Some(billing::read(&mut r)?) } else { None };
    let (keys, role, owner) = (keys?, role?, ActorId::new(owner));
    Some(WebhookSource { name, keys, owner, org, role, commands, tolerance, forge, billing })
}

/// A source's secrets, in the shape its kind of sender has them.
fn read_keys(r: &mut Reader<'_>, kind: SenderKind) -> Option<webhook::Keys> {
    let texts = r.strings("secrets");
    let faults = match webhook::Keys::parse(kind, &texts) {
        Ok(keys) => return Some(keys),
        Err(faults) => faults,
    };
    for (index, why) in faults {
        let key = if texts.is_empty() { "secrets".to_owned() } else { format!("secrets[{index}]") };
        r.fault(&key, why.to_string());
    }
    None
}

/// What a source may ask for; none named: everything.
fn read_commands(r: &mut Reader<'_>) -> Vec<CommandKind> {
    let all = || CommandKind::ALL.into_iter().filter(|kind| kind.is_command());
    let named = r.strings("commands");
    if named.is_empty() {
        return all().collect();
    }
    let mut commands = Vec::new();
    for name in named {
        match all().find(|kind| kind.as_str() == name) {
            Some(kind) => commands.push(kind),
            None => {
                let known: Vec<_> = all().map(CommandKind::as_str).collect();
                r.fault("commands", format!("{name:?} is none of: {}", known.join(", ")));
            }
        }
    }
    commands
}

fn read_shop(mut r: Reader<'_>) -> Shop {
    Shop { currency: code(&mut r, "currency", Currency::parse), country: code(&mut r, "country", Country::parse) }
}

fn code<T>(r: &mut Reader<'_>, key: &str, parse: fn(&str) -> Result<T, CodeError>) -> Option<T> {
    let text = r.string(key);
    if text.is_empty() {
        return None;
    }
    parse(&text).map_err(|why| r.fault(key, format!("{text:?}: it {why}"))).ok()
}

fn read_engines(merged: &Table, faults: &mut Vec<Fault>) -> Option<Engines> {
    let mut read = |engine: Engine| {
        let table = merged.get("engines")?.get(engine.as_str())?.as_table()?;
        let mut r = Reader::new(format!("engines.{engine}"), table, faults);
        let smallest_plan = r.choice("smallest_plan", &Plan::ALL.map(|p| (p.as_str(), p)))?;
        Some(EngineSettings { smallest_plan })
    };
    let (woocommerce, medusa) = (read(Engine::Woocommerce), read(Engine::Medusa));
    Some(Engines { woocommerce: woocommerce?, medusa: medusa? })
}

fn read_helm(mut r: Reader<'_>) -> Helm {
    Helm {
        binary: r.required("binary", "name or path of Helm 4").into(),
        charts: r.required("charts", "the folder with the engines' charts").into(),
        concurrency: r.number("concurrency", 1, 256) as usize,
        timeout: r.duration("timeout"),
        history: r.number("history", 1, 100),
    }
}

fn read_worker(mut r: Reader<'_>) -> Option<Worker> {
    let worker = Worker {
        slots: r.number("slots", 1, 10_000) as usize,
        lease: r.duration("lease"),
        deadline: r.duration("deadline"),
        step_deadlines: read_step_deadlines(r.section("step_deadlines")?),
        attempts: r.number("attempts", 1, 1000),
        backoff: r.duration("backoff"),
        backoff_max: r.duration("backoff_max"),
        sweep: r.duration("sweep"),
        drain: r.duration("drain"),
    };
    if worker.backoff > worker.backoff_max {
        r.fault("backoff", "is longer than worker.backoff_max");
    }
    Some(worker)
}

fn read_step_deadlines(mut r: Reader<'_>) -> StepDeadlines {
    StepDeadlines {
        namespace: r.duration("namespace"),
        release: r.duration("release"),
        workloads: r.duration("workloads"),
        setup: r.duration("setup"),
        verify: r.duration("verify"),
        removal: r.duration("removal"),
    }
}

fn read_plans(merged: &Table, faults: &mut Vec<Fault>) -> Option<Plans> {
    let mut of = |plan: Plan| {
        let table = merged.get("plans")?.get(plan.as_str())?.as_table()?;
        Some(read_size(&mut Reader::new(format!("plans.{plan}"), table, faults), ["cpu", "memory", "disk"]))
    };
    Some(Plans { small: of(Plan::Small)?, medium: of(Plan::Medium)?, large: of(Plan::Large)? })
}

pub(super) const CPU: &str = "amount of processors such as 250m, 2 or 1.5";
pub(super) const MEMORY: &str = "amount such as 512Mi or 4Gi";

pub(super) fn read_size(r: &mut Reader<'_>, [cpu, memory, disk]: [&str; 3]) -> Size {
    Size {
        cpu_millis: r.parsed(cpu, CPU).map_or(0, |Millis(cpu)| cpu),
        memory_mib: r.parsed(memory, MEMORY).map_or(0, |Mebibytes(memory)| memory),
        disk_mib: r.parsed(disk, MEMORY).map_or(0, |Mebibytes(disk)| disk),
    }
}

fn read_quotas(r: &mut Reader<'_>) -> Quotas {
    let asleep_percent = r.number("asleep_percent", 0, 100);
    let owner = Quota {
        stores: r.number("stores_per_owner", 1, 1_000_000),
        size: read_size(r, ["cpu_per_owner", "memory_per_owner", "disk_per_owner"]),
        creations_per_hour: r.number("creations_per_hour", 1, 100_000_000),
        asleep_percent,
    };
    let organisation = r.section("organisation").map(|mut r| Quota {
        stores: r.number("stores", 0, 1_000_000),
        size: read_size(&mut r, ["cpu", "memory", "disk"]),
        creations_per_hour: r.number("creations_per_hour", 0, 100_000_000),
        asleep_percent,
    });
    Quotas { owner, organisation: organisation.unwrap_or_default(), own: HashMap::new() }
}

fn read_own_quotas(merged: &Table, faults: &mut Vec<Fault>, defaults: &Quotas) -> HashMap<String, Quota> {
    let read = |r: Reader<'_>| Some(read_own_quota(r, defaults));
    let own = each(merged.get("quotas"), "quotas", faults, read);
    unique(own.iter().map(|(of, _)| of.as_str()), "quotas", faults);
    own.into_iter().collect()
}

fn read_own_quota(mut r: Reader<'_>, defaults: &Quotas) -> (String, Quota) {
    let of = r.required("of", "an owner such as api:ana, or org: and an organisation's id");
    let mut quota = if of.starts_with(ORG) { defaults.organisation } else { defaults.owner };
    for (key, value) in [("stores", &mut quota.stores), ("creations_per_hour", &mut quota.creations_per_hour)] {
        if let Some(own) = r.number_if_given(key, 100_000_000) {
            *value = own;
        }
    }
    if !r.string("cpu").is_empty() {
        quota.size.cpu_millis = r.parsed("cpu", CPU).map_or(0, |Millis(cpu)| cpu);
    }
    for (key, value) in [("memory", &mut quota.size.memory_mib), ("disk", &mut quota.size.disk_mib)] {
        if !r.string(key).is_empty() {
            *value = r.parsed(key, MEMORY).map_or(0, |Mebibytes(size)| size);
        }
    }
    (of, quota)
}

fn read_approvals(mut r: Reader<'_>) -> Approvals {
    Approvals { ttl: r.duration("ttl"), waiting: r.number("waiting", 0, 1000) }
}

fn read_limits(mut r: Reader<'_>) -> Limits {
    Limits {
        requests: r.number("requests", 1, 100_000_000),
        views: r.number("views", 1, 100_000_000),
        window: r.duration("window"),
        address_per_second: r.number("address_per_second", 1, 1_000_000),
        keys_max: r.number("keys_max", 100, 10_000_000) as usize,
        streams: r.number("streams", 1, 1_000_000) as usize,
        streams_per_actor: r.number("streams_per_actor", 1, 1_000_000) as usize,
    }
}

fn read_retention(mut r: Reader<'_>) -> Retention {
    Retention {
        idempotency: r.duration("idempotency"),
        deleted: r.duration("deleted"),
        events: r.duration("events"),
        events_per_store: r.number("events_per_store", 10, 10_000),
        audit: r.duration("audit"),
        dead_letters: r.duration("dead_letters"),
        deliveries: r.duration("deliveries"),
    }
}
