//! The whole public listener in process, as far as no command is reached: what a stranger gets.

mod headers;

use std::time::Duration;

use poem::http::{Method, StatusCode};
use poem::{Body, endpoint::make_sync};
use serde_json::{Value, json};

use super::auth::Grant;
use super::*;
use crate::commands::Inside;
use crate::domain::actor::Role;
use crate::domain::webhook::Secret;
use crate::ledger::Ledger;
use crate::limits::Limits;

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const NOW: i64 = 1_700_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn config(more: &str) -> Config {
    let key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let file = format!(
        "[http]\nbody_limit=1024\nwebhook_body_limit=2048\nrequest_timeout='100ms'\nbody_timeout='100ms'\n\
         {more}\n[redis]\nurl='redis://127.0.0.1:1'\n[[cells]]\nname='main'\n\
         [[webhooks]]\nname='ci'\nsecrets=['{SECRET}']\n[[auth.keys]]\nkid='k'\nsecret='{key}'"
    );
    Config::load(&file, &[]).unwrap()
}

/// No test here may come as far as the ledger, which is nowhere.
fn unreachable_commands(config: &Config) -> Commands {
    let ledger = Ledger::new(&config.redis, &config.retention).unwrap();
    Commands::new(ledger, Arc::new(Limits::new(&config.limits)), config, Arc::new(|| 7))
}

struct Site {
    routes: BoxEndpoint<'static, Response>,
    metrics: Metrics,
    token: String,
}

impl Site {
    fn new(discord: Option<BoxEndpoint<'static, Response>>) -> Self {
        Self::with("", discord)
    }

    /// Of a process that was asked to end.
    fn draining() -> Self {
        let draining = CancellationToken::new();
        draining.cancel();
        Self::build("", None, draining)
    }

    /// `more` of the section `http`.
    fn with(more: &str, discord: Option<BoxEndpoint<'static, Response>>) -> Self {
        Self::build(more, discord, CancellationToken::new())
    }

    fn build(more: &str, discord: Option<BoxEndpoint<'static, Response>>, draining: CancellationToken) -> Self {
        let (config, metrics) = (Arc::new(config(more)), Metrics::new());
        let grant = Grant { subject: "ana", role: Role::Member, org: None, ttl: Duration::from_secs(60) };
        let token = auth::mint(&config.auth, grant, now()).unwrap();
        let routes = public_routes(HttpParts {
            forges: crate::forge::Forges::default(),
            commands: Arc::new(unreachable_commands(&config)),
            config,
            metrics: metrics.clone(),
            discord,
            gateway: None,
            sign_in: None,
            clock: now,
            ids: Arc::new(|| 7),
            draining,
            close: CancellationToken::new(),
        });
        Self { routes, metrics, token }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri_str(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = self.routes.get_response(request.body(body)).await;
        let text = response.take_body().into_string().await.unwrap();
        Answer { response, text }
    }

    async fn create(&self, body: &'static str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.send(Method::POST, "/v1/stores", &headers, body).await
    }

    async fn deliver(&self, source: &str, at: i64, signed: &str, sent: &str) -> Answer {
        let signature = Secret::parse(SECRET).unwrap().sign("msg_1", at, signed.as_bytes());
        let at = at.to_string();
        let headers = [("webhook-id", "msg_1"), ("webhook-timestamp", &at), ("webhook-signature", &signature)];
        let json = [headers.as_slice(), &[("content-type", "application/json")]].concat();
        self.send(Method::POST, &format!("/webhooks/{source}"), &json, sent.to_owned()).await
    }
}

struct Answer {
    response: Response,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.response.header(name).unwrap_or_default()
    }

    /// The named headers, those that are there.
    fn headers<'a>(&'a self, names: &[&'a str]) -> Vec<(&'a str, &'a str)> {
        names.iter().filter_map(|name| Some((*name, self.response.header(name)?))).collect()
    }

    /// Holds an error against the one shape of errors; its status and kind.
    fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let body: Value = serde_json::from_str(&self.text).unwrap();
        let status = self.response.status().as_u16();
        assert_eq!(body["status"], status);
        assert_eq!(body["request_id"], "0000000000000007");
        assert_eq!(self.header("x-request-id"), "0000000000000007");
        assert!(!body["title"].as_str().unwrap().is_empty());
        assert!(body["detail"].as_str().unwrap().len() > 10);
        let kind = body["type"].as_str().unwrap().strip_prefix("urn:storebot:problem:").unwrap().to_owned();
        (status, kind)
    }
}

fn is(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

#[tokio::test]
async fn what_is_not_there_is_told_in_the_one_shape() {
    let site = Site::new(None);
    for path in ["/nowhere", "/v1/nowhere", "/v1/stores/a/b", "/discord/interactions", "/metrics"] {
        let answer = site.send(Method::GET, path, &[], ()).await;
        assert_eq!(answer.problem(), is(404, "no-such-address"), "{path}");
    }
    assert!(site.metrics.encode().contains("{route=\"unmatched\",method=\"GET\",status=\"404\"} 5"));
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let site = Site::new(None);
    for (method, path, allow) in [
        (Method::PUT, "/v1/stores", "POST, GET, HEAD, OPTIONS"),
        (Method::POST, "/v1/stores/tea", "GET, DELETE, HEAD, OPTIONS"),
        (Method::GET, "/webhooks/ci", "POST, OPTIONS"),
        (Method::POST, "/docs", "GET, HEAD, OPTIONS"),
    ] {
        let answer = site.send(method, path, &[], "a body that nobody reads").await;
        assert_eq!(answer.problem(), is(405, "method-not-allowed"), "{path}");
        assert_eq!(answer.header("allow"), allow, "{path}");
        let answer = site.send(Method::OPTIONS, path, &[], ()).await;
        assert_eq!((answer.response.status(), answer.text.as_str()), (StatusCode::NO_CONTENT, ""), "{path}");
        assert_eq!(answer.header("allow"), allow, "{path}");
    }
    assert_eq!(site.send(Method::OPTIONS, "/nowhere", &[], ()).await.problem(), is(404, "no-such-address"));
    let strange = Method::from_bytes(b"BREW").unwrap();
    assert_eq!(site.send(strange, "/v1/stores/tea", &[], ()).await.response.status(), 405);
    assert!(site.metrics.encode().contains("{route=\"/v1/stores/{store}\",method=\"other\",status=\"405\"} 1"));
}

#[tokio::test]
async fn strangers_are_asked_for_a_token_before_anything_is_read() {
    let site = Site::new(None);
    let twice = [("authorization", "Bearer a"), ("authorization", "Bearer b")];
    for headers in [&[][..], &[("authorization", "Basic YTpi")][..], &twice[..]] {
        let answer = site.send(Method::POST, "/v1/stores", headers, "{").await;
        assert_eq!(answer.problem(), is(401, "unauthorized"));
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let answer = site.send(Method::GET, "/v1/quota", &[("authorization", "Bearer x.y.z")], ()).await;
    assert_eq!(answer.problem(), is(401, "unauthorized"));
    assert!(answer.header("www-authenticate").starts_with("Bearer"));
}

#[tokio::test]
async fn a_create_that_cannot_be_read_is_told_why() {
    let site = Site::new(None);
    for (body, expected) in [
        ("", is(400, "malformed-body")),
        ("{", is(400, "malformed-body")),
        (r#"{"name":"tea"}"#, is(400, "malformed-body")),
        (r#"{"name":"tea","engine":"medusa","colour":"red"}"#, is(400, "malformed-body")),
        (r#"{"name":1,"engine":"medusa"}"#, is(400, "malformed-body")),
        (r#"{"name":"Tea","engine":"medusa"}"#, is(422, "bad-name")),
        (r#"{"name":"tea","engine":"magento"}"#, is(422, "unknown-value")),
        (r#"{"name":"tea","engine":"medusa","ttl":"soon"}"#, is(422, "invalid-value")),
        (r#"{"name":"tea","engine":"medusa","title":"a\u0000b"}"#, is(422, "invalid-value")),
    ] {
        assert_eq!(site.create(body).await.problem(), expected, "{body}");
    }
    let known: Value = serde_json::from_str(&site.create(r#"{"name":"tea","engine":"magento"}"#).await.text).unwrap();
    assert_eq!(known["known"], json!(["woocommerce", "medusa"]));
    let bearer = format!("Bearer {}", site.token);
    let form = [("authorization", bearer.as_str()), ("content-type", "text/plain")];
    let answer = site.send(Method::POST, "/v1/stores", &form, "{}").await;
    assert_eq!(answer.problem(), is(415, "unsupported-media-type"));
    assert!(answer.text.contains("Bodies of the type \\\"text/plain\\\" are not understood"), "{}", answer.text);
    for limit in ["0", "201", "-1", "many", ""] {
        let answer = site.send(Method::GET, &format!("/v1/stores?limit={limit}"), &form[..1], ()).await;
        assert_eq!(answer.problem(), is(400, "bad-parameter"), "{limit}");
        assert!(answer.text.contains("limit is a whole number from 1 to 200."), "{}", answer.text);
    }
    let answer = site.send(Method::GET, "/v1/stores?phase=lost", &form[..1], ()).await;
    assert_eq!(answer.problem(), is(422, "unknown-value"));
    let answer = site.send(Method::GET, "/v1/stores/%FF", &form[..1], ()).await;
    assert_eq!(answer.problem().0, 400);
}

#[tokio::test]
async fn a_header_that_would_be_overlooked_is_told() {
    let site = Site::new(None);
    let latin = Request::builder().uri_str("/v1/stores/tea").method(Method::DELETE);
    let latin = latin.header("idempotency-key", poem::http::HeaderValue::from_bytes(b"caf\xe9").unwrap()).finish();
    let mut response = site.routes.get_response(latin).await;
    let text = response.take_body().into_string().await.unwrap();
    let answer = Answer { response, text };
    assert_eq!(answer.problem(), is(400, "bad-parameter"));
    assert!(answer.text.contains("Idempotency-Key is one header at most"), "{}", answer.text);
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    assert_eq!(site.send(Method::POST, "/v1/stores", &twice, "{}").await.problem(), is(400, "bad-parameter"));
    let list = [("if-none-match", "\"1\""), ("if-none-match", "\"2\"")];
    assert_eq!(site.send(Method::GET, "/v1/stores/tea", &list, ()).await.problem(), is(401, "unauthorized"));
}

#[tokio::test]
async fn a_body_is_bounded_announced_or_not() {
    let site = Site::new(None);
    let big = "x".repeat(1025);
    let answer = site.send(Method::POST, "/v1/stores", &[("content-length", "1025")], big.clone()).await;
    assert_eq!(answer.problem(), is(413, "body-too-large"));
    let chunks = [Ok::<_, std::io::Error>(big.clone().into_bytes())];
    let chunked = Body::from_bytes_stream(futures::stream::iter(chunks));
    assert_eq!(site.send(Method::POST, "/v1/stores", &[], chunked).await.problem(), is(413, "body-too-large"));
    assert_eq!(site.deliver("ci", NOW, &big, &big).await.problem(), is(400, "malformed-body"));
    let bigger = "x".repeat(2049);
    assert_eq!(site.deliver("ci", NOW, &bigger, &bigger).await.problem(), is(413, "body-too-large"));
}

#[tokio::test]
async fn a_request_without_a_body_takes_none() {
    let site = Site::new(None);
    let chunk = || Body::from_bytes_stream(futures::stream::iter([Ok::<_, std::io::Error>(b"{}".to_vec())]));
    for (method, path) in [
        (Method::GET, "/v1/stores"),
        (Method::DELETE, "/v1/stores/tea"),
        (Method::POST, "/v1/stores/tea/retry"),
        (Method::GET, "/health/live"),
        (Method::GET, "/docs"),
    ] {
        let announced = site.send(method.clone(), path, &[("content-length", "2")], "{}").await;
        assert_eq!(announced.problem(), is(413, "body-too-large"), "{path}");
        assert!(announced.text.contains("takes no body"), "{}", announced.text);
        assert_eq!(site.send(method, path, &[], chunk()).await.problem(), is(413, "body-too-large"), "{path}");
    }
    let none = Body::from_bytes_stream(futures::stream::empty::<Result<Vec<u8>, std::io::Error>>());
    assert_eq!(site.send(Method::GET, "/health/live", &[], none).await.response.status(), 200);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let site = Site::new(None);
    let never = Body::from_bytes_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let answer = site.send(Method::POST, "/v1/stores", &[], never).await;
    assert_eq!(answer.problem(), is(408, "body-too-slow"));
    assert_eq!(answer.header("connection"), "close");
}

#[tokio::test]
async fn deliveries_nobody_signed_all_get_the_same_answer() {
    let site = Site::new(None);
    let body = r#"{"type":"store.create","data":{"name":"tea","engine":"medusa"}}"#;
    let mut texts = Vec::new();
    for answer in [
        site.deliver("ci", NOW, "other", body).await,
        site.deliver("ci", NOW - 301, "other", body).await,
        site.send(Method::POST, "/webhooks/ci", &[], body).await,
    ] {
        assert_eq!(answer.problem(), is(401, "bad-signature"));
        texts.push(answer.text);
    }
    texts.dedup();
    assert_eq!(texts.len(), 1);
    assert_eq!(site.deliver("nobody", NOW, body, body).await.problem(), is(404, "no-such-source"));
    // Whoever can sign is told of the time.
    for at in [NOW - 301, NOW + 301] {
        assert_eq!(site.deliver("ci", at, body, body).await.problem(), is(401, "stale-delivery"));
    }
    let text = site.metrics.encode();
    assert!(text.contains("storebot_signature_failures_total{source=\"ci\"} 5"));
    assert!(text.contains("storebot_signature_failures_total{source=\"unknown\"} 1"));
}

/// What can be trusted is written down before anything follows from it.
#[tokio::test]
async fn a_delivery_that_cannot_be_written_down_is_not_taken() {
    let site = Site::new(None);
    let push = r#"{"type":"push","ref":"main"}"#;
    assert_eq!(site.deliver("ci", NOW, push, push).await.problem(), is(503, "unavailable"));
    let bad = r#"{"ref":"main"}"#;
    assert_eq!(site.deliver("ci", NOW, bad, bad).await.problem(), is(400, "malformed-body"));
}

#[tokio::test]
async fn panics_and_slow_routes_end_in_the_one_shape() {
    let panics = make_sync(|_| -> Response { panic!("the boiler burst") }).boxed();
    let answer = Site::new(Some(panics)).send(Method::POST, "/discord/interactions", &[], "{}").await;
    assert_eq!(answer.problem(), is(500, "internal"));
    assert!(!answer.text.contains("boiler"));
    let sleeps = poem::endpoint::make(|_| async {
        std::future::pending::<()>().await;
        Ok::<_, poem::Error>(Response::default())
    });
    let answer = Site::new(Some(sleeps.boxed())).send(Method::POST, "/discord/interactions", &[], "{}").await;
    assert_eq!(answer.problem(), is(503, "timeout"));
    assert_eq!(answer.header("retry-after"), "5");
}

#[tokio::test]
async fn pages_and_health_need_nobody() {
    let site = Site::new(None);
    for (path, content_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/docs", "text/html; charset=utf-8"),
        ("/openapi.json", "application/json"),
        ("/openapi.yaml", "application/yaml"),
        ("/health/live", "application/json"),
    ] {
        let answer = site.send(Method::GET, path, &[], ()).await;
        assert_eq!(answer.response.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.header("content-type"), content_type, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
        assert_eq!(answer.header("x-request-id"), "0000000000000007");
    }
    let answer = site.send(Method::HEAD, "/health/live", &[], ()).await;
    assert_eq!((answer.response.status(), answer.text.as_str()), (StatusCode::OK, ""));
    let request = Request::builder().uri_str("/openapi.json").header("accept-encoding", "gzip").finish();
    let packed = site.routes.get_response(request).await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.into_body().into_vec().await.unwrap().len() < 40_000);
}

#[tokio::test]
async fn the_admin_listener_shows_the_numbers() {
    let site = Site::new(None);
    site.send(Method::GET, "/health/live", &[], ()).await;
    let config = config("");
    let ledger = Ledger::new(&config.redis, &config.retention).unwrap();
    let admin = admin_routes(site.metrics.clone(), Inside::new(ledger));
    let ask = async |path: &'static str| admin.get_response(Request::builder().uri_str(path).finish()).await;
    let response = ask("/metrics").await;
    assert!(response.content_type().unwrap().starts_with("application/openmetrics-text"));
    let text = response.into_body().into_string().await.unwrap();
    assert!(text.contains("storebot_http_requests_total{route=\"/health/live\",method=\"GET\",status=\"200\"} 1"));
    // Nobody has a ledger here: alive, not ready, and no number by which workers would go.
    assert_eq!(ask("/health/live").await.status(), StatusCode::OK);
    assert_eq!(ask("/health/ready").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ask("/scale").await.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[test]
fn the_committed_document_is_the_generated_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/storebot.yaml");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == openapi_yaml(), "openapi/storebot.yaml is out of date: run `make openapi`");
}
