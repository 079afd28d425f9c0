//! The reader's own cluster: whether its nodes are simulated. A store must not wait for a test order
//! that no simulated pod can place, nor be called ready without one where pods do run.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::layout::Layout;
use crate::packages::find_program;

/// Says of each node whether KWOK plays it.
const QUESTION: &str = r#"jsonpath={range .items[*]}{.metadata.annotations.kwok\.x-k8s\.io/node}{"\n"}{end}"#;

/// Whether all nodes are KWOK's. Without kubectl, or without an answer, they count as real: that
/// claims too little rather than too much.
#[must_use]
pub fn is_simulated(layout: &Layout, kubeconfig: &Path) -> bool {
    let own = Some(layout.tool("kubectl")).filter(|tool| tool.is_file());
    let Some(kubectl) = own.or_else(|| find_program("kubectl")) else {
        return false;
    };
    let output = Command::new(kubectl)
        .arg("--kubeconfig")
        .arg(kubeconfig)
        .args(["--request-timeout=10s", "get", "nodes", "-o", QUESTION])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    output.is_ok_and(|output| output.status.success() && all_fake(&String::from_utf8_lossy(&output.stdout)))
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
