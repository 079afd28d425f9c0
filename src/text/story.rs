//! What happens to a store, told in one message.

use crate::domain::record::Record;

/// Where the store stands, in one line.
#[must_use]
pub fn headline(record: &Record) -> String {
    record.phase().as_str().to_owned()
}
