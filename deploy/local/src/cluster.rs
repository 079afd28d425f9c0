//! `storebot-local cluster`: the control plane alone, in the background.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::detached::{self, Remembered};
use crate::kubernetes::Kubernetes;
use crate::layout::Layout;
use crate::nodes::{self, Nodes};
use crate::process::Services;
use crate::progress::Progress;
use crate::signals::Signals;

/// A cluster with simulated nodes is made of this many processes; with a real one, the node is
/// one that has all others inside.
const PROCESSES: usize = 5;
const REAL_NODE: &str = "node";

fn dir(layout: &Layout) -> PathBuf {
    layout.local().join("cluster")
}

/// What a cluster with the one kind of nodes knows is wrong for the other.
fn data(layout: &Layout, nodes: Nodes) -> PathBuf {
    match nodes {
        Nodes::Simulated => dir(layout),
        Nodes::Real => dir(layout).join("real"),
    }
}

fn processes(layout: &Layout) -> Vec<Remembered> {
    detached::remembered(&dir(layout).join("pids"), &dir(layout))
}

/// What the cluster that runs was started with, if one runs as a whole.
fn running(known: &[Remembered]) -> Option<Nodes> {
    let running: Vec<&str> =
        known.iter().filter(|process| process.is_running()).map(|process| process.name.as_str()).collect();
    if running == [REAL_NODE] {
        return Some(Nodes::Real);
    }
    (running.len() == PROCESSES).then_some(Nodes::Simulated)
}

/// Starts it unless it runs, and prints the kubeconfig's path.
pub async fn up(layout: &Layout, wanted: Nodes) -> Result<u8> {
    let progress = Progress::start();
    let known = processes(layout);
    let running = running(&known);
    if running.is_some_and(|nodes| nodes != wanted) {
        bail!("a local Kubernetes with other nodes is running: `make cluster-down` first");
    }
    if running.is_some() {
        progress.say("the local Kubernetes is running already");
        println!("{}", data(layout, wanted).join("kubeconfig").display());
        return Ok(0);
    }
    // Half of one is of no use: start again from the data.
    detached::stop(&known);
    nodes::ensure(layout, wanted, progress)?;
    let mut signals = Signals::listen()?;
    let mut services = Services::detached(&layout.log("cluster"), &dir(layout).join("pids"))?;
    let cluster = Kubernetes::prepare(layout, &data(layout, wanted), &layout.log("cluster"), wanted)?;
    let outcome = tokio::select! {
        started = cluster.start(&mut services, progress) => started.map(|()| 0),
        code = signals.next() => Ok(code),
    };
    if !matches!(outcome, Ok(0)) {
        services.stop().await;
        return outcome;
    }
    progress.say("the local Kubernetes is up; `make cluster-down` stops it");
    println!("{}", cluster.kubeconfig().display());
    Ok(0)
}

/// Stops it; its data stays for the next `up`.
pub fn down(layout: &Layout) {
    let progress = Progress::start();
    match detached::stop(&processes(layout)) {
        0 => progress.say("no local Kubernetes was running"),
        count => progress.say(&format!("stopped {count} processes; the data stays in .local/cluster")),
    }
}

/// Tells what runs; an error unless all of it does.
pub fn status(layout: &Layout) -> Result<()> {
    let known = processes(layout);
    for process in &known {
        let state = if process.is_running() { "running" } else { "stopped" };
        println!("{:<24} {state}", process.name);
    }
    let Some(nodes) = running(&known) else { bail!("it does not run as a whole: `make cluster` starts it") };
    println!("KUBECONFIG={}", data(layout, nodes).join("kubeconfig").display());
    Ok(())
}
