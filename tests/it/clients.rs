//! Clients that common generators make of the document, used against storebot by programs such as anybody would
//! write: `tests/openapi/client.py` and `tests/openapi/client.ts`.
//!
//! Needs Python and Node, so it is ignored here and asked for by `make document`, which `make test` does.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::process::Command;

use crate::harness::{TestBot, run_test, secrets};

/// Only a run that hangs takes so long.
const AT_MOST: Duration = Duration::from_secs(120);

/// `program`: by its path, or by its name where it is in `PATH`.
async fn run(program: &str, file: &str) {
    run_test(TestBot::default(), async |t| {
        let token = storebot::app::mint_token(&t.config, "ana", "member", "1h")?;
        secrets::note("a client's token", &token);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut child = Command::new(program)
            .args([file, "tea"])
            .current_dir(root.join("tests/openapi"))
            // Not among the arguments, which everybody on the machine can read.
            .env("STOREBOT_TOKEN", token)
            .env("STOREBOT_URL", &t.url)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("the client cannot be started: run `make document`")?;
        let ended = tokio::time::timeout(AT_MOST, child.wait()).await.context("the client does not end")??;
        ensure!(ended.success(), "the client failed: see above");
        t.until_idle().await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a generated client; `make document` runs it"]
async fn a_python_client_makes_follows_and_deletes_a_store() {
    run(concat!(env!("CARGO_MANIFEST_DIR"), "/.local/openapi/bin/python3"), "python/client.py").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a generated client; `make document` runs it"]
async fn a_typescript_client_makes_follows_and_deletes_a_store() {
    run("node", "typescript/built/client.js").await;
}
