//! What a token may do, by the scopes that its forge tells. Pure.
//!
//! GitHub tells them of classic tokens alone (`x-oauth-scopes`); of fine-grained ones and of those of apps, which have
//! permissions for each repository, nothing is known before they are used. GitLab tells them of every token.

use crate::config::Feedback;
use crate::domain::forge::ForgeKind;

/// Of GitHub's classic tokens: these may do all there is in a repository; the second one in public ones.
const REPOSITORY: [&str; 2] = ["repo", "public_repo"];

/// What is wanted of a token and not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// What it may not do.
    pub what: &'static str,
    /// Which scope would let it.
    pub wants: &'static str,
    /// Those it has.
    pub has: Vec<String>,
}

/// What the first thing is that is configured and that a token with these scopes may not do.
pub(super) fn lacks((kind, feedback, comment): (ForgeKind, Feedback, bool), has: Vec<String>) -> Option<Lack> {
    let any = |scopes: &[&str]| has.iter().any(|scope| scopes.contains(&scope.as_str()));
    let (what, wants) = match (kind, feedback) {
        // A token with rights of its own for each project says no more than this.
        (ForgeKind::Gitlab, _) if any(&["api", "granular"]) => return None,
        (ForgeKind::Gitlab, _) => ("write comments and statuses", "api"),
        (ForgeKind::Github, _) if any(&REPOSITORY) => return None,
        (ForgeKind::Github, _) if comment => ("write comments", "repo"),
        (ForgeKind::Github, Feedback::Status) if !any(&["repo:status"]) => ("set the status of commits", "repo:status"),
        (ForgeKind::Github, Feedback::Deployment) if !any(&["repo_deployment"]) => {
            ("write deployments", "repo_deployment")
        }
        (ForgeKind::Github, _) => return None,
    };
    Some(Lack { what, wants, has })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_held_against_what_is_configured() {
        use Feedback::{Deployment, None as Nothing, Status};
        use ForgeKind::{Github, Gitlab};
        for (kind, feedback, comment, has, wants) in [
            (Github, Status, true, "repo", None),
            (Github, Deployment, true, "user public_repo", None),
            (Github, Status, true, "repo:status", Some("repo")),
            (Github, Status, false, "repo:status", None),
            (Github, Status, false, "repo_deployment", Some("repo:status")),
            (Github, Deployment, false, "repo_deployment", None),
            (Github, Deployment, false, "repo:status", Some("repo_deployment")),
            (Github, Nothing, false, "", None),
            (Github, Nothing, true, "", Some("repo")),
            (Gitlab, Status, true, "read_user api", None),
            (Gitlab, Deployment, false, "read_api", Some("api")),
            (Gitlab, Status, true, "granular", None),
        ] {
            let scopes = has.split_whitespace().map(str::to_owned).collect();
            let found = lacks((kind, feedback, comment), scopes).map(|lack| lack.wants);
            assert_eq!(found, wants, "{kind:?} {feedback:?} {comment} {has}");
        }
    }
}
