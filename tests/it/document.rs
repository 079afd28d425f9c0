//! Discord's own document is asked, and says what the stand-in's own rules say.

mod bodies;

use std::collections::BTreeSet;

use serde_json::json;
use stand_in_discord::judge_body;

use crate::harness::document::{Document, say_it_is_missing};

const MESSAGES: &str = "/channels/{channel_id}/messages";

/// Every test's stand-in asks the document, where there is one, and fails at what it objects to.
#[test]
fn discords_own_document_was_asked() {
    let Some(document) = Document::shared().unwrap() else {
        return say_it_is_missing();
    };
    assert_eq!(document.request("post", MESSAGES, &json!({"content": "x"})), Ok(()));
    let objection = document.request("post", MESSAGES, &json!({"content": 7})).unwrap_err();
    assert!(objection.starts_with("/content: ") && !objection.contains('7'), "{objection}");
    assert!(document.request("post", "/nowhere", &json!({})).unwrap_err().starts_with("no schema at "));
    for (method, path, body, good) in bodies::all() {
        let theirs = document.request(method, path, &body);
        assert_eq!(theirs.is_ok(), good, "{method} {path} {body}: {theirs:?}");
    }
}

#[test]
fn the_stand_ins_own_rules_say_the_same() {
    let mut judged = BTreeSet::new();
    for (method, path, body, good) in bodies::all() {
        let own = judge_body(method, path, &body).unwrap();
        assert_eq!(own.is_ok(), good, "{method} {path} {body}: {own:?}");
        judged.insert((method, path, good));
    }
    let (good, bad): (Vec<_>, Vec<_>) = judged.iter().copied().partition(|(_, _, good)| *good);
    assert_eq!(good.len(), bad.len(), "of each operation something good and something bad: {judged:?}");
}
