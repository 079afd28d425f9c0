//! What is wrong with a store, in plain words, from the first sign that it will not get well by
//! itself. Pure.

use super::events::{Sign, UNBOUND};
use super::refusal::refusal;
use super::snapshot::{JobOutcome, PodState, Snapshot, Terminated, release_job};
use crate::domain::mask::{mask, shown};
use crate::domain::trouble::{Reason, Trouble};

/// A shop may start before its database and fall over once or twice. After so many restarts (some
/// forty seconds, by the pauses Kubernetes makes) it will not recover by itself.
const RESTARTS_MAX: u32 = 3;
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
    // Says why, where the scheduler only says that there is no volume.
    findings.extend(signs.iter().rev().filter(|sign| !is_over(snapshot, sign)).filter_map(volume));
    findings.extend(pods().filter_map(place));
    // A claim also waits while its pod has no room, which is then what counts.
    findings.extend(signs.iter().filter_map(unbound));
    let first = findings.iter().position(|finding| finding.terminal).unwrap_or(0);
    (!findings.is_empty()).then(|| findings.swap_remove(first))
}

/// In plain words, with the raw text behind them.
pub(super) fn finding(reason: Reason, what: &str, raw: &str, terminal: bool) -> Finding {
    Finding { trouble: Trouble::new(reason, what).with_detail(raw), terminal }
}

/// Pods that were not even made.
fn of_sign(snapshot: &Snapshot, sign: &Sign) -> Option<Finding> {
    if sign.reason != "FailedCreate" || is_over(snapshot, sign) {
        return None;
    }
    let mut found = refusal(&format!("a pod of {}", maker(snapshot, sign)), &sign.message)?;
    if found.trouble.is(Reason::QuotaExceeded) {
        // Pods on their way out still count, and so does a Job's pod until it is cleared away; when they are
        // gone there may be room for this one. A Job is tried again until its own deadline.
        let leaves = |pod: &PodState| pod.going || (pod.done && pod.phase == "Running");
        found.terminal = sign.kind != "Job" && !snapshot.pods.iter().any(leaves);
    }
    Some(found)
}

/// The workload or Job that wants the pod: a ReplicaSet's own name ends with letters of no meaning.
fn maker<'a>(snapshot: &'a Snapshot, sign: &'a Sign) -> &'a str {
    let names = snapshot.workloads.iter().map(|w| w.name.as_str());
    names.filter(|name| is_about(sign, name)).max_by_key(|name| name.len()).unwrap_or(&sign.name)
}

fn is_about(sign: &Sign, name: &str) -> bool {
    sign.name.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// What the sign is about has since been made. A ReplicaSet is named after its Deployment.
fn is_over(snapshot: &Snapshot, sign: &Sign) -> bool {
    let succeeded = |outcome: &JobOutcome| matches!(outcome, JobOutcome::Succeeded);
    snapshot.workloads.iter().any(|w| w.ready && is_about(sign, &w.name))
        || snapshot.jobs.iter().any(|job| succeeded(&job.outcome) && is_about(sign, &job.name))
        || snapshot.pods.iter().any(|pod| pod.job.as_deref() == Some(&sign.name) || is_later(pod, sign))
}

/// The maker of a sign has made this pod since. Kubernetes dates pods by the second.
fn is_later(pod: &PodState, sign: &Sign) -> bool {
    let its = pod.name.strip_prefix(sign.name.as_str()).is_some_and(|rest| rest.starts_with('-'));
    its && !pod.going && pod.created_at.is_some_and(|made| made.as_second() >= sign.at.as_second())
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
    let (name, image) = (name(pod), quoted_image(message));
    let raw = format!("{reason}: {message}");
    Some(if gone {
        finding(Reason::ImageNotFound, &format!("The image of {name} cannot be found{image}"), &raw, true)
    } else {
        let what = format!("The image of {name} cannot be fetched at the moment{image}");
        finding(Reason::ImageUnavailable, &what, &raw, false)
    })
}

/// `: shop:1`, from `… image "shop:1": …`.
fn quoted_image(message: &str) -> String {
    let image = message.split_once("image \"").and_then(|(_, rest)| rest.split_once('"'));
    image.map(|(image, _)| format!(": {}", mask(image))).unwrap_or_default()
}

fn crash(pod: &PodState) -> Option<Finding> {
    // A Job's pod is not restarted; the Job itself tells.
    let why = pod.waiting_reason.as_deref().filter(|reason| *reason == "CrashLoopBackOff")?;
    let name = name(pod);
    let terminal = pod.restarts >= RESTARTS_MAX;
    let raw = pod.terminated.as_ref().map_or_else(|| why.to_owned(), raw_ending);
    if pod.terminated.as_ref().is_some_and(is_out_of_memory) {
        return Some(finding(Reason::OutOfMemory, &out_of_memory(name), &raw, terminal));
    }
    let end = pod.terminated.as_ref().map_or_else(|| "it ends at once".to_owned(), ending);
    let what = format!("{name} crashes again and again ({} restarts): {end}", pod.restarts);
    Some(finding(Reason::CrashLoop, &what, &raw, terminal))
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
    let raw = end.map_or_else(|| message.clone(), |end| format!("{message}\n{}", raw_ending(end)));
    let component = job.component.as_str();
    if end.is_some_and(is_out_of_memory) {
        return Some(finding(Reason::OutOfMemory, &out_of_memory(component), &raw, true));
    }
    let why = end.map_or_else(|| shown(message), ending);
    let (reason, what) = match component {
        "setup" => (Reason::SetupFailed, "Setting up the shop failed"),
        "login" => (Reason::LoginFailed, "The shop did not take the new login"),
        _ => (Reason::VerifyFailed, "The test order failed"),
    };
    Some(finding(reason, &format!("{what}: {why}"), &raw, true))
}

fn place(pod: &PodState) -> Option<Finding> {
    let text = pod.unschedulable.as_deref()?;
    let lower = text.to_lowercase();
    let name = name(pod);
    if lower.contains("persistentvolumeclaim") || lower.contains("volume node affinity") {
        let what = format!("{name} waits for its volume");
        return Some(finding(Reason::VolumeNotBound, &what, text, false));
    }
    let short: Vec<_> = [("insufficient cpu", "CPU"), ("insufficient memory", "memory"), ("too many pods", "pods")]
        .into_iter()
        .filter_map(|(sign, word)| lower.contains(sign).then_some(word))
        .collect();
    let what = if short.is_empty() {
        format!("No node of the cluster takes {name}: {}", shown(text))
    } else {
        format!("There is no room on the cluster for {name}: not enough {}", short.join(" and "))
    };
    Some(finding(Reason::NoRoom, &what, text, false))
}

fn volume(sign: &Sign) -> Option<Finding> {
    let is_volume = matches!(sign.reason.as_str(), "ProvisioningFailed" | "FailedMount" | "FailedAttachVolume");
    let what = || format!("{} {} waits for its volume: {}", sign.kind, sign.name, shown(&sign.message));
    is_volume.then(|| finding(Reason::VolumeNotBound, &what(), &sign.message, false))
}

fn unbound(sign: &Sign) -> Option<Finding> {
    let what = || format!("The volume {} is not there yet: {}", sign.name, sign.message);
    (sign.reason == UNBOUND).then(|| finding(Reason::VolumeNotBound, &what(), &sign.message, false))
}

fn ending(end: &Terminated) -> String {
    let said = shown(&end.message);
    if said.is_empty() {
        format!("exit code {}", end.exit_code)
    } else {
        format!("exit code {}, {said}", end.exit_code)
    }
}

fn raw_ending(end: &Terminated) -> String {
    format!("{}, exit code {}\n{}", end.reason, end.exit_code, end.message)
}

fn is_out_of_memory(end: &Terminated) -> bool {
    end.reason == "OOMKilled"
}

fn out_of_memory(what: &str) -> String {
    format!("The plan's memory is too small for {what}")
}

fn name(pod: &PodState) -> &str {
    if pod.component.is_empty() { &pod.name } else { &pod.component }
}

#[cfg(test)]
mod tests;
