//! Why a store failed, or what holds it up: a stable word for programs, a sentence for people with
//! what to do next, and the raw text behind both.
//!
//! `docs/troubles.md` has a row for every reason; a test holds it against this file.

use serde::{Deserialize, Serialize};

use super::mask::mask;

/// Longest raw text kept, in bytes. Kubernetes' events have 1 KiB, a container's last words 4 KiB, and
/// what counts stands at their end.
const DETAIL_MAX: usize = 2048;

/// Why a store failed, or what holds it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// A [`Reason`] as its word. Text, since a newer storebot may know more reasons than this one.
    pub reason: String,
    /// Plain words for people, without secrets: what is wrong, then what to do.
    pub message: String,
    /// What Kubernetes, Helm or a program of the shop said, without secrets. For events; never shown
    /// where plain words are expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Trouble {
    /// `what` is one sentence, with or without its full stop; what to do about the reason is added.
    #[must_use]
    pub fn new(reason: Reason, what: impl AsRef<str>) -> Self {
        let what = what.as_ref().trim();
        let stop = if what.ends_with(['.', '!', '?', '…']) { "" } else { "." };
        let message = format!("{what}{stop} {}", reason.advice());
        Self { reason: reason.as_str().to_owned(), message, detail: None }
    }

    /// With the raw text behind the words: secrets are taken out and its end is kept.
    #[must_use]
    pub fn with_detail(mut self, raw: &str) -> Self {
        let masked = mask(raw.trim());
        let surplus = masked.len().saturating_sub(DETAIL_MAX);
        let from = (surplus..=masked.len()).find(|at| masked.is_char_boundary(*at)).unwrap_or(0);
        self.detail = Some(masked[from..].to_owned()).filter(|text| !text.is_empty());
        self
    }

    #[must_use]
    pub fn is(&self, reason: Reason) -> bool {
        self.reason == reason.as_str()
    }

    /// People would read the same. The raw text may differ: Kubernetes puts one trouble in other words
    /// from one look to the next.
    #[must_use]
    pub fn reads_like(&self, other: &Self) -> bool {
        (&self.reason, &self.message) == (&other.reason, &other.message)
    }

    /// What failed is the test order, and nothing before it.
    #[must_use]
    pub fn is_of_the_test_order(&self) -> bool {
        self.is(Reason::VerifyFailed) || self.is(Reason::NoProof)
    }
}

/// Each reason once: its name, its word, and what to do about it.
macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident, $word:literal, $advice:literal;)+) => {
        /// What troubles there are.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Reason {
            $($(#[$doc])* $name,)+
        }

        impl Reason {
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Kebab-case, stable, for programs: `image-not-found`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// What to do next, as a sentence. That it can be tried again is said with every failure.
            #[must_use]
            pub fn advice(self) -> &'static str {
                match self {
                    $(Self::$name => $advice,)+
                }
            }
        }
    };
}

reasons! {
    ImageNotFound, "image-not-found",
        "Ask an administrator to check the image's name and tag in the cell's values.";
    /// The registry is away or refuses for now.
    ImageUnavailable, "image-unavailable", "Ask an administrator to look at the image registry.";
    /// Of the store's namespace, not of the person.
    QuotaExceeded, "quota-exceeded",
        "Take a smaller plan, or ask an administrator to raise the quota in the cell's values.";
    /// Pod Security, an admission webhook or a ValidatingAdmissionPolicy.
    RefusedByAdmission, "refused-by-admission",
        "Ask an administrator to change that policy, or the cell's values to suit it.";
    /// An admission webhook that everything has to pass does not answer.
    AdmissionAway, "admission-away", "Ask an administrator to look at that webhook.";
    NoRoom, "no-room", "Take a smaller plan, or ask an administrator to add nodes.";
    VolumeNotBound, "volume-not-bound", "Ask an administrator to look at the cell's storage class.";
    CrashLoop, "crash-loop", "If it goes on, ask an administrator to look at the log of its pods.";
    OutOfMemory, "out-of-memory", "Take a bigger plan.";
    SetupFailed, "setup-failed", "If it fails again, ask an administrator to look at the log of its setup Job.";
    /// The test order could not be placed.
    VerifyFailed, "verify-failed", "If it fails again, ask an administrator to look at the log of its verify Job.";
    /// The test order ended without a proof.
    NoProof, "no-proof", "Ask an administrator whether the shop's image fits its chart.";
    LoginFailed, "login-failed", "Ask for a login again in a minute.";
    /// Workloads did not get ready, and nothing says why.
    NotReadyInTime, "not-ready-in-time", "Ask an administrator to look at the store's pods.";
    /// Neither of the steps took too long, but all of them together did.
    NotFinishedInTime, "not-finished-in-time", "Ask an administrator whether the cluster is overloaded.";
    NamespaceLeaving, "namespace-leaving", "Ask an administrator to remove what holds the namespace.";
    ClusterAway, "cluster-away", "It goes on by itself when the cluster is back.";
    ClusterFailed, "cluster-error", "If it goes on, ask an administrator to look at the cluster.";
    RefusedByCluster, "refused-by-cluster",
        "Ask an administrator to look at storebot's rights in the cluster and at the cell's values.";
    ValuesRefused, "values-refused", "Ask an administrator to correct the cell's value files.";
    /// Helm, a chart or a kubeconfig.
    HelmMissing, "helm-missing", "Ask an administrator to put it where storebot's workers run.";
    HelmFailed, "helm-failed", "If it goes on, ask an administrator to look at the events of the store.";
    /// Wanted to be as it was left, and it is not there.
    NotInstalled, "not-installed", "`/store upgrade` makes it whole.";
    ChartTooOld, "chart-too-old", "`/store upgrade` brings it up to date.";
    /// The record names a cell that this storebot does not have.
    CellNotConfigured, "cell-not-configured", "Ask an administrator to configure that cell again.";
    /// Each worker that took the store up died of it, as far as anybody can tell.
    WorkersEnded, "workers-ended", "Ask an administrator to look at the log of storebot's workers.";
    /// Somebody removed the shop, or what it runs on, in the cluster.
    Removed, "removed-in-cluster", "Nothing is made anew by itself; a retry does it.";
    /// Somebody scaled the shop, or what it runs on, to nothing.
    Stopped, "stopped-in-cluster", "Nothing is started by itself; a retry does it.";
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCS: &str = include_str!("../../docs/troubles.md");

    /// The table's rows, in cells.
    fn rows() -> Vec<Vec<&'static str>> {
        let rows = DOCS.lines().filter(|line| line.starts_with("| `"));
        rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
    }

    #[test]
    fn every_reason_stands_in_the_documentation_with_its_advice() {
        let documented: Vec<_> = rows().iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
        let known: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str().to_owned()).collect();
        assert_eq!(documented, known, "docs/troubles.md has one row for each reason, in the order of the code");
        for (reason, row) in Reason::ALL.iter().zip(rows()) {
            assert_eq!(row.len(), 4, "reason, when, words, what to do: {row:?}");
            assert_eq!(row[3], reason.advice(), "{}", row[0]);
        }
    }

    #[test]
    fn words_end_with_what_to_do() {
        let told = |what: &str| Trouble::new(Reason::OutOfMemory, what).message;
        assert_eq!(told("The memory is too small"), "The memory is too small. Take a bigger plan.");
        assert_eq!(told("The memory is too small. "), "The memory is too small. Take a bigger plan.");
    }

    #[test]
    fn raw_text_is_masked_and_bounded() {
        let trouble = Trouble::new(Reason::CrashLoop, "It crashes");
        assert_eq!(trouble.clone().with_detail(" \n").detail, None);
        let told = trouble.clone().with_detail("cannot reach mysql://shop:hush@database\n");
        assert_eq!(told.detail.as_deref(), Some("cannot reach mysql://***@database"));
        let long = trouble.clone().with_detail(&format!("{}end", "ü ".repeat(DETAIL_MAX))).detail.unwrap();
        assert!(long.len() <= DETAIL_MAX && long.ends_with("ü end"), "{}", long.len());
        assert!(trouble.reads_like(&told) && trouble != told);
    }

    #[test]
    fn a_trouble_of_before_still_reads() {
        let old: Trouble = serde_json::from_str(r#"{"reason":"of-tomorrow","message":"Words."}"#).unwrap();
        assert_eq!((old.reason.as_str(), old.detail.as_ref()), ("of-tomorrow", None));
        assert_eq!(serde_json::to_string(&old).unwrap(), r#"{"reason":"of-tomorrow","message":"Words."}"#);
    }
}
