//! The test order, read from what the verify Job's pod left behind. Pure.

use jiff::Timestamp;
use serde::Deserialize;

use super::snapshot::Snapshot;
use crate::domain::record::Proof;
use crate::domain::to_the_millisecond;

/// Longest order number and total that are believed.
const FIELD_MAX: usize = 64;
/// Longer than any Job may run: what takes longer is no measurement.
const SECONDS_MAX: f64 = 86_400.0;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    order: String,
    total: String,
    placed_at: Timestamp,
    seconds: Option<f64>,
}

/// The proof of one verify Job: the termination message of its pod that succeeded, `{"order", "total",
/// "placed_at", "seconds"}` and nothing else. Anything in doubt is no proof.
#[must_use]
pub fn proof(snapshot: &Snapshot, job: &str) -> Option<Proof> {
    let pod = snapshot.ended_pod(job).filter(|pod| pod.component == "verify")?;
    let end = pod.terminated.as_ref().filter(|end| end.exit_code == 0)?;
    read(&end.message)
}

pub(super) fn read(message: &str) -> Option<Proof> {
    let Message { order, total, placed_at, seconds } = serde_json::from_str(message).ok()?;
    let believable =
        |text: &str| !text.trim().is_empty() && text.len() <= FIELD_MAX && !text.contains(char::is_control);
    let seconds = seconds.filter(|s| (0.0..SECONDS_MAX).contains(s));
    let placed_at = to_the_millisecond(placed_at);
    (believable(&order) && believable(&total)).then_some(Proof { order, total, placed_at, seconds })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::snapshot::{JobOutcome, JobState, PodState, Terminated};

    const GOOD: &str = r##"{"order":"#1001","total":"23.00 EUR","placed_at":"2026-11-21T08:00:00Z","seconds":1.4}"##;

    fn pod(component: &str, job: &str, phase: &str, exit_code: i32, message: &str) -> Snapshot {
        let pod = PodState {
            name: "verify-1-x".to_owned(),
            component: component.to_owned(),
            job: Some(job.to_owned()),
            job_uid: Some(format!("{job}-uid")),
            revision: Some(2),
            phase: phase.to_owned(),
            terminated: Some(Terminated { exit_code, reason: String::new(), message: message.to_owned() }),
            ..PodState::default()
        };
        let job = JobState {
            name: "verify-2".to_owned(),
            uid: "verify-2-uid".to_owned(),
            component: "verify".to_owned(),
            revision: Some(2),
            outcome: JobOutcome::Succeeded,
        };
        Snapshot { pods: vec![pod], jobs: vec![job], ..Snapshot::default() }
    }

    #[test]
    fn a_proof_is_what_the_verify_job_said() {
        let proof = proof(&pod("verify", "verify-2", "Succeeded", 0, GOOD), "verify-2").unwrap();
        assert_eq!((proof.order.as_str(), proof.total.as_str()), ("#1001", "23.00 EUR"));
        assert_eq!((proof.placed_at, proof.seconds), ("2026-11-21T08:00:00Z".parse().unwrap(), Some(1.4)));
        let older = GOOD.replace(r#","seconds":1.4"#, "");
        assert_eq!(super::proof(&pod("verify", "verify-2", "Succeeded", 0, &older), "verify-2").unwrap().seconds, None);
    }

    #[test]
    fn anything_in_doubt_is_no_proof() {
        let verify = |message: &str| pod("verify", "verify-2", "Succeeded", 0, message);
        let long = GOOD.replace("#1001", &"9".repeat(65));
        let cases = [
            pod("verify", "verify-1", "Succeeded", 0, GOOD),
            pod("verify", "verify-2-3", "Succeeded", 0, GOOD),
            pod("setup", "verify-2", "Succeeded", 0, GOOD),
            pod("verify", "verify-2", "Failed", 1, GOOD),
            pod("verify", "verify-2", "Succeeded", 1, GOOD),
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
            assert_eq!(proof(&snapshot, "verify-2"), None, "{snapshot:?}");
        }
    }
}
