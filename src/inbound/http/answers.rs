//! What each operation answers when all is well: status, body and headers. What goes wrong is a
//! [`Problem`](super::problem), whichever operation it was.

use poem_openapi::ApiResponse;

use super::delivered::{DeliveryList, Replay};
use super::dto::{CreatedStore, Credentials, DeliveryAccepted, DeliveryIgnored, Health, Store, StoreList};
use super::followed::{DeadLetterList, Pods, Redrive};
use super::governed::{Approval, ApprovalList, Approved, Overview, Quota};
use super::payload::Json;

#[derive(ApiResponse)]
pub(super) enum Accepted {
    /// Accepted. The store as it stands now; what was asked happens by itself.
    #[oai(status = 202)]
    Accepted(
        Json<Store>,
        /// Where to follow the store.
        #[oai(header = "Location")]
        String,
        /// The store's version.
        #[oai(header = "ETag")]
        String,
    ),
}

#[derive(ApiResponse)]
pub(super) enum Created {
    /// Accepted. The store as it stands now; it gets ready by itself.
    #[oai(status = 202)]
    Accepted(
        Json<CreatedStore>,
        /// Where to follow the store.
        #[oai(header = "Location")]
        String,
        /// The store's version.
        #[oai(header = "ETag")]
        String,
    ),
}

#[derive(ApiResponse)]
pub(super) enum Overviewed {
    /// Counts of stores.
    #[oai(status = 200)]
    Counts(Json<Overview>),
}

#[derive(ApiResponse)]
pub(super) enum Approvals {
    /// Requests that wait.
    #[oai(status = 200)]
    Waiting(Json<ApprovalList>),
}

#[derive(ApiResponse)]
pub(super) enum ApprovalFound {
    /// The request, and where it stands.
    #[oai(status = 200)]
    Found(Json<Approval>),
}

#[derive(ApiResponse)]
pub(super) enum ApprovedStore {
    /// Approved. The store gets ready by itself.
    #[oai(status = 202)]
    Accepted(
        Json<Approved>,
        /// Where to follow the store.
        #[oai(header = "Location")]
        String,
    ),
}

#[derive(ApiResponse)]
#[expect(clippy::large_enum_variant, reason = "made once per request and moved straight into the answer")]
pub(super) enum Found {
    /// The store.
    #[oai(status = 200)]
    Found(
        Json<Store>,
        /// The store's version.
        #[oai(header = "ETag")]
        String,
    ),
    /// The store has not changed since the version in `If-None-Match`.
    #[oai(status = 304)]
    NotModified(
        /// The store's version.
        #[oai(header = "ETag")]
        String,
    ),
}

#[derive(ApiResponse)]
pub(super) enum Listed {
    /// A page of stores, newest first.
    #[oai(status = 200)]
    Page(Json<StoreList>),
}

#[derive(ApiResponse)]
pub(super) enum Running {
    /// What runs for the store, as it is now.
    #[oai(status = 200)]
    Pods(Json<Pods>),
}

#[derive(ApiResponse)]
pub(super) enum Letters {
    /// A page of dead letters, newest first.
    #[oai(status = 200)]
    Page(Json<DeadLetterList>),
}

#[derive(ApiResponse)]
pub(super) enum Redriven {
    /// The letter is off the list; what follows happens by itself.
    #[oai(status = 202)]
    Accepted(Json<Redrive>),
}

#[derive(ApiResponse)]
pub(super) enum Shown {
    /// The login, shown this once.
    #[oai(status = 200)]
    Login(
        Json<Credentials>,
        /// `no-store`: it is nobody else's.
        #[oai(header = "Cache-Control")]
        String,
    ),
}

#[derive(ApiResponse)]
pub(super) enum Counted {
    /// The caller's own limit and use.
    #[oai(status = 200)]
    Quota(Json<Quota>),
}

#[derive(ApiResponse)]
pub(super) enum Delivered {
    /// The event asks for nothing here; do not send it again.
    #[oai(status = 200)]
    Ignored(Json<DeliveryIgnored>),
    /// The event became a command.
    #[oai(status = 202)]
    Accepted(Json<DeliveryAccepted>),
}

#[derive(ApiResponse)]
pub(super) enum Deliveries {
    /// A page of deliveries, newest first.
    #[oai(status = 200)]
    Page(Json<DeliveryList>),
}

#[derive(ApiResponse)]
pub(super) enum Replayed {
    /// It was judged again, or is being sent again.
    #[oai(status = 202)]
    Accepted(Json<Replay>),
}

#[derive(ApiResponse)]
pub(super) enum Alive {
    /// The process runs.
    #[oai(status = 200)]
    Ok(Json<Health>),
}

#[derive(ApiResponse)]
pub(super) enum Healthy {
    /// All is well.
    #[oai(status = 200)]
    Ok(Json<Health>),
    /// Something that is needed is missing; commands cannot be accepted.
    #[oai(status = 503)]
    Not(Json<Health>),
}
