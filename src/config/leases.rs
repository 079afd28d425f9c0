//! How long stores live: `[leases]`, and the `ttl` of each plan.

use std::time::Duration;

use toml::Table;

use super::Fault;
use super::reader::Reader;
use crate::domain::lease::Terms;
use crate::domain::plan::Plan;

/// Ends of stores.
#[derive(Clone, Debug)]
pub struct Leases {
    pub terms: Terms,
    pub(super) of_plans: [Option<Duration>; 3],
}

impl Leases {
    /// How long a store of this plan lives when nobody says how long. `None`: until it is deleted.
    #[must_use]
    pub fn of(&self, plan: Plan) -> Option<Duration> {
        let at = Plan::ALL.iter().position(|known| *known == plan)?;
        self.of_plans[at].or(self.terms.longest)
    }
}

pub(super) fn read(merged: &Table, faults: &mut Vec<Fault>) -> Option<Leases> {
    let table = merged.get("leases")?.as_table()?;
    let mut r = Reader::new("leases", table, faults);
    let mut notices: Vec<Duration> = Vec::new();
    for (index, text) in r.strings("notices").iter().enumerate() {
        match humantime::parse_duration(text) {
            Ok(notice) if !notice.is_zero() => notices.push(notice),
            _ => r.fault(&format!("notices[{index}]"), format!("{text:?} is no duration such as 24h or 30m")),
        }
    }
    notices.sort_unstable_by(|a, b| b.cmp(a));
    notices.dedup();
    let longest = r.duration_if_given("longest");
    let terms = Terms { notices, restore: r.duration("restore"), extend_by: r.duration("extend_by"), longest };
    let mut of_plan = |plan: Plan| {
        let table = merged.get("plans")?.get(plan.as_str())?.as_table()?;
        let mut r = Reader::new(format!("plans.{plan}"), table, faults);
        let ttl = r.duration_if_given("ttl");
        if let (Some(ttl), Some(longest)) = (ttl, longest)
            && ttl > longest
        {
            r.fault("ttl", "is longer than leases.longest");
        }
        ttl
    };
    let of_plans = Plan::ALL.map(&mut of_plan);
    Some(Leases { terms, of_plans })
}
