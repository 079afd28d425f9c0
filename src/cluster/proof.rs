//! The test order, read from what the verify Job's pod left behind. Pure.

use jiff::Timestamp;
use serde::Deserialize;

use super::snapshot::Snapshot;
use crate::domain::record::Proof;

/// Longest order number and total that are believed.
const FIELD_MAX: usize = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    order: String,
    total: String,
    placed_at: Timestamp,
}

/// The proof of one revision: the termination message of a pod of its verify Job that succeeded,
/// `{"order", "total", "placed_at"}` and nothing else. Anything in doubt is no proof.
#[must_use]
pub fn proof(snapshot: &Snapshot, revision: u32) -> Option<Proof> {
    let mut pods = snapshot.pods.iter();
    let pod =
        pods.find(|pod| pod.component == "verify" && pod.revision == Some(revision) && pod.phase == "Succeeded")?;
    let end = pod.terminated.as_ref().filter(|end| end.exit_code == 0)?;
    let Message { order, total, placed_at } = serde_json::from_str(&end.message).ok()?;
    let believable =
        |text: &str| !text.trim().is_empty() && text.len() <= FIELD_MAX && !text.contains(char::is_control);
    (believable(&order) && believable(&total)).then_some(Proof { order, total, placed_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::snapshot::{PodState, Terminated};

    const GOOD: &str = r##"{"order":"#1001","total":"23.00 EUR","placed_at":"2026-11-21T08:00:00Z"}"##;

    fn pod(component: &str, revision: u32, phase: &str, exit_code: i32, message: &str) -> Snapshot {
        let pod = PodState {
            name: "verify-1-x".to_owned(),
            component: component.to_owned(),
            revision: Some(revision),
            phase: phase.to_owned(),
            ready: false,
            going: false,
            restarts: 0,
            unschedulable: None,
            waiting_reason: None,
            waiting_message: None,
            terminated: Some(Terminated { exit_code, reason: String::new(), message: message.to_owned() }),
        };
        Snapshot { pods: vec![pod], ..Snapshot::default() }
    }

    #[test]
    fn a_proof_is_what_the_verify_job_said() {
        let proof = proof(&pod("verify", 2, "Succeeded", 0, GOOD), 2).unwrap();
        assert_eq!((proof.order.as_str(), proof.total.as_str()), ("#1001", "23.00 EUR"));
        assert_eq!(proof.placed_at, "2026-11-21T08:00:00Z".parse().unwrap());
    }

    #[test]
    fn anything_in_doubt_is_no_proof() {
        let verify = |message: &str| pod("verify", 2, "Succeeded", 0, message);
        let long = GOOD.replace("#1001", &"9".repeat(65));
        let cases = [
            pod("verify", 1, "Succeeded", 0, GOOD),
            pod("setup", 2, "Succeeded", 0, GOOD),
            pod("verify", 2, "Failed", 1, GOOD),
            pod("verify", 2, "Succeeded", 1, GOOD),
            verify(""),
            verify("{}"),
            verify(&GOOD.replace("#1001", " ")),
            verify(&GOOD.replace("2026-11-21T08:00:00Z", "today")),
            verify(&GOOD.replace("\"order\"", "\"more\":1,\"order\"")),
            verify(&format!("{GOOD}{GOOD}")),
            verify(&long),
            Snapshot::default(),
        ];
        for snapshot in cases {
            assert_eq!(proof(&snapshot, 2), None, "{snapshot:?}");
        }
    }
}
