//! What answers say to browsers: who may see them, and what they may do with them.

use super::*;

const HERE: &str = "https://shops.example.com";
const THERE: &str = "https://shops.example.org";

fn site() -> Site {
    Site::with(&format!("cors_origins=['{HERE}']"), None)
}

const SAID: [&str; 6] = [
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
    "access-control-expose-headers",
    "access-control-allow-credentials",
];

async fn preflight(site: &Site, path: &str, origin: &str) -> Answer {
    let headers = [("origin", origin), ("access-control-request-method", "POST")];
    site.send(Method::OPTIONS, path, &headers, ()).await
}

#[tokio::test]
async fn a_page_of_a_named_origin_may_ask() {
    let site = site();
    let answer = preflight(&site, "/v1/stores", HERE).await;
    assert_eq!((answer.response.status(), answer.header("vary")), (StatusCode::NO_CONTENT, "origin"));
    let sent = "authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id";
    let expected = [
        ("access-control-allow-origin", HERE),
        ("access-control-allow-methods", "POST, GET, HEAD, OPTIONS"),
        ("access-control-allow-headers", sent),
        ("access-control-max-age", "600"),
    ];
    assert_eq!(answer.headers(&SAID), expected);

    // Errors too, or else a page could not tell what is wrong.
    let answer = site.send(Method::GET, "/v1/stores", &[("origin", HERE)], ()).await;
    assert_eq!(answer.problem(), is(401, "unauthorized"));
    let seen = "etag, location, ratelimit, ratelimit-policy, retry-after, x-request-id";
    let expected = [("access-control-allow-origin", HERE), ("access-control-expose-headers", seen)];
    assert_eq!(answer.headers(&SAID), expected);
}

#[tokio::test]
async fn a_page_of_another_origin_is_told_nothing() {
    let site = site();
    for origin in [THERE, "null", "https://shops.example.com.example.org", "HTTPS://shops.example.com"] {
        for answer in [
            preflight(&site, "/v1/stores", origin).await,
            site.send(Method::GET, "/health/live", &[("origin", origin)], ()).await,
        ] {
            assert!(answer.response.status().is_success());
            assert_eq!(answer.headers(&SAID), [], "{origin}");
            assert_eq!(answer.header("vary"), "origin", "an answer kept for one origin is not for another");
        }
    }
}

#[tokio::test]
async fn only_the_api_is_for_other_pages_and_only_when_configured() {
    let site = site();
    for path in ["/docs", "/openapi.json", "/nowhere"] {
        assert_eq!(preflight(&site, path, HERE).await.headers(&SAID), [], "{path}");
    }
    let none = Site::new(None);
    let answer = preflight(&none, "/v1/stores", HERE).await;
    assert_eq!((answer.headers(&SAID), answer.header("vary")), (Vec::new(), ""));
}

/// Every kind of answer with what it says to browsers.
#[tokio::test]
async fn every_answer_says_what_browsers_may_do_with_it() {
    let site = Site::with("public_url='https://storebot.example.com'", None);
    let names = [
        "strict-transport-security",
        "x-content-type-options",
        "referrer-policy",
        "cross-origin-resource-policy",
        "cross-origin-opener-policy",
        "cross-origin-embedder-policy",
        "permissions-policy",
        "cache-control",
        "content-security-policy",
    ];
    let mut told = String::new();
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/docs"),
        (Method::GET, "/openapi.json"),
        (Method::GET, "/openapi.yaml"),
        (Method::GET, "/health/live"),
        (Method::GET, "/v1/stores"),
        (Method::POST, "/webhooks/ci"),
        (Method::PUT, "/v1/stores"),
        (Method::OPTIONS, "/v1/stores"),
        (Method::GET, "/nowhere"),
    ] {
        let answer = site.send(method.clone(), path, &[], ()).await;
        told += &format!("{method} {path} {}\n", answer.response.status().as_u16());
        for (name, value) in answer.headers(&names) {
            // The digests change with what they are of.
            let value = value.split_inclusive(' ').filter(|part| !part.contains("'sha256-")).collect::<String>();
            told += &format!("  {name}: {value}\n");
        }
    }
    insta::assert_snapshot!(told);
    let plain = Site::new(None).send(Method::GET, "/", &[], ()).await;
    assert_eq!(plain.header("strict-transport-security"), "", "over http nobody could come back");
}

#[tokio::test]
async fn who_is_about_to_go_asks_for_no_further_requests() {
    for (site, close) in [(Site::new(None), None), (Site::draining(), Some("close"))] {
        let answer = site.send(Method::GET, "/health/live", &[], ()).await;
        let said = answer.response.headers().get("connection").map(|value| value.to_str().unwrap());
        assert_eq!((answer.response.status(), said), (StatusCode::OK, close));
    }
    let ready = Site::draining().send(Method::GET, "/health/ready", &[], ()).await;
    assert_eq!(ready.response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(ready.text.contains("it stops: go on at another one"), "{}", ready.text);
}
