use std::sync::Mutex;

use poem::http::StatusCode;
use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use poem::{EndpointExt as _, Request, Server, endpoint::make};

use super::*;
use crate::domain::webhook::{Clock, Secret, SignedHeaders, verify};

const SECRETS: [&str; 2] =
    ["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="];

fn sender(allow: &[&str]) -> CallbackSender {
    CallbackSender::new(Callbacks {
        secrets: SECRETS.iter().map(|s| Secret::parse(s).unwrap()).collect(),
        allow_hosts: allow.iter().map(|a| (*a).to_owned()).collect(),
        timeout: Duration::from_secs(2),
        attempts: 3,
    })
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
    let verdict = sender(&["127.0.0.1"]).deliver("1-0", &url, b"{}".to_vec(), now()).await;
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
    let again = |seconds| Next::Again(Duration::from_secs(seconds));
    for (status, headers, expected) in [
        (StatusCode::OK, &[][..], Next::Finish),
        (StatusCode::GONE, &[], Next::Finish),
        (StatusCode::INTERNAL_SERVER_ERROR, &[], again(1)),
        (StatusCode::BAD_REQUEST, &[], again(1)),
        (StatusCode::FOUND, &[("location", "/elsewhere")], again(1)),
        (StatusCode::SERVICE_UNAVAILABLE, &[("retry-after", "7")], again(7)),
        (StatusCode::TOO_MANY_REQUESTS, &[("retry-after", "Tue, 14 Nov 2023 22:14:20 GMT")], again(60)),
    ] {
        let (url, _) = receiver(status, headers).await;
        let verdict = sender(&["127.0.0.1"]).deliver("1-0", &url, Vec::new(), now()).await;
        assert_eq!(next(&verdict, 0, 3), expected, "{status} {verdict:?}");
    }
}

#[tokio::test]
async fn what_is_inside_is_never_called() {
    let (url, got) = receiver(StatusCode::OK, &[]).await;
    assert!(matches!(sender(&[]).deliver("1-0", &url, Vec::new(), now()).await, Verdict::Stopped(_)));
    let named = url.replace("127.0.0.1", "localhost");
    assert!(matches!(sender(&[]).deliver("1-0", &named, Vec::new(), now()).await, Verdict::Stopped(_)));
    assert!(got.lock().unwrap().is_none());
    // A name that may be called goes to the address that was checked.
    assert_eq!(sender(&["localhost"]).deliver("1-0", &named, Vec::new(), now()).await, Verdict::Taken);
}

#[tokio::test]
async fn a_receiver_that_is_away_is_tried_again() {
    let verdict = sender(&["127.0.0.1"]).deliver("1-0", "http://127.0.0.1:1/", Vec::new(), now()).await;
    assert_eq!(verdict, failed("no connection"));
    assert!(matches!(sender(&[]).deliver("1-0", "ftp://x/", Vec::new(), now()).await, Verdict::Stopped(_)));
}

#[test]
fn pauses_double_and_end() {
    let pause = |attempt, attempts| next(&failed("x"), attempt, attempts);
    assert_eq!(pause(0, 8), Next::Again(Duration::from_secs(1)));
    assert_eq!(pause(6, 8), Next::Again(Duration::from_secs(64)));
    assert_eq!(pause(7, 8), Next::Finish);
    assert_eq!(pause(40, 50), Next::Again(PAUSE_LONGEST));
    let patient = Verdict::Failed { why: String::new(), after: wait("999999999", now()) };
    assert_eq!(next(&patient, 0, 8), Next::Again(Duration::from_secs(RETRY_AFTER_MAX)));
}

#[test]
fn a_log_shows_no_query() {
    assert_eq!(shown("https://example.com/hook?key=secret#x"), "https://example.com/hook");
    assert_eq!(shown("?key=secret"), "(no address)");
}
