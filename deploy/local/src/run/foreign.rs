//! The reader's own cluster: which one it is, and whether its nodes are simulated. A store must not
//! wait for a test order that no simulated pod can place, nor be called ready without one where pods
//! do run.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::layout::Layout;
use crate::packages::find_program;

/// Says of each node whether KWOK plays it.
const FAKE_NODES: &str = r#"jsonpath={range .items[*]}{.metadata.annotations.kwok\.x-k8s\.io/node}{"\n"}{end}"#;

/// What was found out about a cluster.
pub struct Foreign {
    /// Of the same cluster always the same, of another one another: the ledger belongs to one.
    pub mark: String,
    /// Whether all nodes are KWOK's.
    pub simulated: bool,
}

/// Looks at the cluster with kubectl. Without kubectl its nodes count as real, which claims too
/// little rather than too much, and the file stands for the cluster.
pub fn look(layout: &Layout, kubeconfig: &Path) -> Result<Foreign> {
    let own = Some(layout.tool("kubectl")).filter(|tool| tool.is_file());
    let Some(kubectl) = own.or_else(|| find_program("kubectl")) else {
        return Ok(Foreign { mark: mark(&kubeconfig.display().to_string()), simulated: false });
    };
    let ask = |question: &[&str]| ask(&kubectl, kubeconfig, question);
    // The usual name of a cluster: made with it, gone with it.
    let id = ask(&["namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"])?;
    let simulated = all_fake(&ask(&["nodes", "-o", FAKE_NODES])?);
    Ok(Foreign { mark: mark(&id), simulated })
}

fn ask(kubectl: &Path, kubeconfig: &Path, question: &[&str]) -> Result<String> {
    let output = Command::new(kubectl)
        .arg("--kubeconfig")
        .arg(kubeconfig)
        .args(["--request-timeout=10s", "get"])
        .args(question)
        .stdin(Stdio::null())
        .output()
        .context("kubectl does not start")?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        let last = told.trim().lines().last().unwrap_or("it says nothing").to_owned();
        bail!("the cluster of {} does not answer: {last}", kubeconfig.display());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn mark(id: &str) -> String {
    hex::encode(&Sha256::digest(id)[..6])
}

fn all_fake(answer: &str) -> bool {
    !answer.trim().is_empty() && answer.lines().all(|node| node == "fake")
}

#[cfg(test)]
mod tests {
    use super::all_fake;

    #[test]
    fn one_real_node_makes_a_cluster_real() {
        assert!(all_fake("fake\nfake\n"));
        assert!(!all_fake("fake\n\n"));
        assert!(!all_fake("\n"));
        assert!(!all_fake(""));
    }
}
