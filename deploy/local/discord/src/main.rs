//! `stand-in-discord`: a Discord on this machine for `make run`. Secrets come from files or the
//! environment, never from arguments, which everybody on the machine can read.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Parser;
use stand_in_discord::{Config, StandIn};

/// A stand-in Discord with a page for people and a control API for scripts.
#[derive(Parser)]
struct Options {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// File with the 64 hex digits of the Ed25519 seed that signs interactions; or set
    /// DISCORD_SEED_HEX.
    #[arg(long)]
    seed_hex_file: Option<PathBuf>,
    /// Id of the application.
    #[arg(long)]
    application_id: u64,
    /// File with the bot's token; or set DISCORD_BOT_TOKEN.
    #[arg(long)]
    bot_token_file: Option<PathBuf>,
    /// File with the application's secret, for people who sign in with Discord; or set DISCORD_CLIENT_SECRET. Neither:
    /// nobody can.
    #[arg(long)]
    client_secret_file: Option<PathBuf>,
    /// Where people are sent back to when they sign in with Discord.
    #[arg(long = "redirect-uri")]
    redirect_uris: Vec<String>,
    /// Where interactions are sent.
    #[arg(long)]
    interactions_url: Option<String>,
    /// Somebody who is there from the start, with roles: `cleo=approver,admin`.
    #[arg(long = "person")]
    people: Vec<String>,
    /// Whom of them the server belongs to: they see the commands for its administrators.
    #[arg(long = "administrator")]
    administrators: Vec<String>,
}

/// Permission bit that passes every check (topics: permissions).
const ADMINISTRATOR: u64 = 1 << 3;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let seed = secret(options.seed_hex_file.as_deref(), "DISCORD_SEED_HEX")?;
    let seed = hex::decode(seed).ok().and_then(|seed| seed.try_into().ok());
    let discord = StandIn::start(Config {
        seed: seed.context("the seed must be 64 hex digits")?,
        application_id: options.application_id,
        bot_token: secret(options.bot_token_file.as_deref(), "DISCORD_BOT_TOKEN")?,
        client_secret: match (&options.client_secret_file, std::env::var_os("DISCORD_CLIENT_SECRET")) {
            (None, None) => String::new(),
            (file, _) => secret(file.as_deref(), "DISCORD_CLIENT_SECRET")?,
        },
        redirect_uris: options.redirect_uris.clone(),
        interactions_url: options.interactions_url,
        listen: options.listen,
        ..Config::default()
    })
    .await?;
    for person in &options.people {
        let (name, roles) = person.split_once('=').unwrap_or((person, ""));
        let roles: Vec<&str> = roles.split(',').filter(|role| !role.is_empty()).collect();
        discord.user(name).set_roles(&roles);
    }
    for name in &options.administrators {
        discord.user(name).set_permissions(ADMINISTRATOR);
    }
    // One line that a script can read: the address, when the port was chosen freely.
    println!("stand-in Discord: {} public key {}", discord.base_url(), discord.public_key_hex());
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminated.recv() => {}
    }
    discord.stop().await;
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
