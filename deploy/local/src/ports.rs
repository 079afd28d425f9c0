//! Free loopback ports, remembered between runs so that addresses stay the same.
//! They are taken below the kernel's ephemeral range: between finding a port free and
//! the child binding it, no outgoing connection of somebody else can land on it.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rand::Rng;

use crate::layout::write_private;

/// Below 32768, where Linux starts to give out ephemeral ports.
const RANGE: std::ops::Range<u16> = 20_000..30_000;
/// A hundred random misses in ten thousand ports mean that something else is wrong.
const TRIES: usize = 100;

/// The ports of one data folder, by the name of their use.
#[derive(Debug)]
pub struct PortBook {
    file: PathBuf,
    ports: BTreeMap<String, u16>,
}

impl PortBook {
    /// Opens the book of a data folder; an unreadable one is begun anew.
    pub fn open(dir: &Path) -> Self {
        let file = dir.join("ports.json");
        let ports = fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        Self { file, ports: ports.unwrap_or_default() }
    }

    /// The port for one use: the one of last time if it is free, else another.
    pub fn take(&mut self, name: &str) -> Result<u16> {
        let last = self.ports.get(name).copied().filter(|port| is_free(*port));
        let port = match last {
            Some(port) => port,
            None => self.pick()?,
        };
        self.ports.insert(name.to_owned(), port);
        Ok(port)
    }

    /// Keeps the ports for the next start.
    pub fn save(&self) -> Result<()> {
        let text = serde_json::to_vec_pretty(&self.ports).context("the ports cannot be kept")?;
        write_private(&self.file, &text)
    }

    fn pick(&self) -> Result<u16> {
        let mut random = rand::rng();
        for _ in 0..TRIES {
            let port = random.random_range(RANGE);
            if !self.ports.values().any(|taken| *taken == port) && is_free(port) {
                return Ok(port);
            }
        }
        bail!("no free port on 127.0.0.1 between {} and {}", RANGE.start, RANGE.end)
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
