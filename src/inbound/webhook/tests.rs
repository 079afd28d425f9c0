//! What each kind of delivery becomes.

use super::stripe as meaning_of_stripe;
use super::*;
use crate::domain::actor::{ActorId, OrgId, Role};
use crate::domain::command::{Command, CommandKind};
use crate::domain::store::StoreRef;
use crate::domain::webhook::{Secret, SenderKind, github, gitlab, standard, stripe};

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const TOKEN: &str = "a secret token of GitLab";
const NOW: i64 = 1_700_000_000;

fn sources(extra: &str) -> Sources {
    let file = format!("[[cells]]\nname='main'\n[[webhooks]]\nname='ci'\nsecrets=['{SECRET}']\n{extra}");
    Sources::new(&config::Config::load(&file, &[]).unwrap())
}

/// A source of each other kind, each with one secret, and GitLab twice.
fn others() -> Sources {
    let kinds = [("hub", "github"), ("lab", "gitlab"), ("pay", "stripe")];
    let tables =
        kinds.map(|(name, kind)| format!("[[webhooks]]\nname='{name}'\nkind='{kind}'\nsecrets=['{SECRET}']\n"));
    sources(&format!("{}[[webhooks]]\nname='old'\nkind='gitlab'\nsecrets=['{TOKEN}']", tables.concat()))
}

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn sign(id: &str, at: i64, body: &[u8]) -> String {
    Secret::parse(SECRET).unwrap().sign(id, at, body)
}

type Lines<'a> = &'a [(&'a str, &'a str)];

const JSON: (&str, &str) = ("content-type", "application/json");

/// What came before reading: which delivery it is, and its JSON.
fn open(sources: &Sources, name: &str, lines: Lines<'_>, body: &[u8]) -> Result<(Identity, Vec<u8>), Unread> {
    let headers = Headers::new(lines.iter().map(|(name, value)| (*name, value.as_bytes())));
    let content_type = lines.iter().find(|(name, _)| *name == JSON.0).map(|(_, value)| *value);
    let delivery = Delivery { headers: &headers, content_type, body, origin: &Arc::default(), now: now() };
    let trusted = sources.open(sources.trust(name, delivery).unwrap())?;
    Ok((trusted.identity, trusted.body.into_owned()))
}

fn read(sources: &Sources, body: &str) -> Result<Meaning, Unread> {
    let (at, signatures) = (NOW.to_string(), sign("msg_1", NOW, body.as_bytes()));
    let lines = [(standard::ID, "msg_1"), (standard::TIMESTAMP, &at), (standard::SIGNATURE, &signatures)];
    let headers = Headers::new(lines.map(|(name, value)| (name, value.as_bytes())));
    let (body, origin) = (body.as_bytes(), Arc::default());
    let delivery = Delivery { headers: &headers, content_type: Some(JSON.1), body, origin: &origin, now: now() };
    sources.read(&sources.open(sources.trust("ci", delivery).unwrap())?)
}

fn command(sources: &Sources, body: &str) -> Request {
    match read(sources, body).unwrap() {
        Meaning::Command(request) => *request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_delivery_becomes_its_sources_command() {
    let with_callbacks = sources(&format!("[callbacks]\nsecrets=['{SECRET}']"));
    let body = r#"{"type":"store.create","data":{"name":"tea","engine":"medusa","plan":"large","ttl":"72h",
                  "title":"Tea","callback_url":"https://example.com/done"}}"#;
    let request = command(&with_callbacks, body);
    assert_eq!((request.actor.id.as_str(), request.actor.role.as_str()), ("webhook:ci", "member"));
    assert_eq!(request.key.unwrap().value, "ci/msg_1");
    assert_eq!(request.reply_to, Some(ReplyTo::Callback { url: "https://example.com/done".to_owned().into() }));
    assert!(matches!(request.command, Command::Create(c) if c.name.as_str() == "tea"));
    let request = command(&sources(""), r#"{"type":"store.delete","data":{"name":"tea"}}"#);
    assert_eq!(request.command, Command::Delete { store: StoreRef::new("tea"), grace: std::time::Duration::ZERO });
    let request = command(&sources(""), r#"{"type":"store.verify","data":{"name":"tea"}}"#);
    assert_eq!(request.command, Command::Verify { store: StoreRef::new("tea") });
    let request = command(&sources(""), r#"{"type":"store.upgrade","data":{"name":"tea"}}"#);
    assert_eq!(request.command, Command::Upgrade { store: StoreRef::new("tea") });
}

#[test]
fn a_source_gives_the_commands_it_is_allowed_for_its_owner_and_organisation() {
    let sources = sources("commands=['create','verify']\norg='github:9919'\nowner='discord:7'");
    let verify = command(&sources, r#"{"type":"store.verify","data":{"name":"tea"}}"#);
    let actor = Actor { id: ActorId::new("discord:7"), role: Role::Member, org: Some(OrgId::new("github:9919")) };
    assert_eq!(verify.actor, actor);
    let delete = read(&sources, r#"{"type":"store.delete","data":{"name":"tea"}}"#).unwrap();
    let Meaning::Forbidden(request, refusal) = delete else { panic!("{delete:?}") };
    assert_eq!((request.command.kind(), request.actor), (CommandKind::Delete, actor));
    let allowed = vec![CommandKind::Create, CommandKind::Verify];
    assert_eq!(refusal, Refusal::NotThisSource { command: CommandKind::Delete, allowed });
}

#[test]
fn a_callback_to_what_is_inside_is_refused_at_once() {
    let read = |allow: &str, url: &str| {
        let callbacks = format!("[callbacks]\nsecrets=['{SECRET}']\nallow_hosts=[{allow}]");
        let body = format!(r#"{{"type":"store.delete","data":{{"name":"tea","callback_url":"{url}"}}}}"#);
        read(&sources(&callbacks), &body)
    };
    for url in ["http://localhost:80/x", "http://169.254.169.254/", "http://[::1]/", "http://10.1.2.3/"] {
        let Err(Unread::Refused(Refusal::Invalid { field, why })) = read("", url) else { panic!("{url} is taken") };
        assert_eq!((field.as_str(), why), ("callback_url", Rule::CallbackPublic), "{url}");
    }
    assert!(read("'10.1.2.3'", "http://10.1.2.3/").is_ok());
}

#[test]
fn a_callback_needs_a_secret_to_sign_it_with() {
    let body = r#"{"type":"store.delete","data":{"name":"tea","callback_url":"https://example.com"}}"#;
    let error = read(&sources(""), body).unwrap_err();
    assert!(matches!(error, Unread::Refused(Refusal::Invalid { field, .. }) if field == "callback_url"));
}

#[test]
fn other_events_are_ignored_and_wrong_ones_are_not() {
    let sources = sources("");
    let ignored = read(&sources, r#"{"type":"push","ref":"main","data":[1]}"#).unwrap();
    assert!(matches!(ignored, Meaning::Ignored(why) if why.contains("push")));
    for body in [
        "",
        "[]",
        "{}",
        r#"{"type":"store.create"}"#,
        r#"{"type":"store.create","data":{"name":"tea","engine":"medusa","colour":"red"}}"#,
        r#"{"type":"store.create","more":1,"data":{"name":"tea","engine":"medusa"}}"#,
    ] {
        assert!(matches!(read(&sources, body), Err(Unread::Malformed(_))), "{body}");
    }
}

#[test]
fn nothing_is_read_before_it_is_trusted() {
    let sources = sources("");
    let good = sign("msg_1", NOW, b"{}");
    let trust = |name: &str, timestamp: i64, signatures: &str, body: &[u8]| {
        let timestamp = timestamp.to_string();
        let lines = [(standard::ID, "msg_1"), (standard::TIMESTAMP, &timestamp), (standard::SIGNATURE, signatures)];
        let headers = Headers::new(lines.map(|(name, value)| (name, value.as_bytes())));
        let delivery = Delivery { headers: &headers, content_type: None, body, origin: &Arc::default(), now: now() };
        sources.trust(name, delivery).map(|_| ())
    };
    assert_eq!(trust("ci", NOW, &good, b"{}"), Ok(()));
    assert_eq!(trust("else", NOW, &good, b"{}"), Err(Untrusted::Source));
    assert_eq!(trust("ci", NOW, &good, b"{ }"), Err(Untrusted::Signature(SignatureError::Mismatch)));
    let old = sign("msg_1", NOW - 301, b"{}");
    assert_eq!(trust("ci", NOW - 301, &old, b"{}"), Err(Untrusted::Signature(SignatureError::Stale)));
    let headers = Headers::default();
    let unsigned = Delivery { headers: &headers, content_type: None, body: b"{}", origin: &Arc::default(), now: now() };
    let missing = SignatureError::Missing(standard::ID);
    assert_eq!(sources.trust("ci", unsigned).unwrap_err(), Untrusted::Signature(missing));
    assert_eq!((sources.label("ci"), sources.label("else")), ("ci", "unknown"));
}

fn hub(body: &[u8]) -> String {
    github::Secret::parse(SECRET).unwrap().sign(body)
}

#[test]
fn a_delivery_without_a_signed_id_is_known_by_what_it_says() {
    let sources = others();
    let of = |event: &str, id: &str, body: &[u8]| {
        let signature = hub(body);
        let lines = [(github::SIGNATURE, signature.as_str()), (github::EVENT, event), (github::DELIVERY, id), JSON];
        open(&sources, "hub", &lines, body).unwrap().0
    };
    let first = of("pull_request", "guid-1", b"{}");
    assert_eq!((first.id.as_str(), first.event.as_str()), ("guid-1", "pull_request"));
    let captured = of("pull_request", "guid-2", b"{}");
    assert_eq!((captured.unique, captured.fingerprint), (first.unique.clone(), first.fingerprint));
    assert_ne!(of("issue_comment", "guid-1", b"{}").unique, first.unique);
    assert_ne!(of("pull_request", "guid-1", b"{ }").unique, first.unique);
    let lab = |id: &str| {
        let lines = [(gitlab::TOKEN, TOKEN), (gitlab::EVENT, "Note Hook"), (gitlab::IDEMPOTENCY, id), JSON];
        open(&sources, "old", &lines, b"{}").unwrap().0
    };
    assert_eq!((lab("a").id, lab("a").unique), ("a".to_owned(), lab("b").unique));
}

#[test]
fn a_signed_id_is_the_deliverys_own() {
    let sources = others();
    let (at, signature) = (NOW.to_string(), sign("id-1", NOW, b"{}"));
    let signed = [(standard::ID, "id-1"), (standard::TIMESTAMP, &at), (standard::SIGNATURE, &signature)];
    let lines = [&signed[..], &[(gitlab::EVENT, "Push Hook"), (gitlab::IDEMPOTENCY, "else"), JSON]].concat();
    let lab = open(&sources, "lab", &lines, b"{}").unwrap().0;
    assert_eq!((lab.id.as_str(), lab.unique.as_str(), lab.event.as_str()), ("id-1", "id-1", "Push Hook"));
    let event = br#"{"id":"evt_1","type":"invoice.paid","created":1700000000,"data":{}}"#;
    let signature = stripe::Secret::parse(SECRET).unwrap().sign(NOW, event);
    let pay = open(&sources, "pay", &[(stripe::SIGNATURE, &signature), JSON], event).unwrap().0;
    assert_eq!((pay.id.as_str(), pay.unique.as_str(), pay.event.as_str()), ("evt_1", "evt_1", "invoice.paid"));
}

#[test]
fn githubs_form_is_read_and_no_other() {
    let sources = others();
    let form = |form: &str, content_type: &str| {
        let signature = hub(form.as_bytes());
        let lines = [
            (github::SIGNATURE, signature.as_str()),
            (github::EVENT, "ping"),
            (github::DELIVERY, "guid"),
            (JSON.0, content_type),
        ];
        open(&sources, "hub", &lines, form.as_bytes()).map(|(_, body)| String::from_utf8(body).unwrap())
    };
    let urlencoded = "application/x-www-form-urlencoded";
    assert_eq!(form("payload=%7B%22a%22%3A+1%7D", urlencoded).unwrap(), r#"{"a": 1}"#);
    assert_eq!(form("{}", "application/json; charset=utf-8").unwrap(), "{}");
    for bad in ["", "payload", "load=%7B%7D", "payload=%7B%7D&payload=%7B%7D"] {
        let read = form(bad, urlencoded);
        assert!(matches!(read, Err(Unread::Malformed(_))) || read.as_deref().is_ok_and(str::is_empty), "{bad}");
    }
    assert!(matches!(form("{}", "text/plain"), Err(Unread::Media(Some(_)))));
    let stripe_form = stripe::Secret::parse(SECRET).unwrap().sign(NOW, b"payload={}");
    let lines = [(stripe::SIGNATURE, stripe_form.as_str()), (JSON.0, urlencoded)];
    assert!(matches!(open(&sources, "pay", &lines, b"payload={}"), Err(Unread::Media(Some(_)))));
}

#[test]
fn what_a_delivery_is_has_to_be_said_once() {
    let sources = others();
    let signature = hub(b"{}");
    let all = [(github::SIGNATURE, signature.as_str()), (github::EVENT, "ping"), (github::DELIVERY, "guid"), JSON];
    for left_out in [1, 2] {
        let lines: Vec<_> = all.iter().enumerate().filter(|(i, _)| *i != left_out).map(|(_, l)| *l).collect();
        let missing = open(&sources, "hub", &lines, b"{}").unwrap_err();
        assert!(matches!(missing, Unread::Header(SignatureError::Missing(name)) if name == all[left_out].0));
        let twice = [&all[..], &all[left_out..=left_out]].concat();
        let doubled = open(&sources, "hub", &twice, b"{}").unwrap_err();
        assert!(matches!(doubled, Unread::Header(SignatureError::Doubled(name)) if name == all[left_out].0));
    }
    for bad in ["{}", r#"{"id":"evt_1"}"#, r#"{"id":7,"type":"a","created":1}"#, r#"{"id":"a","type":"b"}"#, "[]"] {
        let signature = stripe::Secret::parse(SECRET).unwrap().sign(NOW, bad.as_bytes());
        let read = open(&sources, "pay", &[(stripe::SIGNATURE, &signature), JSON], bad.as_bytes());
        assert!(matches!(read, Err(Unread::Malformed(_))), "{bad}");
    }
}

/// Until its meaning is known, an event of each kind is taken and nothing follows.
#[test]
fn a_ping_is_answered() {
    let sources = others();
    let signature = hub(b"{}");
    let lines = [(github::SIGNATURE, signature.as_str()), (github::EVENT, "ping"), (github::DELIVERY, "guid"), JSON];
    let headers = Headers::new(lines.iter().map(|(name, value)| (*name, value.as_bytes())));
    let origin = Arc::default();
    let delivery = Delivery { headers: &headers, content_type: Some(JSON.1), body: b"{}", origin: &origin, now: now() };
    let trusted = sources.open(sources.trust("hub", delivery).unwrap()).unwrap();
    assert_eq!(trusted.source.keys.kind(), SenderKind::Github);
    assert!(matches!(sources.read(&trusted), Ok(Meaning::Ignored(why)) if why.contains("ping")));
}

/// What an event of Stripe's means to a source with these settings.
pub(super) fn stripe_meaning(settings: &str, body: &str) -> Result<Meaning, Unread> {
    let file =
        format!("[[cells]]\nname='main'\n[[webhooks]]\nname='pay'\nkind='stripe'\nsecrets=['{SECRET}']\n{settings}");
    let sources = Sources::new(&config::Config::load(&file, &[]).unwrap());
    let source = sources.by_name.get("pay").unwrap();
    let envelope = meaning_of_stripe::envelope(body.as_bytes()).map_err(Unread::Malformed)?;
    let identity =
        Identity { id: envelope.id.clone(), event: envelope.kind, unique: envelope.id, fingerprint: "f".repeat(64) };
    let (body, origin) = (Cow::Borrowed(body.as_bytes()), Arc::default());
    sources.read(&Trusted { source, identity, body, origin: &origin, now: now(), callbacks: None })
}
