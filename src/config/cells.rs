//! `[[cells]]`: the clusters, and what may be on each.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::Value;

use super::reader::{Fault, Reader, each, unique};
use super::sections::{CPU, MEMORY};
use super::{Engines, Plans};
use crate::domain::engine::Engine;
use crate::domain::placement::Takes;
use crate::domain::plan::Plan;
use crate::domain::quota::{Mebibytes, Millis, Quota, Size};

/// Longest name of a cell: it is a label's value, and a part of keys and log lines.
const NAME_MAX: usize = 40;
/// Most stores of one cell that can be written down.
const STORES_MAX: u32 = 10_000_000;

#[derive(Clone, Debug)]
pub struct Cell {
    pub name: String,
    pub kubeconfig: Option<PathBuf>,
    pub context: Option<String>,
    pub scheme: Scheme,
    pub domain: String,
    pub port: Option<u16>,
    pub ingress_class: String,
    pub storage_class: String,
    pub cluster_issuer: String,
    /// Paths, or names of files beside a chart's `values.yaml`.
    pub values: Vec<PathBuf>,
    pub simulated: bool,
    /// The ClusterRole that storebot binds to itself in each store's namespace. `None`: its account has its rights
    /// otherwise.
    pub tenant_role: Option<String>,
    pub helm_concurrency: usize,
    /// What new stores may be; empty: anything.
    pub plans: Vec<Plan>,
    pub engines: Vec<Engine>,
    /// Takes no new stores.
    pub drain: bool,
    /// Takes only stores that ask for it.
    pub by_name: bool,
    /// What there is room for. 0: no limit.
    pub capacity: Quota,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Http,
    Https,
}

impl Cell {
    /// The host of a store on this cell.
    #[must_use]
    pub fn host(&self, store: &str) -> String {
        format!("{store}.{}", self.domain)
    }

    /// The whole address of a store on this cell.
    #[must_use]
    pub fn url(&self, store: &str) -> String {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let port = self.port.map(|p| format!(":{p}")).unwrap_or_default();
        format!("{scheme}://{}{port}", self.host(store))
    }

    /// What new stores may be.
    #[must_use]
    pub fn takes(&self) -> Takes<'_> {
        Takes { plans: &self.plans, engines: &self.engines }
    }

    /// Where its stores' addresses lead, however it is written.
    fn door(&self) -> (String, Option<u16>) {
        (self.domain.trim_end_matches('.').to_ascii_lowercase(), self.port)
    }
}

/// Other sections that cells are held against.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    pub(super) plans: Option<&'a Plans>,
    pub(super) engines: Option<&'a Engines>,
    pub(super) quota: &'a Quota,
}

/// All of them, and what is wrong between them.
pub(super) fn read(list: Option<&Value>, beside: Beside<'_>, faults: &mut Vec<Fault>) -> Vec<Cell> {
    let cells = each(list, "cells", faults, |r| read_cell(r, beside));
    if cells.is_empty() {
        let problem = "at least one cluster is needed: write [[cells]] with a name".to_owned();
        faults.push(Fault { key: "cells".to_owned(), problem });
    }
    if !cells.is_empty() && cells.iter().all(|cell| cell.by_name) {
        let problem = "all of them are by_name: a store that asks for none has nowhere to go".to_owned();
        faults.push(Fault { key: "cells".to_owned(), problem });
    }
    unique(cells.iter().map(|c| c.name.as_str()), "cells", faults);
    let mut doors = BTreeMap::new();
    for cell in &cells {
        if let Some(other) = doors.insert(cell.door(), &cell.name)
            && *other != cell.name
        {
            let problem = format!(
                "{other:?} and {:?} have the same domain and port: an address below it can lead to one of them only; \
                 give each a domain of its own",
                cell.name
            );
            faults.push(Fault { key: "cells".to_owned(), problem });
        }
    }
    cells
}

fn read_cell(mut r: Reader<'_>, beside: Beside<'_>) -> Option<Cell> {
    let name = r.required("name", "a name for the cluster, such as main");
    if name.len() > NAME_MAX || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        r.fault("name", format!("has at most {NAME_MAX} small letters, digits and dashes"));
    }
    let path = |text: String| (!text.is_empty()).then(|| PathBuf::from(text));
    let kubeconfig = path(r.string("kubeconfig"));
    let context = Some(r.string("context")).filter(|c| !c.is_empty());
    let scheme = r.choice("scheme", &[("http", Scheme::Http), ("https", Scheme::Https)]);
    let domain = r.required("domain", "the domain below which stores get their addresses");
    let port = u16::try_from(r.number("port", 0, 65_535)).ok().filter(|p| *p != 0);
    let plans = words(&mut r, "plans", &Plan::ALL, Plan::as_str);
    let engines = words(&mut r, "engines", &Engine::ALL, Engine::as_str);
    let size = r.section("capacity").map_or_else(Quota::default, |r| read_capacity(r, beside.quota));
    let cell = Cell {
        name,
        kubeconfig,
        context,
        scheme: scheme?,
        domain,
        port,
        ingress_class: r.string("ingress_class"),
        storage_class: r.string("storage_class"),
        cluster_issuer: r.string("cluster_issuer"),
        values: r.strings("values").into_iter().map(PathBuf::from).collect(),
        simulated: r.boolean("simulated"),
        tenant_role: Some(r.string("tenant_role")).filter(|role| !role.is_empty()),
        helm_concurrency: r.number("helm_concurrency", 1, 1000) as usize,
        plans,
        engines,
        drain: r.boolean("drain"),
        by_name: r.boolean("by_name"),
        capacity: size,
    };
    serves_somebody(&mut r, &cell, beside);
    Some(cell)
}

/// Some of a few words; none named: all.
fn words<T: Copy + PartialEq>(r: &mut Reader<'_>, key: &str, all: &[T], name: fn(T) -> &'static str) -> Vec<T> {
    let mut found = Vec::new();
    for word in r.strings(key) {
        match all.iter().find(|known| name(**known) == word) {
            Some(known) if found.contains(known) => r.fault(key, format!("{word:?} is there twice")),
            Some(known) => found.push(*known),
            None => {
                let known: Vec<_> = all.iter().map(|known| name(*known)).collect();
                r.fault(key, format!("{word:?} is none of: {}", known.join(", ")));
            }
        }
    }
    found
}

fn read_capacity(mut r: Reader<'_>, sleeping: &Quota) -> Quota {
    const NOTHING: &str = "is room for nothing: leave it out for no limit, and set drain to take no new stores";
    let stores = r.number_if_given("stores", STORES_MAX);
    if stores == Some(0) {
        r.fault("stores", NOTHING);
    }
    let mut size = Size::default();
    if !r.string("cpu").is_empty() {
        size.cpu_millis = r.parsed("cpu", CPU).map_or(1, |Millis(cpu)| cpu);
        if size.cpu_millis == 0 {
            r.fault("cpu", NOTHING);
        }
    }
    for (key, value) in [("memory", &mut size.memory_mib), ("disk", &mut size.disk_mib)] {
        if !r.string(key).is_empty() {
            *value = r.parsed(key, MEMORY).map_or(1, |Mebibytes(size)| size);
            if *value == 0 {
                r.fault(key, NOTHING);
            }
        }
    }
    Quota { stores: stores.unwrap_or(0), size, creations_per_hour: 0, asleep_percent: sleeping.asleep_percent }
}

/// A cell on which no store can ever be is a mistake.
fn serves_somebody(r: &mut Reader<'_>, cell: &Cell, beside: Beside<'_>) {
    let (Some(engines), Some(sizes)) = (beside.engines, beside.plans) else { return };
    let of_engine = |engine| Plan::ALL.into_iter().filter(move |plan| *plan >= engines.of(engine).smallest_plan);
    let taken = Engine::ALL.into_iter().flat_map(|engine| of_engine(engine).map(move |plan| (engine, plan)));
    let taken: Vec<_> = taken.filter(|(engine, plan)| cell.takes().unfit(*engine, *plan).is_none()).collect();
    if taken.is_empty() {
        r.fault("plans", "no engine that is allowed here runs on a plan that is: see engines.*.smallest_plan");
        return;
    }
    let room = crate::domain::quota::Share { used: Default::default(), quota: cell.capacity };
    let empty = crate::domain::placement::Weighed { share: room, ..Default::default() };
    if taken.iter().all(|(_, plan)| empty.unfit(sizes.of(*plan)).is_some()) {
        r.fault("capacity", "has room for no store at all: what each plan takes stands in [plans]");
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::domain::engine::Engine;
    use crate::domain::plan::Plan;
    use crate::domain::quota::Size;

    fn faults(file: &str) -> String {
        let faults = Config::load(file, &[]).unwrap_err();
        faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_cell_says_what_may_be_on_it() {
        let file = "[[cells]]\nname='a'\ndomain='a.example.com'\nplans=['large']\nengines=['medusa']\ndrain=true\n\
                    [cells.capacity]\nstores=5000\nmemory='64Gi'\n[[cells]]\nname='b'\ndomain='b.example.com'";
        let vars = [("STOREBOT__CELLS__1__CAPACITY__CPU".to_owned(), "24".to_owned())];
        let cells = Config::load(file, &vars).unwrap().cells;
        assert_eq!(
            (cells[0].plans.as_slice(), cells[0].engines.as_slice()),
            (&[Plan::Large][..], &[Engine::Medusa][..])
        );
        assert!(cells[0].drain && !cells[1].drain);
        assert_eq!((cells[0].capacity.stores, cells[0].capacity.size.memory_mib), (5000, 65_536));
        assert_eq!(cells[1].capacity.size, Size { cpu_millis: 24_000, ..Size::default() });
        assert_eq!(cells[1].capacity.stores, 0);
    }

    #[test]
    fn what_contradicts_itself_is_told_at_once() {
        let file = "[[cells]]\nname='a'\ndomain='Shops.example.com.'\nplans=['tiny','small','small']\n\
                    [cells.capacity]\nstores=0\ncpu='0'\ndisk='much'\n\
                    [[cells]]\nname='b'\ndomain='shops.example.com'\nengines=['magento']\n[cells.capacity]\nmemory='10Mi'\n\
                    [[cells]]\nname='b'\ndomain='c.example.com'\nplans=['small']\n\
                    [engines.medusa]\nsmallest_plan='medium'\n[engines.woocommerce]\nsmallest_plan='medium'";
        insta::assert_snapshot!(faults(file));
    }

    #[test]
    fn somewhere_must_be_for_those_who_ask_for_nothing() {
        let [a, b] = ["[[cells]]\nname='a'\nby_name=true\n", "[[cells]]\nname='b'\ndomain='b.localhost'\n"];
        assert!(Config::load(&format!("{a}{b}"), &[]).unwrap().cells[0].by_name);
        assert_eq!(faults(a), "cells: all of them are by_name: a store that asks for none has nowhere to go");
    }

    #[test]
    fn another_port_is_another_door() {
        let file = "[[cells]]\nname='a'\nport=8080\n[[cells]]\nname='b'\nport=8081";
        assert_eq!(Config::load(file, &[]).unwrap().cells.len(), 2);
        assert!(faults("[[cells]]\nname='a'\n[[cells]]\nname='b'").contains("a domain of its own"));
    }
}
