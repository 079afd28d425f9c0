//! `POST /_control/gateway`: orders a fault of the connections, for scripts.

use std::sync::Arc;

use poem::http::StatusCode;
use poem::web::{Data, Json};
use poem::{Response, handler};
use serde::Deserialize;
use serde_json::json;

use super::GatewayFault;
use crate::hub::Hub;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    /// `"drop"`, `"reconnect"`, `"invalid_session"`, `"silence"` or `{"close": 4000}`.
    fault: GatewayFault,
}

/// Answers with the sessions that there are.
#[handler]
pub(crate) fn order(Data(hub): Data<&Arc<Hub>>, Json(order): Json<Order>) -> Response {
    let sessions = hub.change(|world| {
        world.gateway.order(order.fault);
        world.gateway.all().len()
    });
    let body = json!({ "sessions": sessions }).to_string();
    Response::builder().status(StatusCode::OK).content_type("application/json").body(body)
}
