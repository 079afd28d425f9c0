//! Answers in place of an HTTP server. Everything else streams through: one connection upstream for
//! each client's, without a pool, so that a connection that ends upstream ends for its client as well.

use std::sync::Arc;

use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::SendRequest;
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::tls::Ends;
use super::{Fault, Shared};

type Answer = Response<Either<Incoming, Full<Bytes>>>;

pub(super) struct Layer {
    pub(super) target: String,
    /// `None`: plain HTTP on both sides.
    pub(super) ends: Option<Ends>,
    pub(super) shared: Arc<Shared>,
}

/// Takes connections until it is dropped; they end with it.
pub(super) async fn serve(listener: TcpListener, layer: Arc<Layer>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            taken = listener.accept() => {
                let Ok((client, _)) = taken else { continue };
                let layer = Arc::clone(&layer);
                // An error is the end of the connection, which its client sees.
                connections.spawn(async move { let _ = layer.connection(client).await; });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

impl Layer {
    async fn connection(&self, client: TcpStream) -> anyhow::Result<()> {
        let server = TcpStream::connect(&self.target).await?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        match &self.ends {
            None => self.between(client, server).await,
            Some(ends) => {
                let client = ends.accept.accept(client).await?;
                let server = ends.connect.connect(ends.name.clone(), server).await?;
                self.between(client, server).await
            }
        }
    }

    async fn between<C, S>(&self, client: C, server: S) -> anyhow::Result<()>
    where
        C: AsyncRead + AsyncWrite + Unpin,
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, driver) = hyper::client::conn::http1::handshake(TokioIo::new(server)).await?;
        let sender = Mutex::new(sender);
        let answer = service_fn(|request| self.answer(&sender, request));
        let serving = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(client), answer);
        tokio::pin!(serving, driver);
        tokio::select! {
            served = serving.as_mut() => return Ok(served?),
            _ = driver.as_mut() => serving.as_mut().graceful_shutdown(),
        }
        Ok(serving.await?)
    }

    async fn answer(
        &self,
        sender: &Mutex<SendRequest<Incoming>>,
        request: Request<Incoming>,
    ) -> Result<Answer, hyper::Error> {
        let fault = *self.shared.fault.borrow();
        if let Fault::Status { code, retry_after, share } = fault
            && self.shared.roll(1..=100) <= u64::from(share)
        {
            self.shared.hit(fault);
            return Ok(refusal(code, retry_after));
        }
        Ok(sender.lock().await.send_request(request).await?.map(Either::Left))
    }
}

/// With a pause, in a form that Discord's clients read and Kubernetes' take for text; without one, as a
/// load balancer would.
fn refusal(code: u16, retry_after: Option<u32>) -> Answer {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (kind, text) = match retry_after {
        Some(seconds) => {
            let text = format!(r#"{{"message":"told to wait by the proxy","retry_after":{seconds},"global":false}}"#);
            ("application/json", text)
        }
        None => ("text/plain", format!("{status}, says the proxy\n")),
    };
    let mut answer = Response::new(Either::Right(Full::from(text)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(seconds) = retry_after {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}
