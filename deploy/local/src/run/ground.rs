//! What the stores of a run stand on: a real node where one can run and there are images for it,
//! otherwise simulated ones, and then the reader is told so and why.

use anyhow::{Result, bail};

use crate::layout::Layout;
use crate::node::fitness;
use crate::nodes::{self, Nodes};
use crate::progress::Progress;
use crate::shops;

const WOOCOMMERCE: &str = "woocommerce";
const MEDUSA: &str = "medusa";

/// Nodes, and what can be sold on them.
#[derive(Clone, Copy, Debug)]
pub struct Ground {
    /// What pods run on.
    pub nodes: Nodes,
    /// The engine of the store that the demo's webhook creates.
    pub webhook_engine: &'static str,
    /// The engine of the one that its slash command creates.
    pub slash_engine: &'static str,
}

impl Ground {
    /// With every image there is, as in a cluster of the reader's own.
    pub fn whole(nodes: Nodes) -> Self {
        Self { nodes, webhook_engine: MEDUSA, slash_engine: WOOCOMMERCE }
    }

    /// Installs and builds what is missing.
    pub fn prepare(layout: &Layout, wanted: Option<Nodes>, progress: Progress) -> Result<Self> {
        let obstacle = match wanted {
            Some(Nodes::Simulated) => Some("as asked for".to_owned()),
            Some(Nodes::Real) => nodes::check().map(|()| None)?,
            None => fitness::obstacle().map(|obstacle| format!("a real node cannot run here: {obstacle}")),
        };
        if obstacle.is_none() {
            if let Some(ground) = Self::of_engines(&shops::ensure(layout, progress)?, progress) {
                nodes::ensure(layout, Nodes::Real, progress)?;
                return Ok(ground);
            }
            if wanted == Some(Nodes::Real) {
                bail!("no shop's images are there: `make images` says why; NODES=simulated needs none");
            }
        }
        let reason = obstacle.unwrap_or_else(|| "no shop's images could be built".to_owned());
        progress.say(&format!("the shops are SIMULATED ({reason}): stores get ready, but nothing can be bought"));
        nodes::ensure(layout, Nodes::Simulated, progress)?;
        Ok(Self::whole(Nodes::Simulated))
    }

    /// Two stores of one engine where the other has no images; none where neither has.
    fn of_engines(engines: &[&'static str], progress: Progress) -> Option<Self> {
        let engine_or = |wanted| engines.iter().copied().find(|engine| *engine == wanted).or(engines.first().copied());
        if let [only] = engines {
            let other = if *only == MEDUSA { "WooCommerce" } else { "Medusa" };
            progress.say(&format!(
                "no images of {other}, so both shops are {only} shops: `make images` says what is missing"
            ));
        }
        Some(Self { nodes: Nodes::Real, webhook_engine: engine_or(MEDUSA)?, slash_engine: engine_or(WOOCOMMERCE)? })
    }

    /// The cluster's folder; what runs on real nodes and what does not never mix.
    pub fn folder(&self) -> &'static str {
        match self.nodes {
            Nodes::Simulated => "kubernetes",
            Nodes::Real => "kubernetes-real",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_engine_is_replaced_by_the_other() {
        let engines = |there: &[&'static str]| {
            Ground::of_engines(there, Progress::start()).map(|ground| (ground.webhook_engine, ground.slash_engine))
        };
        assert_eq!(engines(&[MEDUSA, WOOCOMMERCE]), Some((MEDUSA, WOOCOMMERCE)));
        assert_eq!(engines(&[MEDUSA]), Some((MEDUSA, MEDUSA)));
        assert_eq!(engines(&[]), None);
    }
}
