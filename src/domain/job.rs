//! The one message the worker gets.

use super::store::StoreId;

/// Version written into each job. A worker sets aside jobs of a version it does not know.
pub const JOB_VERSION: u32 = 1;

/// "Look at this store." Never "do step 3": what is to be done follows from the store's record and
/// from what the worker finds, so a job may come twice, late or out of order without harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub store: StoreId,
    /// Id of the stream entry that carried it; acknowledged together with the result.
    pub entry: String,
}
