//! The operations about rights and limits: quota, overview, requests for approval, audit. Apart from
//! [`api`](super::api) by their paths, which the generator keeps whole.

use std::sync::Arc;

use poem::Request;
use poem::http::header::ACCEPT;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

use super::answers::{ApprovalFound, Approvals, ApprovedStore, Counted, Overviewed};
use super::api::{State, Tag};
use super::audited::{Audited, wants_csv};
use super::caller::Caller;
use super::dto::Store;
use super::governed::{Approval, ApprovalList, Approved};
use super::payload::Json;
use super::shape::{EventId, Time, Word};
use super::translate::{self, AuditQuery};
use crate::domain::actor::Door;
use crate::domain::approval::Verdict;
use crate::domain::command::CommandKind;
use crate::inbound;

#[derive(Clone)]
pub(super) struct Govern(pub(super) Arc<State>);

#[OpenApi]
impl Govern {
    /// Your own limits and use
    ///
    /// With those of the organisation you act for.
    #[oai(path = "/v1/quota", method = "get", operation_id = "getQuota", tag = "Tag::Quota")]
    async fn quota(&self, caller: Caller) -> poem::Result<Counted> {
        let quota = self.0.commands.quota(caller.asker()).await?;
        Ok(Counted::Quota(Json(quota.into())))
    }

    /// Count stores
    ///
    /// By phase and engine: all of them for administrators, with the line and the cells; your own otherwise.
    #[oai(path = "/v1/overview", method = "get", operation_id = "getOverview", tag = "Tag::Quota")]
    async fn overview(&self, caller: Caller) -> poem::Result<Overviewed> {
        let counts = self.0.commands.overview(caller.asker()).await?;
        Ok(Overviewed::Counts(Json(counts.into())))
    }

    /// List requests that wait
    ///
    /// For more than a quota allows: those you may decide about, and your own.
    #[oai(path = "/v1/approvals", method = "get", operation_id = "listApprovals", tag = "Tag::Approvals")]
    async fn list_approvals(&self, caller: Caller) -> poem::Result<Approvals> {
        let waiting = self.0.commands.approvals(caller.asker()).await?;
        let items = waiting.into_iter().map(|asked| Approval::from((asked, Verdict::Waiting))).collect();
        Ok(Approvals::Waiting(Json(ApprovalList { items })))
    }

    /// Look at a request
    ///
    /// Also after it was decided, for some days.
    #[oai(path = "/v1/approvals/:approval", method = "get", operation_id = "getApproval", tag = "Tag::Approvals")]
    async fn get_approval(
        &self,
        caller: Caller,
        /// Id of the request.
        approval: Path<String>,
    ) -> poem::Result<ApprovalFound> {
        let found = self.0.commands.approval(caller.asker(), &approval.0).await?;
        Ok(ApprovalFound::Found(Json(found.into())))
    }

    /// Approve a request
    ///
    /// The store is made for whoever asked, whatever their quota says. For approvers of the same organisation
    /// and administrators; nobody but an administrator approves their own.
    #[oai(
        path = "/v1/approvals/:approval/approve",
        method = "post",
        operation_id = "approveRequest",
        tag = "Tag::Approvals"
    )]
    async fn approve(
        &self,
        caller: Caller,
        /// Id of the request.
        approval: Path<String>,
    ) -> poem::Result<ApprovedStore> {
        let state = &self.0;
        let (asked, outcome) = inbound::approve(&state.commands, &state.metrics, caller.asker(), &approval.0).await?;
        let verdict = Verdict::Approved { by: caller.actor.id.clone(), store: Some(outcome.store.id.clone()) };
        let location = format!("/v1/stores/{}", outcome.store.id);
        let approved = Approved { approval: (asked, verdict).into(), store: Store::from(&outcome.store) };
        Ok(ApprovedStore::Accepted(Json(approved), location))
    }

    /// Deny a request
    ///
    /// Or take back your own.
    #[oai(path = "/v1/approvals/:approval/deny", method = "post", operation_id = "denyRequest", tag = "Tag::Approvals")]
    async fn deny(
        &self,
        caller: Caller,
        /// Id of the request.
        approval: Path<String>,
    ) -> poem::Result<ApprovalFound> {
        let state = &self.0;
        let asked = inbound::deny(&state.commands, &state.metrics, caller.asker(), &approval.0).await?;
        let verdict = Verdict::Denied { by: caller.actor.id.clone() };
        Ok(ApprovalFound::Found(Json((asked, verdict).into())))
    }

    /// Who did what
    ///
    /// For administrators. With `Accept: text/csv` as a table. Every command is here, accepted or refused, with
    /// who asked through which door and from where; secrets and bodies never are.
    #[expect(clippy::too_many_arguments, reason = "to the generator each query parameter is an argument")]
    #[oai(path = "/v1/audit", method = "get", operation_id = "getAudit", tag = "Tag::Audit")]
    async fn audit(
        &self,
        caller: Caller,
        request: &Request,
        /// Only of this actor.
        actor: Query<Option<String>>,
        /// Only this command.
        command: Query<Option<Word<CommandKind>>>,
        /// Only through this door.
        door: Query<Option<Word<Door>>>,
        /// Only about the store with this id or name.
        store: Query<Option<String>>,
        /// Only with this result: `accepted`, or the kind of a refusal.
        result: Query<Option<String>>,
        /// Only from this moment on.
        since: Query<Option<Word<Time>>>,
        /// Only up to this moment.
        until: Query<Option<Word<Time>>>,
        /// Entries on a page; 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "1000")))]
        limit: Query<Option<u32>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<Word<EventId>>>,
    ) -> poem::Result<Audited> {
        let query = AuditQuery {
            actor: actor.0,
            command: command.0,
            door: door.0,
            store: store.0,
            result: result.0,
            since: since.0,
            until: until.0,
            limit: limit.0,
            cursor: cursor.0.map(Word::into),
        };
        let page = self.0.commands.audit(caller.asker(), &translate::audit(query)?).await?;
        Ok(Audited::new(page, wants_csv(request.header(ACCEPT))))
    }
}
