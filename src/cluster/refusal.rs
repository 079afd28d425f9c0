//! What the API server does not let in by a rule, in plain words: a quota, a policy, or a webhook that
//! does not answer. Its sentences are the same whoever asked: Helm, a controller that makes pods, or we.
//! Pure.

use super::trouble::{Finding, finding};
use crate::domain::mask::shown;
use crate::domain::trouble::Reason;

/// Reads the API server's answer about `what`. `None`: it says something else.
#[must_use]
pub fn refusal(what: &str, text: &str) -> Option<Finding> {
    quota(what, text).or_else(|| policy(what, text)).or_else(|| webhook_away(text))
}

/// `… exceeded quota: store, requested: pods=1, used: pods=0, limited: pods=0`
fn quota(what: &str, text: &str) -> Option<Finding> {
    let (_, told) = text.split_once("exceeded quota: ")?;
    let each = shortages(told);
    let why = if each.is_empty() { shown(told) } else { each.join("; ") };
    let message = format!("There is no room in the store's quota for {what}: {why}");
    Some(finding(Reason::QuotaExceeded, &message, text, true))
}

/// For each resource that is short: `CPU: 100m more is asked for, and 1950m of 2 are taken`.
fn shortages(told: &str) -> Vec<String> {
    let part = |name: &str| {
        let (_, rest) = told.split_once(&format!(", {name}: "))?;
        // The next part begins with a blank after its comma; within a part there is none.
        Some(rest.split(", ").next().unwrap_or(rest))
    };
    let (Some(asked), Some(used), Some(most)) = (part("requested"), part("used"), part("limited")) else {
        return Vec::new();
    };
    let of = |list: &str, key: &str| {
        let mut pairs = list.split(',').filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| *name == key).map(|(_, amount)| amount.trim().to_owned())
    };
    let pairs = asked.split(',').filter_map(|pair| pair.split_once('='));
    let told = pairs.filter_map(|(key, amount)| {
        let (used, most) = (of(used, key)?, of(most, key)?);
        Some(format!("{}: {amount} more is asked for, and {used} of {most} are taken", resource(key)))
    });
    told.collect()
}

fn resource(key: &str) -> &str {
    match key {
        "requests.cpu" | "cpu" => "CPU",
        "requests.memory" | "memory" => "memory",
        "limits.cpu" => "limits of CPU",
        "limits.memory" => "limits of memory",
        "persistentvolumeclaims" => "volumes",
        "requests.storage" => "disk",
        other => other,
    }
}

fn policy(what: &str, text: &str) -> Option<Finding> {
    let (name, why) = pod_security(text).or_else(|| webhook(text)).or_else(|| admission_policy(text))?;
    let why = shown(why);
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    let message = format!("A policy of the cluster ({name}) refuses {what}{why}");
    Some(finding(Reason::RefusedByAdmission, &message, text, true))
}

/// `… violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (…)`
fn pod_security(text: &str) -> Option<(&str, &str)> {
    let (_, told) = text.split_once("violates PodSecurity ")?;
    let (_, why) = told.split_once("\": ").unwrap_or(("", told));
    Some(("Pod Security", why))
}

/// `admission webhook "policy.example" denied the request: no`
fn webhook(text: &str) -> Option<(&str, &str)> {
    let (_, told) = text.split_once("admission webhook \"")?;
    let (name, told) = told.split_once('"')?;
    let why = told.trim_start().strip_prefix("denied the request")?;
    Some((name, why.strip_prefix(':').unwrap_or("")))
}

/// `… ValidatingAdmissionPolicy 'no-root' with binding 'all' denied request: no`
fn admission_policy(text: &str) -> Option<(&str, &str)> {
    let (_, told) = text.split_once("ValidatingAdmissionPolicy '")?;
    let (name, told) = told.split_once('\'')?;
    let (_, why) = told.split_once("denied request")?;
    Some((name, why.strip_prefix(':').unwrap_or("")))
}

/// `Internal error occurred: failed calling webhook "policy.example": …`
fn webhook_away(text: &str) -> Option<Finding> {
    let (_, told) = text.split_once("failed calling webhook \"")?;
    let name = told.split('"').next().unwrap_or_default();
    let message =
        format!("The cluster lets nothing in without asking the webhook {name}, and that one does not answer");
    Some(finding(Reason::AdmissionAway, &message, text, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        refusal("Deployment shop", text).map_or_else(String::new, |found| {
            assert!(found.trouble.detail.is_some());
            let what = found.trouble.message.split_inclusive(". ").next().unwrap_or_default().trim_end();
            format!("{} {}: {what}", if found.terminal { "ends" } else { "holds" }, found.trouble.reason)
        })
    }

    /// What a real API server says.
    #[test]
    fn each_refusal_has_its_words() {
        let said = [
            "pods \"a\" is forbidden: exceeded quota: store, requested: limits.cpu=1,requests.cpu=100m, used: \
             limits.cpu=3500m,requests.cpu=1950m, limited: limits.cpu=4,requests.cpu=2",
            "persistentvolumeclaims \"a\" is forbidden: exceeded quota: store, requested: persistentvolumeclaims=1, \
             used: persistentvolumeclaims=5, limited: persistentvolumeclaims=5",
            "exceeded quota: store",
            "pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false",
            "admission webhook \"policy.example\" denied the request: no tea here",
            "admission webhook \"policy.example\" denied the request without explanation",
            "deployments.apps \"shop\" is forbidden: ValidatingAdmissionPolicy 'no-tea' with binding 'all' denied \
             request: no tea here",
            "Internal error occurred: failed calling webhook \"policy.example\": failed to call webhook: Post \
             \"https://policy.example:443/\": dial tcp: connect: connection refused",
            "deployments.apps \"shop\" is forbidden: User \"bob\" cannot patch resource \"deployments\"",
        ];
        insta::assert_snapshot!(said.map(told).join("\n"), @r#"
        ends quota-exceeded: There is no room in the store's quota for Deployment shop: limits of CPU: 1 more is asked for, and 3500m of 4 are taken; CPU: 100m more is asked for, and 1950m of 2 are taken.
        ends quota-exceeded: There is no room in the store's quota for Deployment shop: volumes: 1 more is asked for, and 5 of 5 are taken.
        ends quota-exceeded: There is no room in the store's quota for Deployment shop: store.
        ends refused-by-admission: A policy of the cluster (Pod Security) refuses Deployment shop: allowPrivilegeEscalation != false.
        ends refused-by-admission: A policy of the cluster (policy.example) refuses Deployment shop: no tea here.
        ends refused-by-admission: A policy of the cluster (policy.example) refuses Deployment shop.
        ends refused-by-admission: A policy of the cluster (no-tea) refuses Deployment shop: no tea here.
        holds admission-away: The cluster lets nothing in without asking the webhook policy.example, and that one does not answer.
        "#);
    }

    #[test]
    fn the_raw_text_stays_without_its_secrets() {
        let text = "admission webhook \"p\" denied the request: token=abcdef is old";
        let trouble = refusal("Deployment shop", text).unwrap().trouble;
        assert!(!trouble.message.contains("abcdef") && trouble.message.contains("token=***"), "{}", trouble.message);
        let detail = trouble.detail.unwrap();
        assert!(!detail.contains("abcdef") && detail.starts_with("admission webhook"), "{detail}");
    }
}
