//! What a failed run of Helm means. Helm ends with code 1 whatever happened, so the text on stderr is
//! all there is besides the release's Secret; the rules hold for Helm 4.1 to 4.3 and were collected
//! from real failures.

/// Longest message kept; Pod Security's complaints about one container have about 500 characters.
const MESSAGE_MAX: usize = 1000;

/// Why Helm did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HelmError {
    /// Another operation holds the release, or one died and left it so: the release's state tells.
    #[error("another Helm operation holds the release")]
    Locked,
    /// The chart's schema or templates do not accept the values; the same values never will be.
    #[error("the chart does not accept its values: {message}")]
    Values { message: String },
    /// The cluster does not accept what the chart makes: rights, quota, Pod Security, an admission
    /// webhook, or an object that is somebody else's.
    #[error("the cluster refused: {message}")]
    Refused { message: String },
    #[error("the cluster cannot be reached: {message}")]
    Unreachable { message: String },
    /// An admission webhook, which the API server asks before it lets anything in, does not answer.
    #[error("an admission webhook does not answer: {message}")]
    WebhookAway { message: String },
    /// The namespace is being deleted.
    #[error("the namespace is being deleted")]
    Terminating,
    #[error("Helm took too long: {message}")]
    TimedOut { message: String },
    /// Because it was asked to.
    #[error("Helm was stopped")]
    Stopped,
    /// There is no such release, or no such namespace.
    #[error("not found: {message}")]
    NotFound { message: String },
    /// Something is not installed or not configured: Helm, a chart, a kubeconfig. Says what to do.
    #[error("{what}")]
    Missing { what: String },
    #[error("Helm failed: {message}")]
    Other { message: String },
}

impl HelmError {
    /// Worth another run: things may have changed by then, or what it was is not understood. Attempts
    /// are bounded anyway. The others say that the same will be refused again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused { message } => lacks_rights(message),
            Self::Values { .. } => false,
            _ => true,
        }
    }

    /// One word for metrics and logs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::Values { .. } => "values",
            Self::Refused { .. } => "refused",
            Self::Unreachable { .. } => "unreachable",
            Self::WebhookAway { .. } => "webhook_away",
            Self::Terminating => "terminating",
            Self::TimedOut { .. } => "timed_out",
            Self::Stopped => "stopped",
            Self::NotFound { .. } => "not_found",
            Self::Missing { .. } => "missing",
            Self::Other { .. } => "other",
        }
    }
}

#[derive(Clone, Copy)]
enum Meaning {
    Locked,
    Values,
    Refused,
    Unreachable,
    WebhookAway,
    Terminating,
    TimedOut,
    Stopped,
    NotFound,
    Missing,
    Other,
}

/// From the particular to the general, the first match counts. All words of a rule must occur; the
/// text is in lower case.
const RULES: &[(Meaning, &[&str])] = &[
    (Meaning::Locked, &["another operation (install/upgrade/rollback) is in progress"]),
    (Meaning::Locked, &["release: already exists"]),
    (Meaning::Locked, &["sh.helm.release.v1.", "already exists"]),
    (Meaning::Locked, &["cannot reuse a name that is still in use"]),
    // What an interrupted uninstall leaves; it is cured like any other stale lock.
    (Meaning::Locked, &["has no deployed releases"]),
    (Meaning::Terminating, &["because it is being terminated"]),
    (Meaning::Missing, &["kubernetes cluster unreachable: stat ", "no such file"]),
    (Meaning::Missing, &["kubernetes cluster unreachable: context ", "does not exist"]),
    (Meaning::Missing, &["error: path ", " not found"]),
    (Meaning::Missing, &["chart.yaml file is missing"]),
    (Meaning::Missing, &["missing in charts/ directory"]),
    (Meaning::Values, &["don't meet the specifications of the schema"]),
    (Meaning::Values, &["unable to validate schema"]),
    (Meaning::Values, &["execution error at ("]),
    (Meaning::Values, &["parse error at ("]),
    (Meaning::Values, &["yaml parse error on"]),
    (Meaning::Values, &["template: ", "error calling"]),
    (Meaning::Values, &["template: ", "executing"]),
    (Meaning::WebhookAway, &["failed calling webhook"]),
    // The quota's controller has not counted a new namespace yet.
    (Meaning::Other, &["is forbidden: status unknown for quota"]),
    (Meaning::Other, &["the object has been modified"]),
    (Meaning::Refused, &["is forbidden: "]),
    (Meaning::Refused, &["exceeded quota"]),
    (Meaning::Refused, &["admission webhook", "denied"]),
    (Meaning::Refused, &["validatingadmissionpolicy", "denied request"]),
    (Meaning::Refused, &["exists and cannot be imported into the current release"]),
    (Meaning::Refused, &["conflict occurred while applying"]),
    (Meaning::Refused, &["failed to create typed patch object"]),
    (Meaning::Refused, &["no matches for kind"]),
    (Meaning::Refused, &[" is invalid: "]),
    (Meaning::Refused, &["asked for the client to provide credentials"]),
    (Meaning::Refused, &["unauthorized"]),
    (Meaning::Unreachable, &["kubernetes cluster unreachable"]),
    (Meaning::Unreachable, &["connection refused"]),
    (Meaning::Unreachable, &["connection reset"]),
    (Meaning::Unreachable, &["broken pipe"]),
    (Meaning::Unreachable, &["no such host"]),
    (Meaning::Unreachable, &["no route to host"]),
    (Meaning::Unreachable, &["network is unreachable"]),
    (Meaning::Unreachable, &["i/o timeout"]),
    (Meaning::Unreachable, &["tls handshake timeout"]),
    (Meaning::Unreachable, &["unexpected eof"]),
    (Meaning::Unreachable, &[": eof"]),
    (Meaning::Unreachable, &["client connection lost"]),
    (Meaning::Unreachable, &["server sent goaway"]),
    (Meaning::Unreachable, &["server is currently unable to handle the request"]),
    (Meaning::Unreachable, &["too many requests"]),
    (Meaning::Unreachable, &["internal error occurred"]),
    (Meaning::Unreachable, &["etcdserver: "]),
    (Meaning::TimedOut, &["context deadline exceeded"]),
    (Meaning::TimedOut, &["timed out"]),
    (Meaning::TimedOut, &["client.timeout exceeded"]),
    (Meaning::Stopped, &["context canceled"]),
    (Meaning::NotFound, &["release: not found"]),
    (Meaning::NotFound, &["namespaces \"", "\" not found"]),
];

/// Names the failure that Helm described on stderr. Total: any text has some meaning.
#[must_use]
pub fn classify(stderr: &str) -> HelmError {
    let message = reason(stderr);
    let text = message.to_lowercase();
    let rule = RULES.iter().find(|(_, words)| words.iter().all(|word| text.contains(word)));
    let message = message.strip_prefix("Error: ").map(str::to_owned).unwrap_or(message);
    match rule.map_or(Meaning::Other, |(meaning, _)| *meaning) {
        Meaning::Locked => HelmError::Locked,
        Meaning::Values => HelmError::Values { message },
        Meaning::Refused => HelmError::Refused { message },
        Meaning::Unreachable => HelmError::Unreachable { message },
        Meaning::WebhookAway => HelmError::WebhookAway { message },
        Meaning::Terminating => HelmError::Terminating,
        Meaning::TimedOut => HelmError::TimedOut { message },
        Meaning::Stopped => HelmError::Stopped,
        Meaning::NotFound => HelmError::NotFound { message },
        Meaning::Missing => HelmError::Missing { what: message },
        Meaning::Other => HelmError::Other { message },
    }
}

/// Whether it is the account that may not. An API server that has just started says so of everybody until
/// it has read its roles.
fn lacks_rights(message: &str) -> bool {
    let text = message.to_lowercase();
    ["\" cannot ", "unauthorized", "asked for the client to provide credentials"]
        .iter()
        .any(|words| text.contains(words))
}

/// Helm's last `Error:` with the lines that belong to it, on one line, bounded; without one, all
/// that was said.
fn reason(stderr: &str) -> String {
    let from = if stderr.starts_with("Error: ") { Some(0) } else { None };
    let from = stderr.rfind("\nError: ").map(|at| at + 1).or(from);
    let text = stderr.get(from.unwrap_or(0)..).unwrap_or_default();
    let text =
        text.replacen("Error: UPGRADE FAILED: ", "Error: ", 1).replacen("Error: INSTALLATION FAILED: ", "Error: ", 1);
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        line.push_str("it said nothing");
    }
    if let Some((at, _)) = line.char_indices().nth(MESSAGE_MAX) {
        line.truncate(at);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_that_is_lacking_may_be_there_later() {
        let refused = |text: &str| classify(&format!("Error: {text}"));
        let rights = refused("secrets is forbidden: User \"bob\" cannot list resource \"secrets\"");
        assert!(matches!(rights, HelmError::Refused { .. }) && rights.is_transient());
        assert!(refused("the server has asked for the client to provide credentials").is_transient());
        assert!(!refused("pods \"x\" is forbidden: exceeded quota: store").is_transient());
    }

    /// What Helm 4.2.4 said on a real API server (where it could be brought about there), and its meaning.
    const SAID: &[(&str, &str)] = &[
        ("locked", "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress"),
        ("locked", "Error: release: already exists"),
        ("locked", "Error: UPGRADE FAILED: \"store\" has no deployed releases"),
        (
            "values",
            "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nmedusa:\n\
             - at '/replicas': minimum: got 0, want 1\n- at '': additional properties 'extra' not allowed\n",
        ),
        ("values", "Error: execution error at (medusa/templates/a.yaml:1:25): plan is missing"),
        (
            "refused",
            "Error: query: failed to query with labels: secrets is forbidden: User \"bob\" cannot list resource \
             \"secrets\" in API group \"\" in the namespace \"store-x\"",
        ),
        (
            "refused",
            "Error: server-side apply failed for object store-x/p /v1, Kind=Pod: pods \"p\" is forbidden: violates \
             PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false",
        ),
        (
            "refused",
            "Error: server-side apply failed for object store-x/p /v1, Kind=Pod: pods \"p\" is forbidden: exceeded \
             quota: q, requested: pods=1, used: pods=0, limited: pods=0",
        ),
        (
            "refused",
            "Error: server-side apply failed for object store-x/p apps/v1, Kind=Deployment: failed to create typed \
             patch object (store-x/p; apps/v1, Kind=Deployment): .spec.replicas: expected numeric, got string",
        ),
        (
            "refused",
            "Error: server-side apply failed for object store-x/p /v1, Kind=Service: Service \"p\" is invalid: \
             spec.ports[0].port: Invalid value: 70000",
        ),
        (
            "refused",
            "Error: unable to continue with install: ConfigMap \"thing\" in namespace \"store-x\" exists and cannot \
             be imported into the current release: invalid ownership metadata",
        ),
        (
            "refused",
            "Error: unable to build kubernetes objects from release manifest: resource mapping not found for name: \
             \"thing\" namespace: \"\" from \"\": no matches for kind \"Foo\" in version \"v1\"\nensure CRDs are \
             installed first",
        ),
        ("refused", "Error: admission webhook \"policy.example\" denied the request: no"),
        (
            "refused",
            "Error: server-side apply failed for object store-x/shop apps/v1, Kind=Deployment: \
             ValidatingAdmissionPolicy 'no-tea' with binding 'all' denied request: no tea",
        ),
        (
            "webhook_away",
            "Error: UPGRADE FAILED: Internal error occurred: failed calling webhook \"policy.example\": connection refused",
        ),
        (
            "unreachable",
            "Error: kubernetes cluster unreachable: Get \"https://127.0.0.1:1/version\": dial tcp 127.0.0.1:1: \
             connect: connection refused",
        ),
        ("unreachable", "Error: UPGRADE FAILED: Get \"https://10.0.0.1/api\": net/http: TLS handshake timeout"),
        (
            "terminating",
            "Error: UPGRADE FAILED: create: failed to create: secrets \"sh.helm.release.v1.store.v3\" is forbidden: \
             unable to create new content in namespace store-x because it is being terminated",
        ),
        (
            "timed_out",
            "level=WARN msg=\"upgrade failed\" name=store error=\"pre-upgrade hooks failed\"\nError: UPGRADE FAILED: \
             pre-upgrade hooks failed: resource Pod/store-x/hook not ready. status: InProgress\ncontext deadline exceeded",
        ),
        ("stopped", "Error: context canceled"),
        ("not_found", "Error: uninstall: Release not loaded: store: release: not found"),
        ("not_found", "Error: create: failed to create: namespaces \"store-x\" not found"),
        ("missing", "Error: path \"/charts/medusa\" not found"),
        ("missing", "Error: kubernetes cluster unreachable: stat /etc/kubeconfig: no such file or directory"),
        ("missing", "Error: kubernetes cluster unreachable: context \"east\" does not exist"),
        ("other", "Error: unknown flag: --nonsense"),
        ("other", "Error: pods \"p\" is forbidden: status unknown for quota: q, resources: pods"),
        ("other", ""),
    ];

    #[test]
    fn each_failure_has_its_meaning() {
        for (kind, stderr) in SAID {
            assert_eq!(classify(stderr).kind(), *kind, "{stderr}");
        }
    }

    #[test]
    fn a_message_is_the_last_error_on_one_line() {
        let stderr = "level=WARN msg=\"Error: no\"\nError: UPGRADE FAILED: values don't meet the specifications of \
                      the schema(s):\nshop:\n- at '/a': no\n";
        let message = "values don't meet the specifications of the schema(s): shop: - at '/a': no".to_owned();
        assert_eq!(classify(stderr), HelmError::Values { message });
    }

    #[test]
    fn warnings_do_not_decide() {
        let stderr = "level=WARN msg=\"connection refused, trying again\"\nError: unknown flag: --x";
        assert_eq!(classify(stderr), HelmError::Other { message: "unknown flag: --x".to_owned() });
    }

    #[test]
    fn a_message_is_bounded() {
        let HelmError::Other { message } = classify(&"ü ".repeat(20_000)) else { panic!("no meaning") };
        assert_eq!(message.chars().count(), MESSAGE_MAX + 1);
    }
}
