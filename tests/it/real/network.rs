//! Where a shop's own program can connect to: nowhere but where it must.

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

use super::shop::Shop;
use crate::harness::environment;

/// Addresses that would give a broken-into shop power over others.
const CLOSED: [(&str, &str); 3] = [
    // The API server.
    ("kubernetes.default.svc", "443"),
    // The kubelet.
    ("10.244.0.1", "10250"),
    // Where clouds hand out credentials of their machines.
    ("169.254.169.254", "80"),
];

/// Connects in the language of the shop; exit code 1 when that fails or takes longer than three seconds.
fn probe(engine: &str) -> &'static [&'static str] {
    match engine {
        "medusa" => &[
            "node",
            "-e",
            "const [, host, port] = process.argv;
             const socket = require('net').connect(port, host, () => process.exit(0));
             socket.setTimeout(3000, () => process.exit(1));
             socket.on('error', () => process.exit(1));",
        ],
        // Without the settings of the shop's programs, which want their own folders.
        _ => &["php", "-n", "-r", "exit(@fsockopen($argv[1], (int) $argv[2], $code, $text, 3) ? 0 : 1);"],
    }
}

/// The shop reaches its database, and nothing that is not its own.
pub(super) async fn is_closed(shop: &Shop) -> Result<()> {
    let port = if shop.engine == "medusa" { "5432" } else { "3306" };
    ensure!(reaches(shop, "database", port).await?, "the shop does not reach its own database");
    for (host, port) in CLOSED {
        ensure!(!reaches(shop, host, port).await?, "a shop reaches {host}:{port}");
    }
    Ok(())
}

async fn reaches(shop: &Shop, host: &str, port: &str) -> Result<bool> {
    let status = Command::new("kubectl")
        .args(["--kubeconfig", &environment::kubeconfig(), "--namespace", &shop.namespace])
        .args(["exec", "deployment/shop", "--container", "shop", "--"])
        .args(probe(shop.engine))
        .args([host, port])
        .kill_on_drop(true)
        .output()
        .await
        .context("kubectl cannot be started")?
        .status;
    Ok(status.success())
}
