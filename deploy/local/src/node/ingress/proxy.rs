//! The proxy itself: hands a request to a pod and its answer back, both as streams, so that an
//! upload of any size costs no memory. Where no pod can be asked it says why in one sentence.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use super::routes::{Miss, Tables};

/// A pod on the same machine that takes longer to take a connection is gone.
const CONNECT: Duration = Duration::from_secs(2);
/// Headers that speak of one connection and not of the request.
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
];

type Body = Either<Incoming, Full<Bytes>>;

/// The proxy with its connections to pods.
pub struct Proxy {
    tables: Tables,
    client: Client<HttpConnector, Incoming>,
    turn: AtomicUsize,
}

impl Proxy {
    /// A proxy to the pods that the tables name.
    pub fn new(tables: Tables) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        Self { tables, client, turn: AtomicUsize::new(0) }
    }

    /// Takes connections until it is dropped.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, from)) => {
                    tokio::spawn(Arc::clone(&self).connection(stream, from));
                }
                // Out of file descriptors, for example: others may end meanwhile.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, from: SocketAddr) {
        let _ = stream.set_nodelay(true);
        let answer = service_fn(|request| {
            let proxy = Arc::clone(&self);
            async move { Ok::<_, Infallible>(proxy.answer(request, from).await) }
        });
        // An error is a browser that went away.
        let _ = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), answer).await;
    }

    async fn answer(&self, mut request: Request<Incoming>, from: SocketAddr) -> Response<Body> {
        let host = host_of(&request);
        let name = without_port(&host).to_owned();
        let pods = match self.tables.route(&name, request.uri().path()) {
            Ok(pods) => pods,
            Err(miss) => return explain(&miss, &name),
        };
        let pod = pods[self.turn.fetch_add(1, Ordering::Relaxed) % pods.len()];
        let Some(uri) = uri_at(pod, request.uri()) else {
            return page(StatusCode::BAD_REQUEST, "This address cannot be understood.");
        };
        *request.uri_mut() = uri;
        prepare(request.headers_mut(), &host, from);
        match self.client.request(request).await {
            Ok(mut answer) => {
                drop_hop_by_hop(answer.headers_mut());
                answer.map(Either::Left)
            }
            Err(_) => {
                page(StatusCode::BAD_GATEWAY, &format!("The shop {name} does not answer at the moment. Try again."))
            }
        }
    }
}

/// As the browser wrote it, with the port.
fn host_of<B>(request: &Request<B>) -> String {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    named.or_else(|| request.uri().authority().map(|authority| authority.as_str())).unwrap_or_default().to_owned()
}

fn without_port(host: &str) -> &str {
    host.rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(name, _)| name)
}

fn uri_at(pod: SocketAddr, uri: &Uri) -> Option<Uri> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Uri::builder().scheme("http").authority(pod.to_string()).path_and_query(path).build().ok()
}

/// What a shop has to know of the browser's side. Whatever a browser says of that itself is no proof.
fn prepare(headers: &mut HeaderMap, host: &str, from: SocketAddr) {
    drop_hop_by_hop(headers);
    let port = host.rsplit_once(':').map_or("80", |(_, port)| port);
    let told = [
        ("host", host),
        ("x-forwarded-host", host),
        ("x-forwarded-port", port),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-for", &from.ip().to_string()),
    ];
    for (name, value) in told {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

fn drop_hop_by_hop(headers: &mut HeaderMap) {
    let listed = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let listed: Vec<String> = listed.flat_map(|list| list.split(',')).map(|name| name.trim().to_owned()).collect();
    for name in HOP_BY_HOP.into_iter().chain(listed.iter().map(String::as_str)) {
        headers.remove(name);
    }
}

fn explain(miss: &Miss, name: &str) -> Response<Body> {
    match miss {
        Miss::UnknownHost => page(StatusCode::NOT_FOUND, &format!("There is no shop at {name}.")),
        Miss::UnknownPath => page(StatusCode::NOT_FOUND, &format!("The shop {name} has no such page.")),
        Miss::NotReady => {
            let text = format!("The shop {name} is not ready yet. Try again in a moment.");
            let mut answer = page(StatusCode::SERVICE_UNAVAILABLE, &text);
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            answer
        }
    }
}

fn page(status: StatusCode, text: &str) -> Response<Body> {
    let mut answer = Response::new(Either::Right(Full::from(format!("{text}\n"))));
    *answer.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, plain);
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_lose_only_a_port() {
        assert_eq!(without_port("tea.stores.localhost:2000"), "tea.stores.localhost");
        assert_eq!(without_port("tea.stores.localhost"), "tea.stores.localhost");
    }

    #[test]
    fn a_shop_learns_the_address_that_the_browser_used() {
        let mut headers = HeaderMap::new();
        headers.insert("connection", HeaderValue::from_static("close, x-secret"));
        headers.insert("x-secret", HeaderValue::from_static("1"));
        headers.insert("x-forwarded-for", HeaderValue::from_static("6.6.6.6"));
        prepare(&mut headers, "tea.localhost:2000", ([127, 0, 0, 1], 9).into());
        let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        assert_eq!(said("host"), Some("tea.localhost:2000"));
        assert_eq!(said("x-forwarded-port"), Some("2000"));
        assert_eq!(said("x-forwarded-for"), Some("127.0.0.1"));
        assert_eq!((said("connection"), said("x-secret")), (None, None));
    }
}
