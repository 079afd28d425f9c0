//! What is wrong with a store, in plain words, from the first sign that it will not get well by
//! itself. Pure.

use super::events::Sign;
use super::mask::mask;
use super::snapshot::{JobOutcome, PodState, Snapshot, Terminated, release_job};
use crate::domain::record::Trouble;

/// A shop may start before its database and fall over once or twice. After so many restarts (some
/// forty seconds, by the pauses Kubernetes makes) it will not recover by itself.
const RESTARTS_MAX: u32 = 3;
/// Lines of a log that are shown, and how many characters of all of them.
const LINES: usize = 3;
const SHOWN_MAX: usize = 400;

/// The image is not there, or not for us: waiting does not help.
const IMAGE_IS_NOT_THERE: [&str; 9] = [
    "not found",
    "notfound",
    "manifest unknown",
    "name unknown",
    "does not exist",
    "access denied",
    "authorization failed",
    "unauthorized",
    "invalid reference format",
];
/// The registry cannot be reached or has had enough of us: waiting may help.
const REGISTRY_IS_AWAY: [&str; 11] = [
    "timeout",
    "deadline exceeded",
    "connection refused",
    "connection reset",
    "no such host",
    "no route to host",
    "network is unreachable",
    "toomanyrequests",
    "too many requests",
    "service unavailable",
    "unexpected eof",
];

/// Something that stands between a store and being ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub trouble: Trouble,
    /// It will not get well by itself; otherwise it only holds the store up.
    pub terminal: bool,
}

/// What is to be told: the first terminal finding, else the first one that holds the store up.
///
/// `signs` are those since this attempt began. Jobs and their pods count when they are of
/// `revision`, of verify Jobs only the one named `verify`; pods that are being deleted never do.
#[must_use]
pub fn first_trouble(snapshot: &Snapshot, signs: &[Sign], revision: u32, verify: &str) -> Option<Finding> {
    let pods = || snapshot.pods.iter().filter(|pod| !pod.going && pod.revision.is_none_or(|r| r == revision));
    // What kept pods from being made comes first: nothing else can be seen then.
    let mut findings: Vec<Finding> = signs.iter().rev().filter_map(|sign| of_sign(snapshot, sign)).collect();
    findings.extend(pods().filter_map(image));
    findings.extend(job_trouble(snapshot, &release_job("setup", revision)));
    findings.extend(pods().filter_map(crash));
    findings.extend(job_trouble(snapshot, verify));
    findings.extend(pods().filter_map(place));
    findings.extend(signs.iter().rev().filter_map(volume));
    let first = findings.iter().position(|finding| finding.terminal).unwrap_or(0);
    (!findings.is_empty()).then(|| findings.swap_remove(first))
}

fn finding(reason: &str, message: String, terminal: bool) -> Finding {
    Finding { trouble: Trouble { reason: reason.to_owned(), message }, terminal }
}

/// Pods that were not even made.
fn of_sign(snapshot: &Snapshot, sign: &Sign) -> Option<Finding> {
    if sign.reason != "FailedCreate" || is_over(snapshot, sign) {
        return None;
    }
    let (text, shown) = (sign.message.to_lowercase(), shown(&sign.message));
    if text.contains("exceeded quota") {
        // Pods on their way out still count, and so does a Job's pod until it is cleared away; when they are
        // gone there may be room for this one. A Job is tried again until its own deadline.
        let leaves = |pod: &PodState| pod.going || (pod.done && pod.phase == "Running");
        let terminal = sign.kind != "Job" && !snapshot.pods.iter().any(leaves);
        return Some(finding("quota-exceeded", format!("It does not fit into the store's quota: {shown}"), terminal));
    }
    let denied = text.contains("admission webhook") && text.contains("denied");
    if text.contains("violates podsecurity") || denied {
        return Some(finding("refused-by-admission", format!("A policy of the cluster refuses it: {shown}"), true));
    }
    None
}

/// What the sign is about has since been made. A ReplicaSet is named after its Deployment.
fn is_over(snapshot: &Snapshot, sign: &Sign) -> bool {
    let about = |name: &str| sign.name.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    let succeeded = |outcome: &JobOutcome| matches!(outcome, JobOutcome::Succeeded);
    snapshot.workloads.iter().any(|w| w.ready && about(&w.name))
        || snapshot.jobs.iter().any(|job| succeeded(&job.outcome) && about(&job.name))
        || snapshot.pods.iter().any(|pod| pod.job.as_deref() == Some(&sign.name))
}

fn image(pod: &PodState) -> Option<Finding> {
    let reason = pod.waiting_reason.as_deref()?;
    let message = pod.waiting_message.as_deref().unwrap_or_default();
    let text = message.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let (away, definite) = (any(&REGISTRY_IS_AWAY), any(&IMAGE_IS_NOT_THERE));
    let gone = match reason {
        "InvalidImageName" | "ErrImageNeverPull" => true,
        // Kubernetes has tried and waits; unless it says that the way there is the trouble, it is
        // the image.
        "ImagePullBackOff" => definite || !away,
        "ErrImagePull" => definite,
        _ => return None,
    };
    let (name, shown) = (name(pod), shown(message));
    Some(if gone {
        finding("image-not-found", format!("The image of {name} cannot be found: {shown}"), true)
    } else {
        finding("image-unavailable", format!("The image of {name} cannot be fetched at the moment: {shown}"), false)
    })
}

fn crash(pod: &PodState) -> Option<Finding> {
    // A Job's pod is not restarted; the Job itself tells.
    if pod.waiting_reason.as_deref() != Some("CrashLoopBackOff") {
        return None;
    }
    let name = name(pod);
    let end = pod.terminated.as_ref().map_or_else(|| "it ends at once".to_owned(), ending);
    let terminal = pod.restarts >= RESTARTS_MAX;
    if pod.terminated.as_ref().is_some_and(is_out_of_memory) {
        return Some(finding("out-of-memory", out_of_memory(name), terminal));
    }
    let message = format!("{name} crashes again and again ({} restarts): {end}", pod.restarts);
    Some(finding("crash-loop", message, terminal))
}

/// Why a Job failed for good, if it did: in the words of the program that ran in it.
#[must_use]
pub fn job_trouble(snapshot: &Snapshot, name: &str) -> Option<Finding> {
    let job = snapshot.job(name)?;
    let JobOutcome::Failed { message } = &job.outcome else { return None };
    let pods = snapshot.pods.iter().filter(|pod| pod.job.as_deref() == Some(name));
    let ends = pods.filter_map(|pod| pod.terminated.as_ref()).filter(|end| end.exit_code != 0);
    // Every try left a pod; one that said something says more than one that was cut off.
    let end = ends.max_by_key(|end| !end.message.is_empty());
    let component = job.component.as_str();
    if end.is_some_and(is_out_of_memory) {
        return Some(finding("out-of-memory", out_of_memory(component), true));
    }
    let why = end.map_or_else(|| shown(message), ending);
    let what = match component {
        "setup" => "Setting up the shop failed",
        "login" => "The shop did not take the new login",
        _ => "The test order failed",
    };
    Some(finding(&format!("{component}-failed"), format!("{what}: {why}"), true))
}

fn place(pod: &PodState) -> Option<Finding> {
    let text = pod.unschedulable.as_deref()?;
    let lower = text.to_lowercase();
    let name = name(pod);
    if lower.contains("persistentvolumeclaim") || lower.contains("volume node affinity") {
        let message = format!("{name} waits for its volume: {}", shown(text));
        return Some(finding("volume-not-bound", message, false));
    }
    let short: Vec<_> = [("insufficient cpu", "CPU"), ("insufficient memory", "memory"), ("too many pods", "pods")]
        .into_iter()
        .filter_map(|(sign, word)| lower.contains(sign).then_some(word))
        .collect();
    let message = if short.is_empty() {
        format!("No node of the cluster takes {name}: {}", shown(text))
    } else {
        format!("There is no room on the cluster for {name}: not enough {}", short.join(" and "))
    };
    Some(finding("no-room", message, false))
}

fn volume(sign: &Sign) -> Option<Finding> {
    let is_volume = matches!(sign.reason.as_str(), "ProvisioningFailed" | "FailedMount" | "FailedAttachVolume");
    let message = || format!("{} {} waits for its volume: {}", sign.kind, sign.name, shown(&sign.message));
    is_volume.then(|| finding("volume-not-bound", message(), false))
}

fn ending(end: &Terminated) -> String {
    let said = shown(&mask(&end.message));
    if said.is_empty() {
        format!("exit code {}", end.exit_code)
    } else {
        format!("exit code {}, {said}", end.exit_code)
    }
}

fn is_out_of_memory(end: &Terminated) -> bool {
    end.reason == "OOMKilled"
}

fn out_of_memory(what: &str) -> String {
    format!("The plan's memory is too small for {what}: take a bigger plan")
}

fn name(pod: &PodState) -> &str {
    if pod.component.is_empty() { &pod.name } else { &pod.component }
}

/// The last lines of a text, bounded.
fn shown(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join(" / ");
    match last.char_indices().nth(SHOWN_MAX) {
        Some((at, _)) => format!("{}…", last.get(..at).unwrap_or_default()),
        None => last,
    }
}

#[cfg(test)]
mod tests;
