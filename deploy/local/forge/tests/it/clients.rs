//! Runs `clients/check.mjs`: the payloads against GitHub's published schemas, the APIs through Octokit and
//! GitBeaker.

use std::path::Path;

use stand_in_forge::{Config, StandIn};

const SECRET: &str = "It's a Secret to Everybody";

#[tokio::test]
async fn the_common_clients_and_the_published_schemas_agree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
    assert!(folder.join("node_modules/.package-lock.json").exists(), "run `npm ci` in {}", folder.display());
    let forge = StandIn::start(Config::default()).await.unwrap();
    let mut node = tokio::process::Command::new("node");
    node.arg("check.mjs").args([&forge.base_url(), &Config::default().token, SECRET]).current_dir(&folder);
    let ran = node.kill_on_drop(true).output().await.unwrap();
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{out}\n{err}");
    let seen: serde_json::Value = serde_json::from_str(out.trim()).unwrap();
    for kind in [
        "pull_request$opened",
        "pull_request$synchronize",
        "pull_request$closed",
        "pull_request$reopened",
        "issue_comment$created",
        "Merge Request Hook open",
        "Merge Request Hook update",
        "Merge Request Hook merge",
        "Note Hook create",
    ] {
        assert!(seen[kind].as_u64() > Some(0), "{kind} is missing in {seen}");
    }
}
