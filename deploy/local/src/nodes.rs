//! What the pods of a cluster started here run on, and what has to be there for it.

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::layout::Layout;
use crate::node::fitness;
use crate::progress::Progress;
use crate::{packages, tools};

/// The kind of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Nodes {
    /// Pods are simulated: quick, and no shop really runs
    Simulated,
    /// A real node on this machine: containers, network, volumes, and an ingress on loopback
    Real,
}

/// Packages and Go tools, without starting anything.
pub fn tools(layout: &Layout, nodes: Nodes) -> Result<()> {
    let progress = Progress::start();
    ensure(layout, nodes, progress)?;
    progress.say("everything needed is there");
    Ok(())
}

/// Says why a real node cannot run here.
pub fn check() -> Result<()> {
    match fitness::obstacle() {
        None => Ok(()),
        Some(obstacle) => {
            bail!("a real node cannot run here: {obstacle}. NODES=simulated runs everywhere, without real shops")
        }
    }
}

/// Installs and builds what a cluster with these nodes is made of, or says why it cannot be had.
pub fn ensure(layout: &Layout, nodes: Nodes, progress: Progress) -> Result<()> {
    packages::ensure(packages::ALWAYS, progress)?;
    if nodes == Nodes::Real {
        check()?;
        packages::ensure(packages::REAL_NODE, progress)?;
    }
    tools::ensure(layout, tools::CONTROL_PLANE, progress)?;
    if nodes == Nodes::Real {
        tools::ensure(layout, tools::REAL_NODE, progress)?;
    }
    Ok(())
}
