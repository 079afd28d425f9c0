//! A Redis of our own on loopback, set up as production should be: append-only file on,
//! nothing ever evicted.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::layout::private_dir;
use crate::packages::find_program;
use crate::process::{Services, Spec};

/// Its name among the children.
pub const REDIS: &str = "redis";

/// Loading a large append-only file takes a while.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A started Redis.
#[derive(Clone, Copy, Debug)]
pub struct Redis {
    port: u16,
}

impl Redis {
    /// Starts it with its data in `dir`.
    pub fn start(services: &mut Services, dir: &Path, port: u16) -> Result<Self> {
        private_dir(dir)?;
        let config = dir.join("redis.conf");
        let text = format!(
            "bind 127.0.0.1\nport {port}\ndir \"{}\"\nappendonly yes\nappendfsync everysec\nsave \"\"\nmaxmemory-policy noeviction\ndaemonize no\n",
            dir.display()
        );
        fs::write(&config, text).with_context(|| format!("{} cannot be written", config.display()))?;
        let program = find_program("redis-server").context("redis-server is not in PATH")?;
        services.start(&Spec::new(REDIS, &program, 0).args([config.display().to_string()]))?;
        Ok(Self { port })
    }

    /// Its address.
    pub fn url(self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Waits until it has loaded its data and answers.
    pub async fn ready(self, services: &mut Services) -> Result<()> {
        services.wait_for("Redis", START_LIMIT, || ping(self.port)).await
    }
}

async fn ping(port: u16) -> bool {
    let answer = async {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.write_all(b"PING\r\n").await?;
        let mut reply = [0; 5];
        stream.read_exact(&mut reply).await?;
        Ok::<_, std::io::Error>(reply == *b"+PONG")
    };
    matches!(tokio::time::timeout(Duration::from_secs(1), answer).await, Ok(Ok(true)))
}
