//! What is sold: `[webhooks.billing]` and `[[webhooks.prices]]` of a source of kind `stripe`.

use std::collections::HashMap;
use std::time::Duration;

use super::reader::{Reader, unique};
use crate::domain::engine::Engine;
use crate::domain::plan::Plan;

/// What subscriptions stand for.
#[derive(Clone, Debug)]
pub struct Billing {
    /// Where a price says nothing.
    pub usual: Sold,
    /// How long a store goes on after a payment has failed.
    pub unpaid: Duration,
    /// By price.
    pub prices: HashMap<String, Sold>,
}

/// What somebody pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sold {
    pub engine: Engine,
    pub plan: Plan,
}

/// `None` only together with at least one fault.
pub(super) fn read(r: &mut Reader<'_>) -> Option<Billing> {
    let (usual, unpaid) = {
        let mut r = r.section("billing")?;
        (sold(&mut r), r.grace("unpaid"))
    };
    let prices = r.each("prices", |mut r| {
        let price = r.required("price", "the id of a price, price_...");
        sold(&mut r).map(|sold| (price, sold))
    });
    unique(prices.iter().map(|(price, _)| price.as_str()), "webhooks.prices", r.faults());
    Some(Billing { usual: usual?, unpaid, prices: prices.into_iter().collect() })
}

fn sold(r: &mut Reader<'_>) -> Option<Sold> {
    let engine = r.choice("engine", &Engine::ALL.map(|engine| (engine.as_str(), engine)));
    let plan = r.choice("plan", &Plan::ALL.map(|plan| (plan.as_str(), plan)));
    Some(Sold { engine: engine?, plan: plan? })
}
