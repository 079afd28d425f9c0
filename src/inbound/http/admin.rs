//! All of the admin listener, which every role has: numbers for Prometheus, whether the process is alive and ready for
//! Kubernetes, and how much there is to do for KEDA. Kept inside; asks for no token and tells of no store.

use poem::endpoint::{BoxEndpoint, make, make_sync};
use poem::http::StatusCode;
use poem::http::header::CONTENT_TYPE;
use poem::{EndpointExt as _, Response, Route, get};
use serde_json::{Value, json};

use crate::commands::Inside;
use crate::metrics::{self, Metrics};

const JSON: &str = "application/json";

#[must_use]
pub fn admin_routes(metrics: Metrics, inside: Inside) -> BoxEndpoint<'static, Response> {
    let numbers =
        make_sync(move |_| Response::builder().header(CONTENT_TYPE, metrics::CONTENT_TYPE).body(metrics.encode()));
    let alive = make_sync(|_| answer(StatusCode::OK, &json!({ "ok": true, "dependencies": [] })));
    let asked = inside.clone();
    let ready = make(move |_| {
        let inside = asked.clone();
        async move { ready(&inside).await }
    });
    let scale = make(move |_| {
        let inside = inside.clone();
        async move { scale(&inside).await }
    });
    Route::new()
        .at("/metrics", get(numbers))
        .at("/health/live", get(alive))
        .at("/health/ready", get(ready))
        .at("/scale", get(scale))
        .boxed()
}

/// As `/health/ready` of the public listener, which workers do not have.
async fn ready(inside: &Inside) -> Response {
    let found = inside.health().await;
    let ok = found.iter().all(|dependency| dependency.ok);
    let told: Vec<Value> =
        found.into_iter().map(|d| json!({ "name": d.name, "ok": d.ok, "detail": d.detail })).collect();
    let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    answer(status, &json!({ "ok": ok, "dependencies": told }))
}

/// What there is that only a worker does. Without an answer of the ledger an error: no number is better than a
/// wrong one, by which workers would go.
async fn scale(inside: &Inside) -> Response {
    match inside.work().await {
        Ok(work) => {
            let told = json!({
                "waiting": work.waiting, "running": work.running, "due": work.due, "lost": work.lost,
                "untold": work.untold, "deliveries": work.deliveries, "time": work.time, "knocks": work.knocks,
                "work": work.all(),
            });
            answer(StatusCode::OK, &told)
        }
        Err(error) => {
            tracing::warn!(%error, "it cannot be said how much there is to do");
            answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": "the ledger does not answer" }))
        }
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    Response::builder().status(status).header(CONTENT_TYPE, JSON).body(body.to_string())
}
