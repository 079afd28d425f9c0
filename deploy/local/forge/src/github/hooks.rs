//! What GitHub tells of: `pull_request`, `issue_comment` and `ping`.

use serde_json::{Value, json};

use super::wire;
use crate::deliveries;
use crate::state::{Change, Comment, Forge, Project, World};

fn around(world: &World, project: &Project, by: &str) -> Value {
    json!({
        "repository": wire::repository(world, project, None),
        "organization": wire::organization(world, project),
        "sender": wire::user(world, by),
    })
}

fn with(mut body: Value, more: Value) -> Value {
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

/// Somebody did something to a pull request. `before` is the commit that a push replaced.
pub(crate) fn pull_request(
    world: &mut World,
    (project, change): (&Project, &Change),
    act: (&str, &str, &str),
) -> String {
    let (action, by, before) = act;
    let mut body = with(
        json!({ "action": action, "number": change.number, "pull_request": wire::pull_request(world, project, change) }),
        around(world, project, by),
    );
    match action {
        "synchronize" => body = with(body, json!({ "before": before, "after": change.sha })),
        "labeled" => {
            let label = body["pull_request"]["labels"].as_array().and_then(|all| all.last()).cloned();
            body = with(body, json!({ "label": label }));
        }
        "edited" => body = with(body, json!({ "changes": { "title": { "from": before } } })),
        _ => {}
    }
    deliveries::note(world, Forge::GitHub, "pull_request", body)
}

pub(crate) fn comment(world: &mut World, (project, comment): (&Project, &Comment), action: &str) -> Option<String> {
    let change = world.change(project.id, comment.number)?.clone();
    let mut body = with(
        json!({
            "action": action, "issue": wire::issue(world, project, &change),
            "comment": wire::comment(world, project, comment),
        }),
        around(world, project, &comment.author),
    );
    if action == "edited" {
        body = with(body, json!({ "changes": { "body": { "from": comment.before.last() } } }));
    }
    Some(deliveries::note(world, Forge::GitHub, "issue_comment", body))
}

/// What a hook that is new sends first.
pub(crate) fn ping(world: &mut World) -> String {
    let url = world.hooks.get(&Forge::GitHub).map(|hook| hook.url.clone()).unwrap_or_default();
    let body = json!({
        "zen": "Speak like a human.", "hook_id": 292_430_182,
        "hook": {
            "type": "Repository", "id": 292_430_182, "name": "web", "active": true,
            "events": ["pull_request", "issue_comment"],
            "config": { "content_type": "json", "insecure_ssl": "0", "url": url },
            "updated_at": "2024-01-01T00:00:00Z", "created_at": "2024-01-01T00:00:00Z",
        },
    });
    deliveries::note(world, Forge::GitHub, "ping", body)
}
