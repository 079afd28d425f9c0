//! An issuer of tokens on this machine: discovery document, keys, and everything that can be wrong with
//! its answers.

use std::sync::{Arc, LazyLock, Mutex};

use anyhow::{Context as _, Result};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::web::Data;
use poem::{Body, EndpointExt as _, Response, Route, Server, get, handler};
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::environment::PATIENCE;

/// Two RSA keys for the whole run: making one takes a while.
static RSA: LazyLock<[EncodingKey; 2]> = LazyLock::new(|| [rsa().unwrap(), rsa().unwrap()]);

fn rsa() -> Result<EncodingKey> {
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let pair = KeyPair::generate(KeySize::Rsa2048).ok().context("no key")?;
    let der: Pkcs8V1Der<'_> = pair.as_der().ok().context("no DER")?;
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()));
    Ok(EncodingKey::from_rsa_pem(pem.as_bytes())?)
}

/// A key of the issuer.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) kid: String,
    pub(crate) alg: Algorithm,
    pub(crate) signs: EncodingKey,
}

impl Pair {
    /// One of two RSA keys.
    pub(crate) fn rsa(kid: &str, which: usize) -> Self {
        Self { kid: kid.to_owned(), alg: Algorithm::RS256, signs: RSA[which].clone() }
    }

    /// Its public half.
    pub(crate) fn jwk(&self) -> Value {
        let jwk = Jwk::from_encoding_key(&self.signs, self.alg).unwrap();
        let mut jwk = serde_json::to_value(jwk).unwrap();
        jwk["kid"] = json!(self.kid);
        jwk["use"] = json!("sig");
        jwk
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(self.alg) };
        jsonwebtoken::encode(&header, claims, &self.signs).unwrap()
    }
}

/// What the issuer answers when it is asked for its keys.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Keys,
    Status(u16),
    Html,
    /// A good set with so many bytes more.
    Padded(usize),
    Redirect(String),
    /// Nothing, until something else is to be answered.
    Nothing,
}

struct State {
    keys: Vec<Pair>,
    cache_control: String,
    /// `issuer` of the discovery document.
    says: String,
    jwks_uri: String,
}

#[derive(Clone)]
struct Shared {
    state: Arc<Mutex<State>>,
    answer: watch::Sender<Answer>,
    /// How often the discovery document and the keys were asked for.
    asked: watch::Sender<(u32, u32)>,
}

pub(crate) struct Issuer {
    shared: Shared,
    /// Its `iss`.
    pub(crate) url: String,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[handler]
fn discovery(Data(shared): Data<&Shared>) -> Response {
    shared.asked.send_modify(|asked| asked.0 += 1);
    let state = shared.state.lock().unwrap();
    let body = json!({ "issuer": state.says, "jwks_uri": state.jwks_uri, "response_types_supported": ["id_token"] });
    Response::builder().content_type("application/json").body(body.to_string())
}

#[handler]
async fn key_set(Data(shared): Data<&Shared>) -> Response {
    shared.asked.send_modify(|asked| asked.1 += 1);
    let mut answers = shared.answer.subscribe();
    let Ok(answer) = answers.wait_for(|answer| !matches!(answer, Answer::Nothing)).await.map(|a| a.clone()) else {
        return StatusCode::SERVICE_UNAVAILABLE.into();
    };
    let state = shared.state.lock().unwrap();
    let mut set = json!({ "keys": state.keys.iter().map(Pair::jwk).collect::<Vec<_>>() });
    let good = Response::builder().header("cache-control", &state.cache_control).content_type("application/json");
    match answer {
        Answer::Keys | Answer::Nothing => good.body(set.to_string()),
        Answer::Padded(bytes) => {
            set["padding"] = json!("x".repeat(bytes));
            // In pieces and without a length, so that the length cannot warn anybody.
            let text = set.to_string().into_bytes();
            let pieces: Vec<_> = text.chunks(10_000).map(|c| Ok::<_, std::io::Error>(c.to_vec())).collect();
            good.body(Body::from_bytes_stream(futures::stream::iter(pieces)))
        }
        Answer::Html => Response::builder().content_type("text/html").body("<!doctype html><title>Sign in</title>"),
        Answer::Status(status) => StatusCode::from_u16(status).unwrap().into(),
        Answer::Redirect(to) => {
            Response::builder().status(StatusCode::FOUND).header("location", to).body(set.to_string())
        }
    }
}

/// Speaks TLS for somebody who does not.
pub(crate) struct TlsFront {
    pub(crate) url: String,
    /// PEM of the certificate that makes it trusted.
    pub(crate) certificate: String,
    server: tokio::task::JoinHandle<Result<()>>,
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl TlsFront {
    /// In front of `http://<address>`.
    pub(crate) async fn start(http: &str) -> Result<Self> {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(anyhow::Error::msg)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)?;
        let (accept, target) = (TlsAcceptor::from(Arc::new(tls)), http.trim_start_matches("http://").to_owned());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("https://{}", listener.local_addr()?);
        let server = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await?;
                // Whoever does not trust the certificate goes away in the middle.
                let Ok(mut near) = accept.accept(stream).await else { continue };
                let mut far = tokio::net::TcpStream::connect(&target).await?;
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            }
        });
        Ok(Self { url, certificate: made.cert.pem(), server })
    }
}

impl Issuer {
    /// One with a single key.
    pub(crate) async fn start(key: Pair) -> Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let state = State {
            keys: vec![key],
            cache_control: "max-age=3600".to_owned(),
            says: url.clone(),
            jwks_uri: format!("{url}/keys"),
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Shared { state, answer: watch::Sender::new(Answer::Keys), asked: watch::Sender::default() };
        let routes = Route::new()
            .at("/.well-known/openid-configuration", get(discovery))
            .at("/keys", get(key_set))
            .data(shared.clone());
        let server = tokio::spawn(Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?).run(routes));
        Ok(Self { shared, url, server })
    }

    /// From now on it has these keys.
    pub(crate) fn rotate(&self, keys: &[Pair]) {
        self.shared.state.lock().unwrap().keys = keys.to_vec();
    }

    /// It is known by another address from now on.
    pub(crate) fn moves_to(&mut self, url: &str) {
        self.says_it_is(url);
        self.has_its_keys_at(&format!("{url}/keys"));
        url.clone_into(&mut self.url);
    }

    pub(crate) fn answer(&self, answer: Answer) {
        self.shared.answer.send_replace(answer);
    }

    pub(crate) fn says_it_is(&self, issuer: &str) {
        issuer.clone_into(&mut self.shared.state.lock().unwrap().says);
    }

    pub(crate) fn has_its_keys_at(&self, url: &str) {
        url.clone_into(&mut self.shared.state.lock().unwrap().jwks_uri);
    }

    /// How often its keys were asked for.
    pub(crate) fn fetches(&self) -> u32 {
        self.shared.asked.borrow().1
    }

    /// How often anybody asked where its keys are.
    pub(crate) fn discoveries(&self) -> u32 {
        self.shared.asked.borrow().0
    }

    /// Waits until its keys have been asked for so often.
    pub(crate) async fn asked(&self, count: u32) -> Result<()> {
        let mut asked = self.shared.asked.subscribe();
        let enough = tokio::time::timeout(PATIENCE, asked.wait_for(|asked| asked.1 >= count));
        enough.await.context("nobody asks for keys")??;
        Ok(())
    }
}
