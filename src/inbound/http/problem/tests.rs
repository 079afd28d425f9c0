use serde_json::json;

use super::*;
use crate::domain::approval::Excess;
use crate::domain::quota::Resource;

async fn shown(error: impl Into<Error>) -> (Response, Value) {
    let mut response = Problem::from_error(error.into(), "r1", None).into_response("r1");
    let body = response.take_body().into_string().await.unwrap();
    (response, serde_json::from_str(&body).unwrap())
}

#[tokio::test]
async fn a_refusal_has_a_type_words_and_its_fields() {
    let excess = Excess { of_org: false, resource: Resource::Stores, used: 10, limit: 10 };
    let (response, body) = shown(Refusal::Quota { excess, approval: None }).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(response.header("content-type"), Some("application/problem+json"));
    let expected = json!({
        "type": "urn:storebot:problem:quota-exceeded", "title": "Your quota is used up", "status": 422,
        "detail": "You have 10 of 10 stores. Put one to sleep or delete one that is not needed any more, then try again.",
        "request_id": "r1", "quota": "own", "resource": "stores", "used": 10, "limit": 10
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_rate_limit_says_when_to_come_back() {
    let policy = RatePolicy { name: "actor", limit: 100, window_seconds: 900 };
    let (response, body) = shown(Refusal::RateLimited { policy, retry_after_ms: 8001 }).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.header("retry-after"), Some("9"));
    assert_eq!(response.header("ratelimit-policy"), Some("\"actor\";q=100;w=900"));
    assert_eq!(response.header("ratelimit"), Some("\"actor\";r=0;t=9"));
    assert_eq!(body["policy"], "actor");
    let (response, _) = shown(Refusal::Unavailable).await;
    assert_eq!((response.status().as_u16(), response.header("retry-after")), (503, Some("5")));
}

#[tokio::test]
async fn an_inner_fault_says_nothing_of_the_inside() {
    let inner = std::io::Error::other("redis://secret@host: connection refused");
    let (response, body) = shown(Error::new(inner, StatusCode::INTERNAL_SERVER_ERROR)).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!body.to_string().contains("redis"));
    assert_eq!(body["type"], "urn:storebot:problem:internal");
}
