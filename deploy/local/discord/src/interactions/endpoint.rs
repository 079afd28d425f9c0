//! What Discord does when an Interactions Endpoint URL is saved, and again from time to time: one
//! good PING, and probes with wrong signatures that must be refused (interactions overview,
//! "Setting Up an Endpoint").

use std::sync::Arc;

use serde_json::{Value, json};

use super::{UNAUTHORIZED, payload, post, send};
use crate::hub::Hub;
use crate::rest;
use crate::sign::Signer;

/// Why Discord would not accept the endpoint: "The specified interactions endpoint url could not
/// be verified".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// No URL to verify.
    #[error("no interactions URL is set")]
    NoEndpoint,
    /// The good PING was not answered with `{"type":1}`.
    #[error("PING: {0}")]
    Ping(String),
    /// A wrong signature was not refused with 401.
    #[error("{probe}: answered {answer} instead of 401")]
    Probe {
        /// What was wrong with the request.
        probe: &'static str,
        /// Status, or why there was none.
        answer: String,
    },
}

pub(crate) async fn verify(hub: &Arc<Hub>) -> Result<(), EndpointError> {
    let (url, body, timestamp) = {
        let mut world = hub.lock();
        let url = world.interactions_url.clone().ok_or(EndpointError::NoEndpoint)?;
        let id = world.next_id();
        let token = hub.signer.sign("ping token", &id.to_be_bytes());
        let body = Value::Object(payload::ping(&world, id, &token)).to_string().into_bytes();
        (url, body, world.now().as_second().to_string())
    };
    pong(hub, &url, &body).await?;
    let good = hub.signer.sign(&timestamp, &body);
    let stranger = Signer::new([7; 32]).sign(&timestamp, &body);
    let other_body = hub.signer.sign(&timestamp, b"{}");
    let other_time = hub.signer.sign("0", &body);
    for (probe, signature) in [
        ("signed with another key", stranger.as_str()),
        ("signed over another body", &other_body),
        ("signed over another timestamp", &other_time),
        ("a signature cut short", good.get(..64).unwrap_or_default()),
        ("a signature that is not hex", "not hex at all"),
        ("an empty signature", ""),
    ] {
        let answer = tokio::time::timeout(hub.deadline, post(hub, &url, (&timestamp, signature), &body)).await;
        let answer = match answer {
            Ok(Ok(response)) if response.status().as_u16() == UNAUTHORIZED.as_u16() => continue,
            Ok(Ok(response)) => response.status().to_string(),
            Ok(Err(reason)) => reason,
            Err(_) => format!("nothing within {:?}", hub.deadline),
        };
        return Err(EndpointError::Probe { probe, answer });
    }
    Ok(())
}

async fn pong(hub: &Arc<Hub>, url: &str, body: &[u8]) -> Result<(), EndpointError> {
    let late = || EndpointError::Ping(format!("no response within {:?}", hub.deadline));
    let answer = tokio::time::timeout(hub.deadline, send(hub, url, body)).await.map_err(|_| late())?;
    let answer = answer.map_err(EndpointError::Ping)?;
    if let Some(pong) = &answer {
        let judged = hub.change(|world| rest::judge(world, ("post", rest::CALLBACK), pong));
        judged.map_err(|error| EndpointError::Ping(error.reason()))?;
    }
    match answer {
        Some(pong) if pong.get("type") == Some(&json!(1)) => Ok(()),
        Some(other) => Err(EndpointError::Ping(format!("answered {other} instead of {{\"type\":1}}"))),
        None => Err(EndpointError::Ping("answered without a body".to_owned())),
    }
}
