//! A reader of server-sent events, as the HTML standard has it, as far as storebot writes them.

use anyhow::{Context as _, Result, ensure};
use reqwest::Response;
use serde_json::Value;

use super::environment::PATIENCE;

pub(crate) struct Stream {
    response: Response,
    /// Received and not read yet.
    buffer: String,
    /// Pauses before coming back that the server has asked for.
    pub(crate) retries: usize,
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) data: Value,
}

impl Stream {
    pub(crate) fn of(response: Response) -> Result<Self> {
        ensure!(response.status() == 200, "{}", response.status());
        ensure!(response.headers()["content-type"] == "text/event-stream", "{:?}", response.headers());
        Ok(Self { response, buffer: String::new(), retries: 0 })
    }

    /// The next event; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Result<Option<Told>> {
        tokio::time::timeout(PATIENCE, self.read()).await.context("the stream said nothing")?
    }

    async fn read(&mut self) -> Result<Option<Told>> {
        loop {
            while let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.buffer = rest;
                self.retries += block.lines().filter(|line| line.starts_with("retry: ")).count();
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                if let Some(data) = field("data") {
                    let data = serde_json::from_str(data)?;
                    let (id, kind) = field("id").zip(field("event")).context("an event without id or kind")?;
                    return Ok(Some(Told { id: id.to_owned(), kind: kind.to_owned(), data }));
                }
            }
            match self.response.chunk().await? {
                Some(bytes) => self.buffer.push_str(std::str::from_utf8(&bytes)?),
                None => return Ok(None),
            }
        }
    }

    /// Reads up to and including the first event of a kind.
    pub(crate) async fn until(&mut self, kind: &str) -> Result<Vec<Told>> {
        let mut told = Vec::new();
        loop {
            let event = self.next().await?.with_context(|| format!("the stream ended before {kind}: {told:?}"))?;
            let last = event.kind == kind;
            told.push(event);
            if last {
                return Ok(told);
            }
        }
    }

    /// Reads to the end of the stream.
    pub(crate) async fn rest(&mut self) -> Result<Vec<Told>> {
        let mut told = Vec::new();
        while let Some(event) = self.next().await? {
            told.push(event);
        }
        Ok(told)
    }
}
