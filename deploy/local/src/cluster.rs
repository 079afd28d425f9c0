//! `storebot-local cluster`: the control plane alone, in the background.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::control_plane::ControlPlane;
use crate::detached::{self, Remembered};
use crate::layout::Layout;
use crate::packages;
use crate::process::Services;
use crate::progress::Progress;
use crate::signals::Signals;
use crate::tools;

/// A control plane is made of this many processes.
const PROCESSES: usize = 5;

fn dir(layout: &Layout) -> PathBuf {
    layout.local().join("cluster")
}

fn processes(layout: &Layout) -> Vec<Remembered> {
    detached::remembered(&dir(layout).join("pids"), &dir(layout))
}

/// Starts it unless it runs, and prints the kubeconfig's path.
pub async fn up(layout: &Layout) -> Result<u8> {
    let progress = Progress::start();
    let known = processes(layout);
    let running = known.iter().filter(|process| process.is_running()).count();
    let kubeconfig = dir(layout).join("kubeconfig");
    if running == PROCESSES {
        progress.say("the local Kubernetes is running already");
        println!("{}", kubeconfig.display());
        return Ok(0);
    }
    // Half of one is of no use: start again from the data.
    detached::stop(&known);
    packages::ensure(progress)?;
    tools::ensure(layout, progress)?;
    let mut signals = Signals::listen()?;
    let mut services = Services::detached(&layout.log("cluster"), &dir(layout).join("pids"))?;
    let plane = ControlPlane::prepare(layout, &dir(layout))?;
    let outcome = tokio::select! {
        started = plane.start(&mut services) => started.map(|()| 0),
        code = signals.next() => Ok(code),
    };
    if !matches!(outcome, Ok(0)) {
        services.stop().await;
        return outcome;
    }
    progress.say("the local Kubernetes is up; `make cluster-down` stops it");
    println!("{}", plane.kubeconfig().display());
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
    let running = known.iter().filter(|process| process.is_running()).count();
    if running < PROCESSES {
        bail!("{running} of {PROCESSES} processes run: `make cluster` starts the rest");
    }
    println!("KUBECONFIG={}", dir(layout).join("kubeconfig").display());
    Ok(())
}
