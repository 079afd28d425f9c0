//! What pull requests' events become: payloads as the stand-ins send them, which GitHub's own schemas judge.

use serde_json::{Value, json};

use super::super::{Delivery, Meaning, Sources, Unread};
use super::*;
use crate::domain::webhook::{Headers, github, gitlab};

const SECRET: &str = "It's a Secret to Everybody";
const LAB: &str = "Merge Request Hook";
const NOTE: &str = "Note Hook";

/// `more` stands in both sources.
fn sources(more: &str) -> Sources {
    let file = format!(
        "[[cells]]\nname='main'\n[[webhooks]]\nname='hub'\nkind='github'\nsecrets=[\"{SECRET}\"]\n{more}\n\
         [[webhooks]]\nname='lab'\nkind='gitlab'\nsecrets=[\"{SECRET}\"]\n{more}"
    );
    Sources::new(&config::Config::load(&file, &[]).unwrap())
}

fn payload(file: &str) -> Value {
    let path = format!("{}/tests/payloads/{file}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn read(sources: &Sources, event: &str, body: &Value) -> Result<Meaning, Unread> {
    let body = body.to_string();
    let signature = github::Secret::parse(SECRET).unwrap().sign(body.as_bytes());
    let (source, lines) = match event {
        LAB | NOTE => ("lab", [(gitlab::EVENT, event), (gitlab::IDEMPOTENCY, "1"), (gitlab::TOKEN, SECRET)]),
        _ => ("hub", [(github::EVENT, event), (github::DELIVERY, "1"), (github::SIGNATURE, &signature)]),
    };
    let headers = Headers::new(lines.map(|(name, value)| (name, value.as_bytes())));
    let (origin, now, content_type) = (Arc::default(), Timestamp::from_second(1).unwrap(), Some("application/json"));
    let delivery = Delivery { headers: &headers, content_type, body: body.as_bytes(), origin: &origin, now };
    sources.read(&sources.open(sources.trust(source, delivery).unwrap())?)
}

fn preview(sources: &Sources, event: &str, body: &Value) -> Preview {
    match read(sources, event, body).unwrap() {
        Meaning::Preview(preview) => *preview,
        other => panic!("{other:?}"),
    }
}

fn ignored(sources: &Sources, event: &str, body: &Value) -> String {
    match read(sources, event, body).unwrap() {
        Meaning::Ignored(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_open_request_wants_a_store_and_one_that_ends_does_not() {
    let sources = sources("");
    for (event, file, wanted) in [
        ("pull_request", "github/opened", true),
        ("pull_request", "github/synchronize", true),
        ("pull_request", "github/reopened", true),
        ("pull_request", "github/closed", false),
        ("pull_request", "github/merged", false),
        (LAB, "gitlab/open", true),
        (LAB, "gitlab/update", true),
        (LAB, "gitlab/reopen", true),
        (LAB, "gitlab/close", false),
        (LAB, "gitlab/merge", false),
    ] {
        let preview = preview(&sources, event, &payload(file));
        assert_eq!(matches!(preview.what, What::Wanted { .. }), wanted, "{file}: {:?}", preview.what);
        assert_eq!((preview.thread.repository.as_str(), preview.thread.number), ("octo/shop", 1), "{file}");
        let branch = preview.branch.unwrap();
        assert!(branch.commit.len() == 40 && branch.name == "change-1" && !branch.fork, "{file}: {branch:?}");
    }
}

#[test]
fn what_happened_has_its_own_time_and_belongs_to_its_organisation() {
    let sources = sources("");
    let body = payload("github/opened");
    let hub = preview(&sources, "pull_request", &body);
    let at = body["pull_request"]["updated_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(hub.what, What::Wanted { at });
    let (repository, owner) = (&body["repository"]["id"], &body["repository"]["owner"]["id"]);
    assert_eq!(hub.subject, format!("{repository}/1"));
    assert_eq!(hub.actor.org.unwrap().as_str(), format!("github:{owner}"));
    assert_eq!(hub.actor.id.as_str(), "webhook:hub");

    let mut body = payload("gitlab/open");
    for time in ["2026-11-22 02:16:03 UTC", "2026-11-22T02:16:03Z", "2026-11-22T03:16:03+01:00"] {
        body["object_attributes"]["updated_at"] = json!(time);
        let at = "2026-11-22T02:16:03Z".parse().unwrap();
        assert_eq!(preview(&sources, LAB, &body).what, What::Wanted { at }, "{time}");
    }
}

#[test]
fn settings_choose_the_requests() {
    let choosy = sources("[webhooks.preview]\nlabel='other'\nrepositories=['octo/SHOP']");
    assert!(ignored(&choosy, "pull_request", &payload("github/opened")).contains("label"));
    assert!(ignored(&choosy, LAB, &payload("gitlab/open")).contains("label"));
    // Whatever it was made for, its end is its end.
    assert!(matches!(preview(&choosy, LAB, &payload("gitlab/close")).what, What::Gone { .. }));
    let elsewhere = sources("[webhooks.preview]\nrepositories=['octo/else']");
    assert!(ignored(&elsewhere, "pull_request", &payload("github/closed")).contains("repositories"));
    assert!(ignored(&elsewhere, "issue_comment", &payload("github/comment")).contains("repositories"));
    let plain = sources("");
    assert!(ignored(&plain, "pull_request", &payload("github/opened_from_fork")).contains("fork"));
    assert!(ignored(&plain, LAB, &payload("gitlab/open_from_fork")).contains("fork"));
    let open = sources("[webhooks.preview]\nforks=true");
    assert!(preview(&open, "pull_request", &payload("github/opened_from_fork")).branch.unwrap().fork);
    let mut deleted = payload("github/opened_from_fork");
    deleted["pull_request"]["head"]["repo"] = Value::Null;
    assert!(ignored(&plain, "pull_request", &deleted).contains("fork"));
}

#[test]
fn a_label_comes_and_goes() {
    let sources = sources("[webhooks.preview]\nlabel='preview'");
    let mut body = payload("github/opened");
    (body["action"], body["label"]) = (json!("labeled"), json!({ "name": "preview" }));
    assert!(matches!(preview(&sources, "pull_request", &body).what, What::Wanted { .. }));
    body["action"] = json!("unlabeled");
    assert!(matches!(preview(&sources, "pull_request", &body).what, What::Gone { .. }));
    body["label"]["name"] = json!("else");
    assert!(ignored(&sources, "pull_request", &body).contains("nothing follows"));
    let mut body = payload("gitlab/update");
    body["object_attributes"].as_object_mut().unwrap().remove("oldrev");
    body["changes"]["labels"] = json!({ "previous": [{ "title": "preview" }], "current": [] });
    assert!(matches!(preview(&sources, LAB, &body).what, What::Gone { .. }));
    body["changes"]["labels"] = json!({ "previous": [], "current": [{ "title": "preview" }] });
    assert!(matches!(preview(&sources, LAB, &body).what, What::Wanted { .. }));
}

#[test]
fn a_comment_is_somebodys() {
    let sources = sources("");
    let body = payload("github/comment");
    let What::Said { by, said } = preview(&sources, "issue_comment", &body).what else { panic!() };
    assert_eq!((by.login.as_str(), by.allowed, said), ("ana", Some(true), Said::Status));
    for (field, value, why) in [
        ("/comment/author_association", json!("CONTRIBUTOR"), "may not give commands"),
        ("/comment/body", json!("nice"), "no line"),
        ("/comment/user/type", json!("Bot"), "program"),
        ("/issue/pull_request", Value::Null, "not on a pull request"),
        ("/action", json!("edited"), "only new"),
    ] {
        let mut body = body.clone();
        *body.pointer_mut(field).unwrap() = value;
        let ignored = ignored(&sources, "issue_comment", &body);
        assert!(ignored.contains(why), "{field}: {ignored}");
    }
    // GitLab's payload does not say what somebody may do.
    let What::Said { by, .. } = preview(&sources, NOTE, &payload("gitlab/note")).what else { panic!() };
    assert_eq!((by.login.as_str(), by.allowed), ("ana", None));
}

#[test]
fn what_is_unknown_is_no_harm_and_what_is_missing_is_named() {
    let sources = sources("");
    let mut body = payload("github/opened");
    body["something_new"] = json!({ "deep": [1, 2] });
    body["pull_request"]["more"] = json!(true);
    preview(&sources, "pull_request", &body);
    for (event, file, field) in [
        ("pull_request", "github/opened", "/pull_request/updated_at"),
        ("pull_request", "github/opened", "/pull_request/head/sha"),
        ("pull_request", "github/opened", "/repository/id"),
        (LAB, "gitlab/open", "/object_attributes/iid"),
        (LAB, "gitlab/open", "/object_attributes/updated_at"),
    ] {
        let mut body = payload(file);
        *body.pointer_mut(field).unwrap() = json!({});
        let error = read(&sources, event, &body).unwrap_err();
        let Unread::Malformed(malformed) = error else { panic!("{field}: {error:?}") };
        assert!(malformed.why.contains(field.rsplit('/').next().unwrap()), "{field}: {malformed:?}");
    }
    assert!(ignored(&sources, "star", &json!({})).contains("star"));
}
