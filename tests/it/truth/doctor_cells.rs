//! What `storebot doctor` tells of each cell.

use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, ensure};
use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::web::Data;
use poem::{Body, EndpointExt as _, Request, Response, Route, Server, handler};
use serde_json::{Value, json};

use super::doctor::{Found, found, found_with};
use super::{create, ready};
use crate::clocks::faketime;
use crate::harness::{TestBot, run_test};

fn has(all: &[Found], kind: &str, severity: &str) -> bool {
    all.iter().any(|it| (it.0.as_str(), it.1.as_str(), it.2.as_str()) == ("cell", kind, severity))
}

#[tokio::test]
async fn a_clock_that_differs_from_the_clusters_is_named() {
    run_test(TestBot::default(), async |t| {
        let library = faketime()?;
        let library = library.to_str().context("path")?;
        for (ahead, wrong) in [("+600s", true), ("-600s", true), ("+0s", false)] {
            let env = [("LD_PRELOAD", library), ("FAKETIME", ahead), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")];
            let (all, _) = found_with(&t.config_file, &env).await?;
            ensure!(has(&all, "clock", "fault") == wrong, "{ahead}: {all:?}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_cell_without_room_is_noticed_and_no_fault() {
    let cell = "[cells.capacity]\nstores = 2".to_owned();
    run_test(TestBot { cell, ..TestBot::default() }, async |t| {
        create(t, "ana", "coffee").await?;
        t.until_idle().await?;
        let (half, _) = found(&t.config_file).await?;
        ensure!(!has(&half, "room", "notice"), "{half:?}");
        ready(t, "ana", "tea").await?;
        let (full, code) = found(&t.config_file).await?;
        ensure!(has(&full, "room", "notice") && code == 0, "{full:?}");
        Ok(())
    })
    .await;
}

/// An API server that takes whatever is made there.
struct Careless {
    kubeconfig: tempfile::NamedTempFile,
    made: Arc<Mutex<Vec<String>>>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for Careless {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[handler]
async fn answer(request: &Request, body: Body, made: Data<&Arc<Mutex<Vec<String>>>>) -> Response {
    let json = |status: StatusCode, body: &Value| {
        Response::builder().status(status).content_type("application/json").body(body.to_string())
    };
    match (request.method().as_str(), request.uri().path()) {
        ("GET", "/readyz") => Response::builder().body("ok"),
        ("GET", "/version") => json(
            StatusCode::OK,
            &json!({
                "major": "1", "minor": "36", "gitVersion": "v1.36.0", "gitCommit": "", "gitTreeState": "",
                "buildDate": "", "goVersion": "", "compiler": "", "platform": "",
            }),
        ),
        ("POST", "/api/v1/namespaces") => {
            made.lock().unwrap().push(request.uri().query().unwrap_or_default().to_owned());
            let object = serde_json::from_slice(&body.into_vec().await.unwrap_or_default()).unwrap_or_default();
            json(StatusCode::CREATED, &object)
        }
        _ => StatusCode::NOT_FOUND.into(),
    }
}

impl Careless {
    async fn start() -> Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let made = Arc::default();
        let routes = Route::new().at("/*path", poem::get(answer).post(answer)).data(Arc::clone(&made));
        let server = Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?);
        let server = tokio::spawn(async move { server.run(routes).await });
        let kubeconfig = tempfile::NamedTempFile::new()?;
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "it",
            "clusters": [{ "name": "it", "cluster": { "server": format!("http://{address}") } }],
            "contexts": [{ "name": "it", "context": { "cluster": "it", "user": "it" } }],
            "users": [{ "name": "it", "user": {} }],
        });
        std::fs::write(kubeconfig.path(), config.to_string())?;
        Ok(Self { kubeconfig, made, server })
    }
}

/// The real one refuses, whatever else keeps this account to its namespaces.
#[tokio::test]
async fn an_api_server_without_pod_security_is_named_and_nothing_is_made_to_find_out() {
    let careless = Careless::start().await.unwrap();
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        let (real, _) = found(&t.config_file).await?;
        ensure!(!real.iter().any(|it| it.1 == "pod-security"), "{real:?}");
        let text = std::fs::read_to_string(&t.config_file)?;
        let line = text.lines().find(|line| line.starts_with("kubeconfig = ")).context("no kubeconfig")?;
        let other = format!("kubeconfig = '{}'", careless.kubeconfig.path().display());
        let file = t.config_file.with_extension("careless.toml");
        std::fs::write(&file, text.replace(line, &other))?;
        let (all, code) = found(&file).await?;
        ensure!(has(&all, "pod-security", "fault") && code == 1, "{all:?}");
        let made = careless.made.lock().unwrap().clone();
        ensure!(made.len() == 1 && made[0].contains("dryRun=All"), "{made:?}");
        Ok(())
    })
    .await;
}
