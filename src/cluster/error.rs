//! What a failed call to Kubernetes means.

/// Why Kubernetes did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClusterError {
    /// No answer, or the answer that it cannot answer now.
    #[error("the cluster cannot be reached: {message}")]
    Unreachable { message: String },
    #[error("the cluster did not answer in time")]
    TimedOut,
    /// storebot's account may not do this, or a policy of the cluster does not allow it.
    #[error("the cluster refused: {message}")]
    Forbidden { message: String },
    /// Somebody else changed it first.
    #[error("changed meanwhile: {message}")]
    Conflict { message: String },
    /// A newer claim has written: whoever is told so has lost the store and must not go on.
    #[error("the namespace carries fence {theirs}, this worker {ours}")]
    Outrun { theirs: u64, ours: u64 },
    /// It tells of a wish that the ledger does not know: the ledger is of before.
    #[error("the namespace tells of wish {theirs}, the ledger of {ours}, as if it came from a backup")]
    Ahead { theirs: u64, ours: u64 },
    /// A list was read too slowly to be gone on with.
    #[error("the list has expired")]
    Expired,
    #[error("exists already")]
    Exists,
    #[error("not there")]
    NotFound,
    /// The namespace is being deleted.
    #[error("the namespace is being deleted")]
    Terminating,
    /// What was sent, read or configured does not make sense; it will not do so later.
    #[error("{message}")]
    Invalid { message: String },
    #[error("the cluster failed: {message}")]
    Other { message: String },
}

impl ClusterError {
    /// The cluster does not answer: nothing is known, and waiting is all there is to do.
    #[must_use]
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::TimedOut)
    }

    /// Worth looking again: somebody else has changed what is there, or what it was is not understood.
    /// Attempts are bounded anyway. The others say that the same will be refused again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Forbidden { message } => lacks_rights(message),
            Self::Invalid { .. } | Self::Outrun { .. } | Self::Ahead { .. } => false,
            _ => true,
        }
    }

    /// The namespace knows more than this worker, which must not go on.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        matches!(self, Self::Outrun { .. } | Self::Ahead { .. })
    }

    /// This account lacks a right, and no policy is in the way.
    pub(super) fn lacks_rights(&self) -> bool {
        matches!(self, Self::Forbidden { message } if lacks_rights(message))
    }

    pub(super) fn of(error: &kube::Error) -> Self {
        match error {
            kube::Error::Api(status) => Self::of_status(status),
            kube::Error::HyperError(_) | kube::Error::Service(_) | kube::Error::ReadEvents(_) => {
                Self::Unreachable { message: chain(error) }
            }
            // The body was cut off, or something between us and the API server answered.
            kube::Error::SerdeError(_) | kube::Error::FromUtf8(_) => Self::Unreachable { message: chain(error) },
            kube::Error::BuildRequest(_) | kube::Error::HttpError(_) => Self::Invalid { message: chain(error) },
            kube::Error::Auth(_) => Self::Forbidden { message: chain(error) },
            _ => Self::Other { message: chain(error) },
        }
    }

    fn of_status(status: &kube::core::Status) -> Self {
        let message = status.message.clone();
        let terminating = message.contains("because it is being terminated");
        match status.code {
            _ if terminating => Self::Terminating,
            401 | 403 => Self::Forbidden { message },
            404 => Self::NotFound,
            409 if status.reason == "AlreadyExists" => Self::Exists,
            409 => Self::Conflict { message },
            410 => Self::Expired,
            // Admission webhooks and policies may choose their own code.
            400..=499 if message.contains("denied the request") => Self::Forbidden { message },
            400..=499 if message.contains(" denied request: ") => Self::Forbidden { message },
            // The API server answers well; it is somebody else who does not.
            500 if message.contains("failed calling webhook") => Self::Other { message },
            400 | 405 | 406 | 413 | 415 | 422 => Self::Invalid { message },
            429 | 500..=503 => Self::Unreachable { message },
            504 => Self::TimedOut,
            _ => Self::Other { message },
        }
    }
}

/// Whether it is the account that may not, and not a policy that does not let something in. Somebody may
/// have forgotten to give it a right; but an API server that has just started says the same of everybody
/// until it has read its roles.
fn lacks_rights(message: &str) -> bool {
    message.contains("\" cannot ") || message.contains("Unauthorized")
}

/// An error with its causes: the outermost one of hyper says little.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_told_by_meaning() {
        let of = |code, reason, message: &str| {
            ClusterError::of(&kube::Error::Api(kube::core::Status::failure(message, reason).with_code(code).boxed()))
        };
        let message = || "m".to_owned();
        assert_eq!(of(403, "Forbidden", "m"), ClusterError::Forbidden { message: message() });
        assert_eq!(of(403, "Forbidden", "no: because it is being terminated"), ClusterError::Terminating);
        assert_eq!(of(404, "NotFound", "m"), ClusterError::NotFound);
        assert_eq!(of(409, "AlreadyExists", "m"), ClusterError::Exists);
        assert_eq!(of(409, "Conflict", "m"), ClusterError::Conflict { message: message() });
        assert_eq!(of(422, "Invalid", "m"), ClusterError::Invalid { message: message() });
        assert!(matches!(of(400, "", "admission webhook \"x\" denied the request"), ClusterError::Forbidden { .. }));
        assert_eq!(of(410, "Expired", "m"), ClusterError::Expired);
        let policy = "ValidatingAdmissionPolicy 'x' with binding 'y' denied request: no";
        assert!(matches!(of(422, "Invalid", policy), ClusterError::Forbidden { .. }));
        assert!(matches!(of(500, "", "failed calling webhook \"x\": EOF"), ClusterError::Other { .. }));
        let rights = of(403, "Forbidden", "pods is forbidden: User \"bob\" cannot list resource \"pods\"");
        assert!(rights.is_transient() && of(401, "Unauthorized", "Unauthorized").is_transient());
        assert!(!of(403, "Forbidden", "pods \"x\" is forbidden: exceeded quota").is_transient());
        assert_eq!(of(429, "", "m"), ClusterError::Unreachable { message: message() });
        assert_eq!(of(503, "", "m"), ClusterError::Unreachable { message: message() });
        assert_eq!(of(504, "Timeout", "m"), ClusterError::TimedOut);
    }
}
