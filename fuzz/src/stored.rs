//! What is read back from where it was kept: a shop's namespace, which others can write to, and Redis.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use storebot::cluster::fuzz as cluster;
use storebot::domain::command::CommandKind;
use storebot::domain::lang::Lang;
use storebot::domain::record::Record;
use storebot::domain::reply::{Reply, ReplyTo};
use storebot::domain::store::StoreId;
use storebot::domain::usual::Usual;
use storebot::domain::view::StoreView;
use storebot::ledger::fuzz::{self as ledger, Stored};
use storebot::text::answers;
use storebot::text::markdown::{MESSAGE_MAX, units};
use storebot::text::story::{self, Sight};

use super::{lines, now};

/// Tried as it would be stored, as what is packed in there, and as a manifest.
pub fn helm_release(data: &[u8]) {
    release(data);
    release(&pack(data));
    if let Ok(manifest) = std::str::from_utf8(data) {
        release(&pack(json!({ "info": {"status": "deployed"}, "manifest": manifest }).to_string().as_bytes()));
    }
}

fn release(stored: &[u8]) {
    if let Ok(objects) = cluster::release_objects(stored) {
        assert!(objects.iter().all(|object| object.is_object() && object["kind"] != "Job"));
    }
    let Ok(Some(unlocked)) = cluster::unlocked_release("pending-upgrade", stored) else { return };
    // Numbers beyond those of our tree of values stay as they are written, and cannot be compared.
    let Some(before) = unpack(stored) else { return };
    let Some(mut after) = unpack(&unlocked) else { panic!("what was written cannot be read") };
    assert_eq!(after["info"]["status"], "failed");
    after["info"]["status"] = before["info"]["status"].clone();
    after["info"]["description"] = before["info"]["description"].clone();
    // What was not there is null now.
    assert!(same(&before, &after), "{before} has become {after}");
    assert_eq!(cluster::unlocked_release("failed", &unlocked).map(|left| left.is_none()), Ok(true));
}

fn same(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => before.iter().chain(after).all(|(name, _)| {
            let of = |object: &serde_json::Map<String, Value>| object.get(name).cloned().unwrap_or_default();
            same(&of(before), &of(after))
        }),
        _ => before == after,
    }
}

fn pack(json: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = gzip.write_all(json).and_then(|()| gzip.finish());
    STANDARD.encode(packed.unwrap_or_default()).into_bytes()
}

fn unpack(stored: &[u8]) -> Option<Value> {
    let packed = STANDARD.decode(stored).ok()?;
    let mut json = Vec::new();
    GzDecoder::new(packed.as_slice()).read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).ok()
}

/// Lines: want, task, what was asked, what was seen (or nothing). Tried as it is kept today, and as it was.
pub fn ledger_record(data: &[u8]) {
    let Some(([want, task, asked, seen], _)) = lines(data) else { return };
    let kept = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let (want, asked) = (want.to_owned(), asked.to_owned());
    let today = Stored { want, task: kept(task), asked, seen: kept(seen), old: false };
    record(Stored { old: true, ..today.clone() });
    record(today);
}

fn record(stored: Stored) {
    let (id, old) = (StoreId::from_bits(1), stored.old);
    let Ok(record) = ledger::record(&id, stored) else { return };
    let again = |record: &Record| ledger::stored(record).and_then(|stored| ledger::record(&id, stored));
    match again(&record) {
        // Times of before are finer than those that are kept.
        Ok(once) => assert_eq!(again(&once).ok(), Some(once), "another record each time it is read"),
        // The last millisecond there is has no number of milliseconds; nobody asks for a store then.
        Err(error) => assert!(old, "what was written cannot be read: {error}"),
    }
    // Nobody who looks at it may bring a replica down.
    let view = StoreView::new(&record, story::headline(&record));
    assert!(serde_json::to_value(&view).is_ok());
    assert!(!answers::status(Lang::En, &record, now()).is_empty());
    // Whatever is in it, Discord takes the message that tells of it.
    for (lang, command) in Lang::ALL.into_iter().zip(CommandKind::ALL) {
        let to = ReplyTo::Discord {
            application_id: "1".into(),
            token: "t".to_owned().into(),
            channel_id: None,
            user_id: "3".into(),
            token_expires_at: now(),
            lang,
        };
        let reply = Reply { id: "r".into(), command, to, room: None, notice: None };
        let usual = Usual { steps: [Some(Duration::from_millis(u64::MAX)); 5], ..Usual::default() };
        let story = story::told(&reply, &record, &Sight { now: now(), place: Some(u64::MAX), usual });
        assert!(!story.text.is_empty() && units(&story.text) <= MESSAGE_MAX, "{}", story.text);
        assert!(story.changes_at.is_none_or(|at| at > now()), "it would be looked at without end");
    }
}

/// The termination message of a verify Job's pod.
pub fn shop_proof(data: &[u8]) {
    let Some(proof) = std::str::from_utf8(data).ok().and_then(cluster::shop_proof) else { return };
    for text in [&proof.order, &proof.total] {
        assert!(text.len() <= 64 && !text.trim().is_empty() && !text.contains(char::is_control));
    }
    assert!(proof.seconds.is_none_or(|seconds| (0.0..86_400.0).contains(&seconds)));
}
