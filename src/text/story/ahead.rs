//! What is known of the time that is to come, for a page that shows it in its own way.

use jiff::Timestamp;

use super::steps::{Progress, progress_of};
use super::{Sight, is_begun, look_again};
use crate::domain::record::{Record, Want};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ahead {
    /// Its place in line for a worker, from 1, while none has taken it up.
    pub place: Option<u64>,
    pub progress: Option<Progress>,
    /// When to look again although nothing has happened to the store.
    pub changes_at: Option<Timestamp>,
}

#[must_use]
pub fn ahead(record: &Record, sight: &Sight) -> Ahead {
    if let Some(at) = record.desired.not_before.filter(|at| *at > sight.now) {
        // A deletion that can be taken back until then.
        return Ahead { changes_at: Some(at), ..Ahead::default() };
    }
    if record.phase().is_end() {
        return Ahead::default();
    }
    if !is_begun(record) {
        let changes_at = sight.place.map(|place| look_again(sight.now, place));
        return Ahead { place: sight.place, changes_at, ..Ahead::default() };
    }
    if record.desired.want != Want::Present || record.observed.untouched {
        return Ahead::default();
    }
    let progress = progress_of(record, sight);
    let changes_at = progress.and_then(|progress| progress.arrival?.changes_at());
    Ahead { place: None, progress, changes_at }
}
