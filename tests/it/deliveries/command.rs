//! `storebot webhook`, by the binary: what it sends is taken, and it shows no secret.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::sent::{GITLAB, senders};
use crate::harness::{WEBHOOK_SECRET, run_test};

fn webhook(config: &Path, args: &[&str], body: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_storebot"));
    command.arg("--config").arg(config).arg("webhook").args(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It need not read what it does not want.
    let _ = child.stdin.take().unwrap().write_all(body.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_sample_is_sent_as_its_sender_would() {
    run_test(senders(), async |t| {
        for (source, event) in [("ci", "sample"), ("hub", "ping"), ("lab", "Push Hook"), ("pay", "customer.created")] {
            let (config, url) = (t.config_file.clone(), format!("{}/webhooks/{source}", t.url));
            let run = move || webhook(&config, &["test", "--source", source, "--event", event, "--url", &url], "");
            let output = tokio::task::spawn_blocking(run).await?;
            let printed = text(&output.stdout);
            ensure!(output.status.success(), "{source}: {printed}{}", text(&output.stderr));
            let (status, answer) = printed.split_once('\n').context("no answer")?;
            ensure!(status.starts_with("200") && answer.contains("ignored"), "{source}: {printed}");
        }
        let root = t.api_as("root", "admin");
        let list: Value = root.get("/v1/deliveries?state=ignored").await?.error_for_status()?.json().await?;
        ensure!(list["items"].as_array().is_some_and(|items| items.len() == 4), "{list}");

        let (config, url) = (t.config_file.clone(), format!("{}/webhooks/ci", t.url));
        let create = r#"{"name":"tea","engine":"medusa"}"#;
        let args =
            ["test", "--source", "ci", "--event", "store.create", "--data", create, "--url", &url].map(str::to_owned);
        let run = move || webhook(&config, &args.each_ref().map(String::as_str), "");
        let output = tokio::task::spawn_blocking(run).await?;
        ensure!(output.status.success() && text(&output.stdout).starts_with("202"), "{}", text(&output.stdout));
        t.until_phase("tea", "ready").await?;

        // What is refused ends with 1, and its problem is shown.
        let (config, url) = (t.config_file.clone(), format!("{}/webhooks/nobody", t.url));
        let run = move || webhook(&config, &["test", "--source", "ci", "--event", "x", "--url", &url], "");
        let output = tokio::task::spawn_blocking(run).await?;
        ensure!(output.status.code() == Some(1), "{:?}", output.status);
        ensure!(text(&output.stdout).contains("no-such-source"), "{}", text(&output.stdout));
        Ok(())
    })
    .await;
}

#[test]
fn it_says_what_to_do_and_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("storebot.toml");
    let config = format!(
        "[http]\nlisten = '127.0.0.1:0'\n[[cells]]\nname = 'main'\n\
         [[webhooks]]\nname = 'ci'\nsecrets = ['{WEBHOOK_SECRET}']\n\
         [[webhooks]]\nname = 'old'\nkind = 'gitlab'\nsecrets = ['{GITLAB}']\n"
    );
    std::fs::write(&file, config).unwrap();
    for (args, told) in [
        (&["sign", "--source", "cd"][..], "there is no source \"cd\" in [[webhooks]]; there are: ci, old"),
        (&["sign", "--source", "old"], "which is sent in clear and not printed"),
        (&["test", "--source", "ci", "--event", "x", "--data", "{"], "--data is no JSON"),
        (&["test", "--source", "ci", "--event", "x"], "say where to send it with --url"),
        (&["test", "--source", "ci"], "--event"),
    ] {
        let output = webhook(&file, args, "{}");
        let said = text(&output.stderr);
        assert!(!output.status.success() && said.contains(told), "{args:?}: {said}");
        assert!(output.stdout.is_empty(), "{args:?}: {}", text(&output.stdout));
        assert!(!said.contains(GITLAB) && !said.contains(WEBHOOK_SECRET), "{args:?}: a secret is shown");
    }
    let signed = webhook(&file, &["sign", "--source", "ci", "--id", "msg_1", "--timestamp", "1700000000"], "{}");
    let lines = text(&signed.stdout);
    assert!(lines.starts_with("webhook-id: msg_1\nwebhook-timestamp: 1700000000\nwebhook-signature: v1,"), "{lines}");
}
