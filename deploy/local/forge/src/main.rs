//! `stand-in-forge`: a GitHub and a GitLab on this machine for `make run`. Secrets come from files or the
//! environment, never from arguments, which everybody on the machine can read.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Parser;
use stand_in_forge::{Config, Forge, Hook, Level, StandIn};

/// A stand-in GitHub and GitLab with a control API for scripts.
#[derive(Parser)]
struct Options {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// File with the token that the bot shows; or set FORGE_TOKEN.
    #[arg(long)]
    token_file: Option<PathBuf>,
    /// Where GitHub's events are sent.
    #[arg(long)]
    github_hook: Option<String>,
    /// File with the secret that signs them; or set STOREBOT_GITHUB_SECRET.
    #[arg(long)]
    github_secret_file: Option<PathBuf>,
    /// Where GitLab's events are sent.
    #[arg(long)]
    gitlab_hook: Option<String>,
    /// File with their secret; or set STOREBOT_GITLAB_SECRET.
    #[arg(long)]
    gitlab_secret_file: Option<PathBuf>,
    /// Somebody who may write to `octo/shop` on both: a maintainer.
    #[arg(long = "maintainer")]
    maintainers: Vec<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let token = secret(options.token_file.as_deref(), "FORGE_TOKEN")?;
    let forge = StandIn::start(Config { listen: options.listen, token, ..Config::default() }).await?;
    for (kind, url, file, variable) in [
        (Forge::GitHub, &options.github_hook, &options.github_secret_file, "STOREBOT_GITHUB_SECRET"),
        (Forge::GitLab, &options.gitlab_hook, &options.gitlab_secret_file, "STOREBOT_GITLAB_SECRET"),
    ] {
        if let Some(url) = url {
            forge.set_hook(kind, Hook { url: url.clone(), secret: secret(file.as_deref(), variable)? });
        }
        let project = forge.project(kind, "octo/shop");
        for login in &options.maintainers {
            project.set_member(login, Some(Level::Maintainer));
        }
    }
    // One line that a script can read: the address, when the port was chosen freely.
    println!("stand-in forge: {}", forge.base_url());
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminated.recv() => {}
    }
    forge.stop().await;
    Ok(())
}

fn secret(file: Option<&Path>, variable: &str) -> anyhow::Result<String> {
    let text = match (file, std::env::var(variable)) {
        (Some(file), _) => std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?,
        (None, Ok(text)) => text,
        (None, Err(_)) => bail!("give a file or set {variable}"),
    };
    Ok(text.trim().to_owned())
}
