//! What is wanted of a store: the half of its record that commands write.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Want {
    Present,
    /// There, with all its data, and nothing of it runs.
    Asleep,
    Absent,
}

impl Want {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Asleep => "asleep",
            Self::Absent => "absent",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Present, Self::Asleep, Self::Absent].into_iter().find(|w| w.as_str() == text)
    }
}

/// What the newest generation asks of a store that is to be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// The release as its chart and values are today, proven. Where it is so already, nothing.
    #[default]
    Install,
    /// The same after a failure: a new revision even where nothing else has changed.
    Reinstall,
    /// The release as it stands, proven anew.
    Verify,
}

impl Task {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Reinstall => "reinstall",
            Self::Verify => "verify",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Install, Self::Reinstall, Self::Verify].into_iter().find(|t| t.as_str() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desired {
    /// Grows with each command. A result of the worker holds for the generation it looked at.
    pub generation: u64,
    pub want: Want,
    /// Means nothing for a store that is to be asleep or absent. Records of before it was kept were all made
    /// by a create.
    #[serde(default)]
    pub task: Task,
    /// Of a store that is to be absent: nothing is done about it before, and until then it can be taken back.
    /// Gone once a worker has begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// The end of its lease, where it was extended since it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_to: Option<Timestamp>,
    /// Its lease has ended: it sleeps, and is removed then unless it is extended before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removes_at: Option<Timestamp>,
    /// It is not paid for: it is put to sleep then, and sleeps until it is resumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sleeps_at: Option<Timestamp>,
}

impl Desired {
    #[must_use]
    pub fn new(generation: u64, want: Want, task: Task) -> Self {
        Self { generation, want, task, not_before: None, extended_to: None, removes_at: None, sleeps_at: None }
    }
}
