use serde_json::{Value, json};

use super::*;
use crate::domain::actor::Role;

fn issuer(kind: &str, rules: &[&str]) -> config::Issuer {
    let rules: String = rules.iter().map(|rule| format!("[[auth.issuers.allow]]\n{rule}\n")).collect();
    let text = format!("[[cells]]\nname='main'\n[[auth.issuers]]\nname='i'\nkind='{kind}'\naudience='a'\n{rules}");
    config::Config::load(&text, &[]).unwrap().auth.issuers.remove(0)
}

/// What GitHub sends for a push to main, as far as it matters here and some more.
fn github() -> Value {
    json!({
        "jti": "example-id", "sub": "repo:octo-org/octo-repo:ref:refs/heads/main", "aud": "a",
        "ref": "refs/heads/main", "ref_type": "branch", "sha": "example-sha", "repository": "octo-org/octo-repo",
        "repository_id": "74", "repository_owner": "octo-org", "repository_owner_id": "65", "actor": "octocat",
        "actor_id": "12", "workflow": "example", "head_ref": "", "base_ref": "", "event_name": "push",
        "runner_environment": "github-hosted", "run_id": "9", "run_attempt": "2", "repository_visibility": "private",
        "job_workflow_ref": "octo-org/flows/.github/workflows/shop.yml@refs/heads/main",
        "iss": "https://token.actions.githubusercontent.com", "iat": 1, "nbf": 1, "exp": 2
    })
}

fn gitlab() -> Value {
    json!({
        "namespace_id": "72", "namespace_path": "my-group", "project_id": "20", "project_path": "my-group/my-project",
        "user_id": "1", "user_login": "sample-user", "pipeline_id": "574", "pipeline_source": "push", "job_id": "302",
        "ref": "main", "ref_type": "branch", "ref_path": "refs/heads/main", "ref_protected": "true",
        "environment": "shops", "environment_protected": "false", "jti": "235b3a54", "iss": "https://gitlab.com",
        "iat": 1, "nbf": 1, "exp": 2, "sub": "project_path:my-group/my-project:ref_type:branch:ref:main", "aud": "a"
    })
}

fn with(mut claims: Value, changes: &[(&str, Value)]) -> Value {
    for (name, value) in changes {
        claims[name] = value.clone();
    }
    claims
}

/// Who it is, as `id role org`, or `-`.
fn who(kind: &str, rules: &[&str], claims: Value) -> String {
    let actor = decide(&issuer(kind, rules), &serde_json::from_value(claims).unwrap());
    actor.map_or("-".to_owned(), |a| format!("{} {} {}", a.id, a.role.as_str(), a.org.unwrap()))
}

const MEMBER: &str = "github:74 member github:65";

#[test]
fn a_rule_of_github_holds_every_claim_it_names() {
    let push = |rule: &str| who("github", &[rule], github());
    for rule in [
        "repository_id='74'",
        "repository_owner_id='65'",
        "repository_id='74'\nrepository_owner_id='65'",
        "repository_id='74'\nref='refs/heads/main'",
        "repository_id='74'\nref='refs/heads/*'",
        "repository_id='74'\nevent_name='push'",
        "repository_id='74'\njob_workflow_ref='octo-org/flows/.github/workflows/shop.yml@*'",
    ] {
        assert_eq!(push(rule), MEMBER, "{rule}");
    }
    for rule in [
        "repository_id='7'",
        "repository_id='744'",
        "repository_owner_id='74'",
        "repository_id='74'\nrepository_owner_id='66'",
        "repository_id='74'\nref='refs/heads/mai'",
        "repository_id='74'\nref='refs/tags/*'",
        "repository_id='74'\nevent_name='workflow_dispatch'",
        "repository_id='74'\nenvironment='shops'",
        "repository_id='74'\njob_workflow_ref='octo-org/flows/.github/workflows/shop.yml@refs/tags/*'",
    ] {
        assert_eq!(push(rule), "-", "{rule}");
    }
}

#[test]
fn the_subject_and_names_say_nothing() {
    let rules = ["repository_id='74'"];
    for sub in [
        "repo:octo-org/octo-repo:ref:refs/heads/main",
        "repo:octo-org@65/octo-repo@74:ref:refs/heads/main",
        "repo:octo-org@65/octo-repo@74:environment:a%3Ab",
        "repo:renamed@65/other@74:pull_request",
    ] {
        let claims = with(github(), &[("sub", json!(sub)), ("repository", json!("renamed/other"))]);
        assert_eq!(who("github", &rules, claims), MEMBER, "{sub}");
    }
    // Somebody who took over the name has other numbers.
    let taken = with(github(), &[("repository_id", json!("99")), ("repository_owner_id", json!("98"))]);
    assert_eq!(who("github", &rules, taken), "-");
}

#[test]
fn what_is_only_offered_needs_a_rule_that_says_so() {
    let offered = |event: &str| {
        with(
            github(),
            &[("event_name", json!(event)), ("ref", json!("refs/pull/7/merge")), ("head_ref", json!("evil"))],
        )
    };
    for event in ["pull_request", "pull_request_target", "pull_request_review"] {
        assert_eq!(who("github", &["repository_id='74'"], offered(event)), "-", "{event}");
        let main = ["repository_id='74'\nref='refs/heads/main'"];
        assert_eq!(who("github", &main, offered(event)), "-", "{event}");
        let named = format!("repository_id='74'\nevent_name='{event}'\nrole='viewer'");
        assert_eq!(who("github", &[&named], offered(event)), "github:74 viewer github:65");
    }
    // The base branch's ref is that of pull_request_target, too.
    let target = with(offered("pull_request_target"), &[("ref", json!("refs/heads/main"))]);
    assert_eq!(who("github", &["repository_id='74'\nref='refs/heads/main'"], target), "-");
    let silent = with(github(), &[("event_name", Value::Null)]);
    assert_eq!(who("github", &["repository_id='74'"], silent), "-");
}

#[test]
fn a_rule_of_gitlab_holds_every_claim_it_names() {
    let job = |rule: &str| who("gitlab", &[rule], gitlab());
    for rule in [
        "project_id='20'",
        "namespace_id='72'",
        "project_id='20'\nref_protected=true",
        "project_id='20'\nref='main'",
        "project_id='20'\nenvironment='sho*'",
        "project_id='20'\npipeline_source='push'",
    ] {
        assert_eq!(job(rule), "gitlab:20 member gitlab:72", "{rule}");
    }
    for rule in ["project_id='2'", "namespace_id='20'", "project_id='20'\nref='dev'"] {
        assert_eq!(job(rule), "-", "{rule}");
    }
    let open = with(gitlab(), &[("ref_protected", json!("false"))]);
    assert_eq!(who("gitlab", &["project_id='20'\nref_protected=true"], open.clone()), "-");
    assert_eq!(who("gitlab", &["project_id='20'"], open), "gitlab:20 member gitlab:72");
    let merge = with(gitlab(), &[("pipeline_source", json!("merge_request_event"))]);
    assert_eq!(who("gitlab", &["project_id='20'"], merge.clone()), "-");
    let named = ["project_id='20'\npipeline_source='merge_request_event'"];
    assert_eq!(who("gitlab", &named, merge), "gitlab:20 member gitlab:72");
}

#[test]
fn the_first_rule_that_fits_says_the_role_and_the_owner() {
    let rules = [
        "repository_id='74'\nref='refs/heads/main'\nrole='approver'\nowner='discord:1'",
        "repository_owner_id='65'\nrole='viewer'",
    ];
    assert_eq!(who("github", &rules, github()), "discord:1 approver github:65");
    let branch = with(github(), &[("ref", json!("refs/heads/x"))]);
    assert_eq!(who("github", &rules, branch), "github:74 viewer github:65");
}

#[test]
fn ids_are_numbers_and_all_there() {
    let rules = ["repository_owner_id='65'"];
    for (claim, value) in [
        ("repository_id", Value::Null),
        ("repository_owner_id", Value::Null),
        ("repository_id", json!("")),
        ("repository_id", json!("74:admin")),
        ("repository_id", json!("123456789012345678901")),
    ] {
        assert_eq!(who("github", &rules, with(github(), &[(claim, value.clone())])), "-", "{claim}={value}");
    }
    let actor = decide(&issuer("github", &rules), &serde_json::from_value(github()).unwrap()).unwrap();
    assert_eq!(actor.role, Role::Member);
    // The claims of the other kind of issuer do not help.
    assert_eq!(who("gitlab", &["project_id='20'"], github()), "-");
}
