use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use poem::http::StatusCode;
use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use poem::{EndpointExt as _, Request, Response, Server, endpoint::make};
use serde_json::{Value, json};

use super::*;
use crate::config;
use crate::domain::actor::ActorId;
use crate::domain::command::CommandKind;
use crate::domain::engine::Engine;
use crate::domain::plan::Plan;
use crate::domain::record::{Desired, Observed, Phase, Spec, StepName, StepState, Want};
use crate::domain::reply::ReplyTo;
use crate::domain::store::StoreName;
use crate::domain::webhook::Secret;
use crate::notify::{CallbackSender, DiscordSender, Notify, NotifyParts};

type Calls = Arc<Mutex<Vec<(String, Value, Instant)>>>;

/// Answers by script: per path suffix the statuses to give first; 200 afterwards.
struct Outside {
    url: String,
    calls: Calls,
}

async fn outside(script: &[(&str, &[u16])]) -> Outside {
    let calls: Calls = Arc::default();
    let script: Arc<Mutex<HashMap<String, VecDeque<u16>>>> =
        Arc::new(Mutex::new(script.iter().map(|(p, s)| ((*p).to_owned(), s.iter().copied().collect())).collect()));
    let kept = Arc::clone(&calls);
    let endpoint = make(move |mut request: Request| {
        let (kept, script) = (Arc::clone(&kept), Arc::clone(&script));
        async move {
            let path = request.uri().path().to_owned();
            let body = request.take_body().into_json().await.unwrap_or(Value::Null);
            let status = script
                .lock()
                .unwrap()
                .iter_mut()
                .find(|(p, _)| path.contains(p.as_str()))
                .and_then(|(_, s)| s.pop_front())
                .unwrap_or(200);
            kept.lock().unwrap().push((path, body, Instant::now()));
            if status == 1 {
                tokio::time::sleep(Duration::from_secs(30)).await;
            }
            let code = if status == 401 { 50_027 } else { 10_015 };
            Ok::<_, poem::Error>(
                Response::builder()
                    .status(StatusCode::from_u16(status).unwrap())
                    .body(json!({ "id": "77", "code": code, "retry_after": 0.6 }).to_string()),
            )
        }
    });
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let port = acceptor.local_addr()[0].as_socket_addr().unwrap().port();
    tokio::spawn(Server::new_with_acceptor(acceptor).run(endpoint.map_to_response()));
    Outside { url: format!("http://127.0.0.1:{port}"), calls }
}

fn notify(outside: &Outside) -> (Arc<Ledger>, Notify) {
    let ledger = Arc::new(Ledger::default());
    let discord = config::Discord {
        application_id: 7,
        public_key: [0; 32],
        bot_token: "secret".into(),
        api_url: outside.url.parse().unwrap(),
        tolerance: Duration::from_secs(300),
        timeout: Duration::from_secs(2),
    };
    let callbacks = config::Callbacks {
        secrets: vec![Secret::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap()],
        allow_hosts: vec!["127.0.0.1".to_owned()],
        timeout: Duration::from_secs(2),
        attempts: 3,
    };
    let parts = NotifyParts {
        ledger: Arc::clone(&ledger),
        discord: Some(DiscordSender::new(&discord).unwrap()),
        callbacks: Some(CallbackSender::new(callbacks)),
    };
    (ledger, Notify::new(parts))
}

fn put(ledger: &Ledger, n: u64, kind: EventKind, phase: Phase) -> StoreId {
    let id = StoreId::from_bits(n);
    let spec = Spec {
        name: StoreName::parse(&format!("tea{n}")).unwrap(),
        engine: Engine::Medusa,
        plan: Plan::Small,
        title: "Tea".into(),
        owner: ActorId::new("discord:3"),
        cell: "main".into(),
        host: "tea.x".into(),
        url: "http://tea.x".into(),
        created_at: Timestamp::now(),
        expires_at: None,
    };
    let mut observed = Observed { phase, simulated: true, ..Observed::fresh(1) };
    if kind == EventKind::Progress {
        observed.set_step(StepName::Namespace, StepState::Running, Timestamp::now());
    }
    let desired = Desired { generation: 1, want: Want::Present };
    let mut state = ledger.state();
    let version = state.records.get(&id).map_or(1, |r| r.version + 1);
    state.records.insert(id.clone(), Record { id: id.clone(), spec, desired, observed, version });
    let event_id = format!("1700000000000-{}", n * 1000 + version);
    state.events.push_back(Event { id: event_id, store: id.clone(), kind, version, at: Timestamp::now() });
    id
}

fn promise(ledger: &Ledger, store: &StoreId, token: &str, minutes: i64) {
    let to = ReplyTo::Discord {
        application_id: "7".into(),
        token: token.into(),
        channel_id: Some("55".into()),
        user_id: "3".into(),
        token_expires_at: Timestamp::now() + SignedDuration::from_mins(minutes),
    };
    let reply = Reply { id: token.to_owned(), command: CommandKind::Create, to };
    ledger.state().replies.entry(store.clone()).or_default().push(reply);
}

fn texts(outside: &Outside, part: &str) -> Vec<String> {
    let calls = outside.calls.lock().unwrap();
    let of = calls.iter().filter(|(path, ..)| path.contains(part));
    of.map(|(_, body, _)| body["content"].as_str().unwrap_or("-").lines().last().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_story_is_told_by_edits_and_closed() {
    let outside = outside(&[("tok1", &[404, 503, 200, 429])]).await;
    let (ledger, notify) = notify(&outside);
    let mut reader = ledger.event_reader("a").await.unwrap();
    let id = put(&ledger, 1, EventKind::Accepted, Phase::Queued);
    promise(&ledger, &id, "tok1", 15);
    notify.run_one(&mut reader).await.unwrap();
    assert_eq!(texts(&outside, "tok1"), ["Creating **tea1** (Medusa, small) ..."; 3]);
    put(&ledger, 1, EventKind::Progress, Phase::Provisioning);
    put(&ledger, 1, EventKind::Ready, Phase::Ready);
    notify.run_one(&mut reader).await.unwrap();
    let end = "**tea1** is ready: http://tea.x (simulated nodes, no test order)";
    assert_eq!(texts(&outside, "tok1")[3..], [end; 2]);
    assert_eq!(ledger.state().acked.len(), 3);
    assert!(ledger.state().replies[&id].is_empty());
    let calls = outside.calls.lock().unwrap();
    assert!(calls[3].2 - calls[2].2 >= Duration::from_millis(950));
    assert!(calls[0].0.ends_with("/webhooks/7/tok1/messages/@original"), "{}", calls[0].0);
    assert_eq!(calls[0].1["allowed_mentions"], json!({ "parse": [] }));
}

#[tokio::test]
async fn after_the_token_the_end_goes_to_the_channel_then_to_the_person() {
    let outside = outside(&[("tok1", &[401]), ("/channels/55/", &[403])]).await;
    let (ledger, notify) = notify(&outside);
    let mut reader = ledger.event_reader("a").await.unwrap();
    let id = put(&ledger, 1, EventKind::Progress, Phase::Provisioning);
    promise(&ledger, &id, "tok1", 10);
    notify.run_one(&mut reader).await.unwrap();
    assert_eq!(outside.calls.lock().unwrap().len(), 1);
    put(&ledger, 1, EventKind::Failed, Phase::Failed);
    notify.run_one(&mut reader).await.unwrap();
    let paths: Vec<String> = outside.calls.lock().unwrap().iter().map(|(p, ..)| p.clone()).collect();
    let v = "/api/v10";
    assert_eq!(
        paths[1..],
        [format!("{v}/channels/55/messages"), format!("{v}/users/@me/channels"), format!("{v}/channels/77/messages")]
    );
    let body = outside.calls.lock().unwrap()[3].1.clone();
    assert_eq!((body["enforce_nonce"].as_bool(), body["nonce"].as_str().unwrap().len()), (Some(true), 24));
    assert!(ledger.state().replies[&id].is_empty());
}

#[tokio::test]
async fn a_slow_receiver_holds_up_nobody() {
    let outside = outside(&[("tok1", &[1])]).await;
    let (ledger, notify) = notify(&outside);
    for n in 1..=50 {
        let id = put(&ledger, n, EventKind::Ready, Phase::Ready);
        promise(&ledger, &id, &format!("tok{n}"), 15);
    }
    let stop = tokio_util::sync::CancellationToken::new();
    let (runner, stopped) = (notify.clone(), stop.clone());
    let task = tokio::spawn(async move { runner.run("a", stopped).await });
    let started = Instant::now();
    while ledger.state().acked.len() < 40 {
        assert!(started.elapsed() < Duration::from_millis(1_500), "{}", ledger.state().acked.len());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    while ledger.state().acked.len() < 50 {
        assert!(started.elapsed() < Duration::from_secs(6));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    task.await.unwrap();
}

#[tokio::test]
async fn a_callback_is_delivered_once_and_retried() {
    let outside = outside(&[("hook", &[500])]).await;
    let (ledger, notify) = notify(&outside);
    let mut reader = ledger.event_reader("a").await.unwrap();
    let id = put(&ledger, 1, EventKind::Accepted, Phase::Queued);
    let url = format!("{}/hook?k=v", outside.url);
    let reply = Reply { id: "r".into(), command: CommandKind::Create, to: ReplyTo::Callback { url } };
    ledger.state().replies.insert(id.clone(), vec![reply]);
    notify.run_one(&mut reader).await.unwrap();
    assert!(outside.calls.lock().unwrap().is_empty());
    put(&ledger, 1, EventKind::Ready, Phase::Ready);
    notify.run_one(&mut reader).await.unwrap();
    {
        let mut state = ledger.state();
        assert!(state.replies[&id].is_empty());
        assert_eq!((state.callbacks[0].0.attempt, state.callbacks[0].1), (1, 1_000));
        state.callbacks[0].1 = 0;
    }
    notify.run_one(&mut reader).await.unwrap();
    assert!(ledger.state().callbacks.is_empty());
    let calls = outside.calls.lock().unwrap();
    assert_eq!((calls.len(), &calls[0].1), (2, &calls[1].1));
    assert_eq!(
        (calls[1].1["type"].as_str(), calls[1].1["data"]["phase"].as_str()),
        (Some("store.ready"), Some("ready"))
    );
    assert_eq!(calls[1].1["timestamp"], "2023-11-14T22:13:20Z");
}
