use std::sync::Mutex;

use poem::http::StatusCode;
use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use poem::{EndpointExt as _, Request, Server, endpoint::make};

use super::*;
use crate::domain::store::StoreId;
use crate::domain::webhook::{Clock, SignedHeaders, verify};
use crate::metrics::Metrics;

const SECRETS: [&str; 2] =
    ["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="];

const RETRIES: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(100)];

fn to(url: &str) -> PendingCallback {
    PendingCallback {
        id: "1-0".to_owned(),
        store: StoreId::from_bits(7),
        kind: EventKind::Ready,
        url: url.to_owned().into(),
        attempt: 0,
        reply: String::new(),
        endpoint: None,
        trail: Default::default(),
    }
}

fn sender(allow: &[&str]) -> CallbackSender {
    CallbackSender::new(
        Callbacks {
            secrets: SECRETS.iter().map(|s| Secret::parse(s).unwrap()).collect(),
            allow_hosts: allow.iter().map(|a| (*a).to_owned()).collect(),
            timeout: Duration::from_secs(2),
            retries: RETRIES.to_vec(),
            endpoints: Vec::new(),
        },
        Metrics::new(),
    )
}

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

/// A receiver that gives always the same answer; its address, and what it got last.
async fn receiver(
    status: StatusCode,
    headers: &'static [(&'static str, &'static str)],
) -> (String, Arc<Mutex<Option<(poem::http::HeaderMap, Vec<u8>)>>>) {
    let got = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&got);
    let endpoint = make(move |mut request: Request| {
        let kept = Arc::clone(&kept);
        async move {
            let body = request.take_body().into_vec().await?;
            *kept.lock().unwrap() = Some((request.headers().clone(), body));
            let mut response = poem::Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(*name, *value);
            }
            Ok::<_, poem::Error>(response.finish())
        }
    });
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let port = acceptor.local_addr()[0].as_socket_addr().unwrap().port();
    tokio::spawn(Server::new_with_acceptor(acceptor).run(endpoint.map_to_response()));
    (format!("http://127.0.0.1:{port}/hook?key=secret"), got)
}

#[tokio::test]
async fn a_delivery_is_signed_by_every_secret() {
    let (url, got) = receiver(StatusCode::NO_CONTENT, &[]).await;
    let verdict = sender(&["127.0.0.1"]).deliver(&to(&url), b"{}".to_vec(), now()).await;
    assert_eq!(verdict, Verdict::Taken);
    let (headers, body) = got.lock().unwrap().take().unwrap();
    let text = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    let (id, timestamp, signatures) = (text("webhook-id"), text("webhook-timestamp"), text("webhook-signature"));
    assert_eq!((id.as_str(), timestamp.as_str(), body.as_slice()), ("1-0", "1700000000", b"{}".as_slice()));
    for secret in SECRETS {
        let signed = SignedHeaders { id: &id, timestamp: &timestamp, signatures: &signatures };
        let clock = Clock { now: 1_700_000_000, tolerance: 1 };
        assert_eq!(verify(&[Secret::parse(secret).unwrap().into()], signed, &body, clock), Ok(()));
    }
}

#[tokio::test]
async fn answers_decide_what_happens_next() {
    let again = |seconds: u64| Some(Duration::from_secs(seconds));
    for (status, headers, expected) in [
        (StatusCode::OK, &[][..], None),
        (StatusCode::INTERNAL_SERVER_ERROR, &[], again(10)),
        (StatusCode::BAD_REQUEST, &[], again(10)),
        (StatusCode::FOUND, &[("location", "/elsewhere")], again(10)),
        (StatusCode::SERVICE_UNAVAILABLE, &[("retry-after", "77")], again(77)),
        (StatusCode::TOO_MANY_REQUESTS, &[("retry-after", "Tue, 14 Nov 2023 22:14:20 GMT")], again(60)),
    ] {
        let (url, _) = receiver(status, headers).await;
        let verdict = sender(&["127.0.0.1"]).deliver(&to(&url), Vec::new(), now()).await;
        let next = next(&verdict, ("1-0", 0), &RETRIES);
        let as_expected = match (next.clone(), expected) {
            (Next::Finish, None) => true,
            (Next::Again(pause), Some(about)) => about.mul_f64(0.9) <= pause && pause <= about.mul_f64(1.1),
            _ => false,
        };
        assert!(as_expected, "{status} {verdict:?} {next:?}");
    }
    let (url, _) = receiver(StatusCode::GONE, &[]).await;
    let verdict = sender(&["127.0.0.1"]).deliver(&to(&url), Vec::new(), now()).await;
    assert_eq!((next(&verdict, ("1-0", 0), &RETRIES), verdict), (Next::SwitchOff, Verdict::Gone));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (inside, got) = receiver(StatusCode::OK, &[]).await;
    let location: &'static [(&str, &str)] = vec![("location", &*inside.leak())].leak();
    for status in [301, 302, 303, 307, 308] {
        let (url, _) = receiver(StatusCode::from_u16(status).unwrap(), location).await;
        let verdict = sender(&["127.0.0.1"]).deliver(&to(&url), b"{}".to_vec(), now()).await;
        assert_eq!(verdict, failed(&format!("answered {status}")));
    }
    assert!(got.lock().unwrap().is_none());
}

/// Answers in part and never ends.
#[tokio::test]
async fn a_receiver_that_dawdles_holds_nobody_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let held = tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            open.push(connection);
        }
    });
    let mut config = (*sender(&["127.0.0.1"]).config).clone();
    config.timeout = Duration::from_millis(50);
    let verdict = CallbackSender::new(config, Metrics::new()).deliver(&to(&url), Vec::new(), now()).await;
    assert!(matches!(verdict, Verdict::Failed { after: None, .. }), "{verdict:?}");
    held.abort();
}

#[tokio::test]
async fn an_endpoint_has_its_own_secrets_as_long_as_it_is_configured() {
    let (url, got) = receiver(StatusCode::OK, &[]).await;
    let mut config = (*sender(&["127.0.0.1"]).config).clone();
    let own = Secret::parse(SECRETS[1]).unwrap();
    config.secrets.truncate(1);
    let endpoint = Endpoint {
        id: "e".to_owned(),
        url: url.clone().into(),
        events: vec![EventKind::Ready],
        secrets: vec![own.clone()],
    };
    config.endpoints = vec![endpoint];
    let mut callback = PendingCallback { endpoint: Some("e".to_owned()), ..to(&url) };
    let sender = CallbackSender::new(config, Metrics::new());
    assert_eq!(sender.deliver(&callback, b"{}".to_vec(), now()).await, Verdict::Taken);
    let (headers, _) = got.lock().unwrap().take().unwrap();
    assert_eq!(headers["webhook-signature"].to_str().unwrap(), own.sign("1-0", 1_700_000_000, b"{}"));
    callback.endpoint = Some("of before".to_owned());
    assert!(matches!(sender.deliver(&callback, Vec::new(), now()).await, Verdict::Stopped(_)));
    assert!(got.lock().unwrap().is_none());
}

#[tokio::test]
async fn what_is_inside_is_never_called() {
    let (url, got) = receiver(StatusCode::OK, &[]).await;
    assert!(matches!(sender(&[]).deliver(&to(&url), Vec::new(), now()).await, Verdict::Stopped(_)));
    let named = url.replace("127.0.0.1", "localhost");
    assert!(matches!(sender(&[]).deliver(&to(&named), Vec::new(), now()).await, Verdict::Stopped(_)));
    assert!(got.lock().unwrap().is_none());
    // A name that may be called goes to the address that was checked.
    assert_eq!(sender(&["localhost"]).deliver(&to(&named), Vec::new(), now()).await, Verdict::Taken);
}

#[tokio::test]
async fn a_receiver_that_is_away_is_tried_again() {
    let verdict = sender(&["127.0.0.1"]).deliver(&to("http://127.0.0.1:1/"), Vec::new(), now()).await;
    assert_eq!(verdict, failed("no connection"));
    assert!(matches!(sender(&[]).deliver(&to("ftp://x/"), Vec::new(), now()).await, Verdict::Stopped(_)));
}

#[test]
fn pauses_are_those_of_the_configuration_and_end() {
    let pause = |id: &str, attempt| match next(&failed("x"), (id, attempt), &RETRIES) {
        Next::Again(pause) => Some(pause.as_secs_f64()),
        _ => None,
    };
    let of_many: Vec<f64> = (0..200).filter_map(|n| pause(&n.to_string(), 0)).collect();
    assert!(of_many.iter().all(|pause| (9.0..=11.0).contains(pause)), "{of_many:?}");
    assert!(of_many.iter().any(|pause| *pause < 9.3) && of_many.iter().any(|pause| *pause > 10.7), "{of_many:?}");
    assert_eq!(pause("7", 1), pause("7", 1), "the same for the same attempt");
    assert!(pause("7", 1).is_some_and(|pause| (90.0..=110.0).contains(&pause)));
    assert_eq!(pause("7", 2), None);
    let patient = Verdict::Failed { why: String::new(), after: wait("999999999", now()) };
    assert_eq!(next(&patient, ("7", 0), &RETRIES), Next::Again(Duration::from_secs(RETRY_AFTER_MAX)));
}

#[test]
fn a_log_shows_no_query() {
    assert_eq!(shown("https://example.com/hook?key=secret#x"), "https://example.com/hook");
    assert_eq!(shown("?key=secret"), "(no address)");
}
