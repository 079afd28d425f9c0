//! What the watches know of one store: small summaries, never whole objects.

/// Longest text kept of a message. A termination message may have 4 KiB and its end says why; a
/// proof has some hundred bytes.
const TEXT_MAX: usize = 1024;

/// One store at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Every watch of the cell has completed its first list. Before that, what is missing here may
    /// well exist.
    pub synced: bool,
    pub namespace_seen: bool,
    pub namespace_terminating: bool,
    /// Deployments and StatefulSets.
    pub workloads: Vec<Workload>,
    pub jobs: Vec<JobState>,
    pub pods: Vec<PodState>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    pub name: String,
    /// Of the release that last wrote it.
    pub revision: Option<u32>,
    /// How many replicas it shall have; none while a store sleeps.
    pub wanted: u32,
    /// Its controller has seen the last change, all replicas are of it and available, and no other
    /// ones are left. With none wanted: none are left.
    pub ready: bool,
    /// Grows with each change of what is wanted of it, and with nothing else.
    pub generation: i64,
    pub uid: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobState {
    pub name: String,
    /// Names can come again, this never does.
    pub uid: String,
    /// `setup`, `verify` or `login`.
    pub component: String,
    pub revision: Option<u32>,
    pub outcome: JobOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobOutcome {
    Running,
    Succeeded,
    /// For good, after its own retries. The message is Kubernetes' (`BackoffLimitExceeded: …`); what
    /// the Job itself said is with its pods.
    Failed {
        message: String,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodState {
    pub name: String,
    pub component: String,
    /// The Job it belongs to: name and uid.
    pub job: Option<String>,
    pub job_uid: Option<String>,
    /// Pods of Jobs have one; those of workloads do not, so that an upgrade that changes nothing
    /// about them does not restart them.
    pub revision: Option<u32>,
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    pub phase: String,
    pub ready: bool,
    /// Being deleted; its troubles are nobody's any more.
    pub going: bool,
    /// Of its containers together.
    pub restarts: u32,
    /// Why no node takes it, in the scheduler's words.
    pub unschedulable: Option<String>,
    /// Of the first container that waits for more than its turn: `ImagePullBackOff`.
    pub waiting_reason: Option<String>,
    pub waiting_message: Option<String>,
    /// The container named after its component has ended, with 0.
    pub done: bool,
    /// How the first container that failed ended last; without a failure, the last one that ended.
    pub terminated: Option<Terminated>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminated {
    pub exit_code: i32,
    /// `Completed`, `Error`, `OOMKilled`, …
    pub reason: String,
    /// What the container left as its termination message, or the last lines of its log.
    pub message: String,
}

impl PodState {
    /// Of a Job's pod, which starts nothing again: its program has ended well. The kubelet says so before it
    /// has cleared the pod away and calls it `Succeeded`.
    #[must_use]
    pub fn has_ended_well(&self) -> bool {
        self.phase == "Succeeded" || (self.done && self.phase == "Running")
    }
}

impl Snapshot {
    /// A mark of the namespace and of what its workloads are wanted to be: it changes when anybody changes
    /// them, and never by itself. `None`: there is no namespace, or it is going.
    #[must_use]
    pub fn mark(&self) -> Option<String> {
        if !self.namespace_seen || self.namespace_terminating {
            return None;
        }
        let mark = |w: &Workload| {
            let (uid, revision) = (w.uid.split('-').next().unwrap_or_default(), w.revision.unwrap_or_default());
            format!("{}:{}:{uid}:{revision}", w.name, w.generation)
        };
        let mut marks: Vec<_> = self.workloads.iter().map(mark).collect();
        marks.sort();
        Some(marks.join(" "))
    }

    #[must_use]
    pub fn job(&self, name: &str) -> Option<&JobState> {
        self.jobs.iter().find(|job| job.name == name)
    }

    /// Whether a Job has done its work. Its one pod tells so up to three seconds before the Job does, whose
    /// controller gathers what happens to pods.
    #[must_use]
    pub fn has_ended_well(&self, name: &str) -> bool {
        match self.job(name).map(|job| &job.outcome) {
            Some(JobOutcome::Succeeded) => true,
            Some(JobOutcome::Failed { .. }) | None => false,
            Some(JobOutcome::Running) => self.ended_pod(name).is_some(),
        }
    }

    /// The pod in which a Job has done its work, and what it left behind.
    #[must_use]
    pub fn ended_pod(&self, job: &str) -> Option<&PodState> {
        let uid = &self.job(job)?.uid;
        self.pods.iter().find(|pod| pod.job_uid.as_ref() == Some(uid) && pod.has_ended_well())
    }
}

/// Name of the Job of a component that a revision of the release makes, as the charts write it.
#[must_use]
pub fn release_job(component: &str, revision: u32) -> String {
    format!("{component}-{revision}")
}

/// Name of the Job that is made from a component's template when it is asked for: the same for the
/// same wish, so that a repeated step finds what it has made.
#[must_use]
pub fn asked_job(component: &str, revision: u32, ask: &str) -> String {
    format!("{component}-{revision}-{ask}")
}

/// The end of a text: that is where programs say why they gave up.
pub(super) fn clip(text: &str) -> String {
    let text = text.trim();
    let surplus = text.len().saturating_sub(TEXT_MAX);
    let from = (surplus..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(from..).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_changes_with_what_is_wanted_and_with_nothing_else() {
        let workload = |name: &str, generation, uid: &str| Workload {
            name: name.to_owned(),
            revision: Some(1),
            wanted: 1,
            ready: true,
            generation,
            uid: uid.to_owned(),
        };
        let shop = workload("shop", 3, "aa-1");
        let seen =
            |workloads: Vec<Workload>| Snapshot { namespace_seen: true, workloads, ..Snapshot::default() }.mark();
        let before = seen(vec![shop.clone(), workload("database", 1, "bb-2")]);
        assert_eq!(before.as_deref(), Some("database:1:bb:1 shop:3:aa:1"));
        assert_eq!(seen(vec![workload("database", 1, "bb-2"), Workload { ready: false, ..shop.clone() }]), before);
        assert_ne!(seen(vec![workload("database", 1, "bb-2"), Workload { generation: 4, ..shop.clone() }]), before);
        assert_ne!(seen(vec![workload("database", 1, "cc-3"), shop.clone()]), before, "made anew");
        assert_ne!(seen(vec![shop]), before);
        assert_eq!(Snapshot::default().mark(), None);
        assert_eq!(Snapshot { namespace_seen: true, namespace_terminating: true, ..Snapshot::default() }.mark(), None);
    }

    #[test]
    fn long_texts_keep_their_end() {
        assert_eq!(clip("  why\n"), "why");
        let clipped = clip(&format!("{}why", "ü".repeat(TEXT_MAX)));
        assert!(clipped.len() <= TEXT_MAX && clipped.ends_with("üwhy"));
    }
}
