//! The secrets of a local run: random, made once, kept between starts so that tokens,
//! signatures and the stand-in Discord go on fitting together. They are worth nothing
//! outside this machine, and still only their owner can read them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use rand::RngCore;
use serde_json::Value;

use crate::layout::write_private;

/// Any snowflake will do: the stand-in Discord believes it.
pub const APPLICATION_ID: &str = "1100000000000000001";

/// The secrets in their folder.
#[derive(Clone)]
pub struct Secrets {
    /// Private key that signs Discord's interactions, hex.
    pub discord_seed: String,
    /// The same in a file, for the stand-in.
    pub discord_seed_file: PathBuf,
    /// Its public half, hex.
    pub discord_public_key: String,
    /// What the bot shows to Discord.
    pub bot_token: String,
    /// The same in a file, for the stand-in.
    pub bot_token_file: PathBuf,
    /// What the application shows when people sign in with Discord.
    pub client_secret: String,
    /// The same in a file, for the stand-in.
    pub client_secret_file: PathBuf,
    /// Signs storebot's own tokens, base64.
    pub auth_key: String,
    /// Signs webhook deliveries, `whsec_…`.
    pub webhook_secret: String,
    /// Of the sources that are GitHub, GitLab (signing token) and Stripe.
    pub senders: [String; 3],
    /// What the bot shows to the stand-in GitHub and GitLab.
    pub forge_token: String,
    /// The same in a file, and those of GitHub and GitLab, for the stand-in.
    pub forge_files: [PathBuf; 3],
}

impl Secrets {
    /// Reads them from `dir`, making what is missing.
    pub fn ensure(dir: &Path) -> Result<Self> {
        let file = dir.join("secrets.json");
        let kept = fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let mut kept: Value = kept.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        let mut key = |name: &str| {
            let old = kept[name].as_str().and_then(|text| hex::decode(text).ok());
            let bytes = match old.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
                Some(bytes) => bytes,
                None => random(),
            };
            kept[name] = hex::encode(bytes).into();
            bytes
        };
        let seed = key("discord_seed");
        let (bot, auth, webhook) = (key("bot_token"), key("auth_key"), key("webhook"));
        let senders = [key("github"), key("gitlab"), key("stripe")];
        let (forge, client) = (key("forge_token"), key("client_secret"));
        write_private(&file, &serde_json::to_vec(&kept).context("secrets cannot be kept")?)?;
        let (discord_seed, discord_seed_file) = (hex::encode(seed), dir.join("discord-seed"));
        let (bot_token, bot_token_file) = (hex::encode(bot), dir.join("bot-token"));
        let (client_secret, client_secret_file) = (hex::encode(client), dir.join("client-secret"));
        let discord =
            [(&discord_seed_file, &discord_seed), (&bot_token_file, &bot_token), (&client_secret_file, &client_secret)];
        for (file, secret) in discord {
            write_private(file, secret.as_bytes())?;
        }
        let senders = [
            hex::encode(senders[0]),
            format!("whsec_{}", STANDARD.encode(senders[1])),
            format!("whsec_{}", hex::encode(senders[2])),
        ];
        let forge_token = hex::encode(forge);
        let forge_files = ["forge-token", "github-secret", "gitlab-secret"].map(|name| dir.join(name));
        for (file, secret) in forge_files.iter().zip([&forge_token, &senders[0], &senders[1]]) {
            write_private(file, secret.as_bytes())?;
        }
        let public = SigningKey::from_bytes(&seed).verifying_key();
        Ok(Self {
            discord_seed,
            discord_seed_file,
            discord_public_key: hex::encode(public.as_bytes()),
            bot_token,
            bot_token_file,
            client_secret,
            client_secret_file,
            auth_key: STANDARD.encode(auth),
            webhook_secret: format!("whsec_{}", STANDARD.encode(webhook)),
            senders,
            forge_token,
            forge_files,
        })
    }
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}
