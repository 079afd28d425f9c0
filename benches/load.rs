//! Requests over keep-alive connections, one after another on each.
//!
//! Bytes are written as they stand and answers are only cut apart, so that the generator takes a
//! small part of the machine; how much of its one thread it used is part of the outcome.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Writes the next request of a connection into an empty buffer.
pub(crate) type Requests = Arc<dyn Fn(usize, &mut Vec<u8>) + Send + Sync>;

/// When each connection stops.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    Elapsed(Duration),
    /// After this many requests on each connection.
    Each(usize),
}

#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) until: Until,
    /// The statuses answers may have.
    pub(crate) statuses: &'static [u16],
    pub(crate) requests: Requests,
}

pub(crate) struct Outcome {
    pub(crate) per_second: f64,
    pub(crate) p99_ms: f64,
    /// Part of one core that the generator itself took: far from 1, it was not what held things up.
    pub(crate) busy: f64,
}

impl Load {
    /// Runs in a thread of its own, so that nothing else of the bench takes part.
    pub(crate) async fn run(&self) -> Result<Outcome> {
        let load = self.clone();
        let run = move || tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(load.drive());
        tokio::task::spawn_blocking(run).await?
    }

    async fn drive(self) -> Result<Outcome> {
        let mut streams = Vec::new();
        for _ in 0..self.connections {
            let stream = TcpStream::connect(self.address).await.context("no connection")?;
            stream.set_nodelay(true)?;
            streams.push(stream);
        }
        let (began, busy) = (Instant::now(), thread_time()?);
        let mut tasks = JoinSet::new();
        for (index, stream) in streams.into_iter().enumerate() {
            tasks.spawn(self.clone().connection(index, stream, began));
        }
        let mut times = Vec::new();
        while let Some(done) = tasks.join_next().await {
            times.extend(done??);
        }
        let elapsed = began.elapsed().as_secs_f64();
        let busy = (thread_time()? - busy).as_secs_f64() / elapsed;
        ensure!(!times.is_empty(), "no request was answered");
        times.sort_unstable();
        let p99 = times[(times.len() * 99 / 100).min(times.len() - 1)];
        Ok(Outcome { per_second: times.len() as f64 / elapsed, p99_ms: p99.as_secs_f64() * 1000.0, busy })
    }

    async fn connection(self, index: usize, mut stream: TcpStream, began: Instant) -> Result<Vec<Duration>> {
        let mut times = Vec::new();
        let (mut request, mut answer) = (Vec::new(), vec![0; 512 * 1024]);
        loop {
            let over = match self.until {
                Until::Elapsed(limit) => began.elapsed() >= limit,
                Until::Each(count) => times.len() >= count,
            };
            if over {
                return Ok(times);
            }
            request.clear();
            (self.requests)(index, &mut request);
            let sent = Instant::now();
            stream.write_all(&request).await?;
            let status = receive(&mut stream, &mut answer).await?;
            times.push(sent.elapsed());
            ensure!(self.statuses.contains(&status), "answered {status}, expected one of {:?}", self.statuses);
        }
    }
}

/// Reads one answer to its end; its status.
async fn receive(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<u16> {
    let mut filled = 0;
    let mut whole = None;
    loop {
        let count = stream.read(&mut buffer[filled..]).await?;
        ensure!(count > 0, "the connection was closed");
        filled += count;
        whole = whole.or_else(|| length(&buffer[..filled]));
        if whole.is_some_and(|whole| filled >= whole) {
            let status = buffer.get(9..12).and_then(|s| std::str::from_utf8(s).ok());
            return status.and_then(|s| s.parse().ok()).context("no status");
        }
    }
}

/// Bytes of head and body together, once the head is complete.
fn length(answer: &[u8]) -> Option<usize> {
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let announced = head.lines().find_map(|l| l.strip_prefix("content-length: "));
    Some(end + announced.and_then(|n| n.parse::<usize>().ok()).unwrap_or(0))
}

/// CPU time of this thread so far, in clock ticks of 10 ms.
fn thread_time() -> Result<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/stat")?;
    let fields = stat.rsplit_once(')').context("no stat")?.1.split_whitespace();
    let ticks: Vec<u64> = fields.skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    Ok(Duration::from_millis(ticks.iter().sum::<u64>() * 10))
}
