//! A real node starts, runs a pod, and goes as a whole, in order or not. Where none can run the
//! tests say so and check nothing.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use storebot_local::layout::Layout;
use storebot_local::node::{self, fitness, place::StoreLock};

/// One node of a checkout at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Why no real node can be started, told loudly.
fn skipped() -> Result<bool> {
    let layout = Layout::find()?;
    let missing =
        || (!layout.tool("kubelet").is_file()).then(|| "its tools are not built (`make e2e` does)".to_owned());
    let place = node::place(&layout, Path::new(env!("CARGO_TARGET_TMPDIR")), Path::new(env!("CARGO_TARGET_TMPDIR")));
    let busy = || StoreLock::check(&place).err().map(|error| error.to_string());
    let reason = fitness::obstacle().or_else(missing).or_else(busy);
    if let Some(reason) = &reason {
        eprintln!("\nNOT TESTED: the real node, because {reason}\n");
    }
    Ok(reason.is_some())
}

/// Runs a script with a real node around it. It first prints the node's PID namespace.
fn with_a_node(script: &str) -> Result<Output> {
    let script = format!(
        r#"node=$(dirname "$KUBECONFIG")
for process in /proc/[0-9]*; do
    if grep -qs -- "--data=$node" $process/cmdline; then readlink $process/ns/pid_for_children; break; fi
done
{script}"#
    );
    Command::new(env!("CARGO_BIN_EXE_storebot-local"))
        .args(["with", "--nodes", "real", "--", "sh", "-euc", &script])
        // Of the cluster that this test itself may be run with.
        .env_remove("KUBECONFIG")
        .output()
        .context("storebot-local does not start")
}

/// Whether a process of the namespace is left.
fn is_inhabited(namespace: &str) -> bool {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut homes = processes.filter_map(|process| fs::read_link(process.path().join("ns/pid")).ok());
    homes.any(|home| home == Path::new(namespace))
}

fn first_line(output: &Output) -> Result<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next().context("the node was not found among the processes")?;
    ensure!(line.starts_with("pid:["), "{line}");
    Ok(line.to_owned())
}

#[test]
fn a_pod_runs_and_nothing_of_the_node_is_left() -> Result<()> {
    let _turn = TURN.lock();
    if skipped()? {
        return Ok(());
    }
    let output = with_a_node(
        "kubectl run holder --image=docker.io/storebot/pause:1 --image-pull-policy=Never
         kubectl wait --for=condition=Ready pod/holder --timeout=60s",
    )?;
    let (told, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{told}{errors}");
    ensure!(told.contains("pod/holder condition met"), "{told}");
    ensure!(!is_inhabited(&first_line(&output)?), "processes of the node are left");
    let mounts = fs::read_to_string("/proc/mounts")?;
    ensure!(!mounts.contains("/var/lib/kubelet"), "{mounts}");
    Ok(())
}

#[test]
fn a_killed_runner_takes_its_node_with_it() -> Result<()> {
    let _turn = TURN.lock();
    if skipped()? {
        return Ok(());
    }
    let output = with_a_node("kill -KILL $PPID")?;
    let node = first_line(&output)?;
    let deadline = Instant::now() + Duration::from_secs(10);
    while is_inhabited(&node) {
        ensure!(Instant::now() < deadline, "processes of the node are left");
        std::thread::sleep(Duration::from_millis(40));
    }
    Ok(())
}
