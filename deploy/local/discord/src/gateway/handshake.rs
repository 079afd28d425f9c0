//! From an HTTP request to a WebSocket (RFC 6455, section 4.2).

use std::sync::Arc;

use poem::http::{StatusCode, header};
use poem::{Endpoint, Request, Response};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::socket;
use crate::hub::Hub;

/// The poem endpoint of `/gateway`.
pub(crate) struct Door(pub(crate) Arc<Hub>);

impl Endpoint for Door {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let Some(key) = request.header(header::SEC_WEBSOCKET_KEY).map(str::to_owned) else {
            return Err(StatusCode::UPGRADE_REQUIRED.into());
        };
        let upgrade = request.take_upgrade().map_err(|_| StatusCode::UPGRADE_REQUIRED)?;
        let query = request.uri().query().unwrap_or_default().to_owned();
        let hub = Arc::clone(&self.0);
        tokio::spawn(async move {
            // Somebody who has gone meanwhile needs no connection.
            if let Ok(upgraded) = upgrade.await {
                let stream = WebSocketStream::from_raw_socket(upgraded, Role::Server, None).await;
                socket::serve(hub, stream, &query).await;
            }
        });
        Ok(Response::builder()
            .status(StatusCode::SWITCHING_PROTOCOLS)
            .header(header::CONNECTION, "upgrade")
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_ACCEPT, derive_accept_key(key.as_bytes()))
            .finish())
    }
}
