//! Connections, before there is a request and while there is an answer: how many, how long one may take
//! to say what it wants, and how long it may take nothing of what it is told.
//!
//! poem's own acceptor knows no bound on either, and when accepting fails (no file descriptor left)
//! it tries again at once, for ever. An ingress in front protects better; this protects without one.
//! Connections that are idle between requests are the business of the server's `idle_timeout`.

mod room;

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ipnet::IpNet;
use poem::http::uri::Scheme;
use poem::listener::Acceptor;
use poem::web::{LocalAddr, RemoteAddr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep};

use self::room::{Place, Room};
use crate::config;

/// Pause after a failed accept: long enough not to spin, short enough not to be noticed.
const PAUSE: Duration = Duration::from_millis(50);
/// Every HTTP/1 head ends with this, and so does HTTP/2's first line.
const HEAD_END: &[u8; 4] = b"\r\n\r\n";
/// How an HTTP/2 connection begins; heads are frames from then on.
const HTTP2: &[u8; 4] = b"PRI ";

/// For a reader that takes nothing of an answer. Answers are small, so only streams can meet it: what lies in
/// buffers is all that a reader may make storebot keep.
const STALL: Duration = Duration::from_secs(30);

#[derive(Clone, Debug)]
pub struct ConnectionLimits {
    /// Open connections; further ones wait in the kernel's queue.
    pub connections: usize,
    /// And of one address; further ones are closed at once.
    pub of_one: usize,
    /// Whose addresses may have more.
    pub proxies: Vec<IpNet>,
    /// From a connection's or a request's first moment to the end of its head.
    pub head: Duration,
    /// See [`STALL`].
    pub stall: Duration,
}

impl From<&config::Http> for ConnectionLimits {
    fn from(http: &config::Http) -> Self {
        let (connections, of_one) = (http.connections, http.connections_per_address);
        Self { connections, of_one, proxies: http.trusted_proxies.clone(), head: http.head_timeout, stall: STALL }
    }
}

/// Accepts connections within limits.
#[derive(Debug)]
pub struct Listener {
    listener: TcpListener,
    local: LocalAddr,
    room: Arc<Room>,
    head: Duration,
    stall: Duration,
}

impl Listener {
    /// # Errors
    /// The socket has no address.
    pub fn new(listener: TcpListener, limits: ConnectionLimits) -> io::Result<Self> {
        let local = LocalAddr(listener.local_addr()?.into());
        let room = Room::new(limits.connections, limits.of_one, limits.proxies);
        Ok(Self { listener, local, room, head: limits.head, stall: limits.stall })
    }
}

impl Acceptor for Listener {
    type Io = Connection<TcpStream>;

    fn local_addr(&self) -> Vec<LocalAddr> {
        vec![self.local.clone()]
    }

    async fn accept(&mut self) -> io::Result<(Self::Io, LocalAddr, RemoteAddr, Scheme)> {
        let mut one = self.room.one().await.ok_or(io::ErrorKind::BrokenPipe)?;
        loop {
            let (stream, address) = until_accepted(|| self.listener.accept(), || tokio::time::sleep(PAUSE)).await;
            match self.room.give(one, address.ip()) {
                Ok(place) => {
                    // Answers are small and written at once; waiting to fill a packet costs 40 ms.
                    stream.set_nodelay(true).ok();
                    let connection = Connection::new(stream, (self.head, self.stall), Some(place));
                    return Ok((connection, self.local.clone(), RemoteAddr(address.into()), Scheme::HTTP));
                }
                Err(back) => {
                    tracing::debug!(address = %address.ip(), "a connection too many of one address is closed");
                    one = back;
                }
            }
        }
    }
}

/// Accepts, however often it fails, with a pause after each failure: what it fails for, such as a file
/// descriptor that is free again, takes its time.
async fn until_accepted<T, A, P>(mut accept: impl FnMut() -> A, mut pause: impl FnMut() -> P) -> T
where
    A: Future<Output = io::Result<T>>,
    P: Future<Output = ()>,
{
    loop {
        match accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection cannot be accepted");
                pause().await;
            }
        }
    }
}

/// What a connection is doing, as far as bytes tell.
#[derive(Debug)]
enum Turn {
    /// A head is on its way; so far it ends with this many bytes of [`HEAD_END`].
    Head(usize),
    /// A head is complete: its body or the answer follows.
    Body,
    /// Something was answered: the next byte begins a head.
    Idle,
    /// Heads cannot be told from bytes any more.
    Http2,
}

/// A connection that fails to read when a head takes too long, and to write when nobody reads.
#[derive(Debug)]
pub struct Connection<T> {
    stream: T,
    turn: Turn,
    first: bool,
    deadline: Pin<Box<Sleep>>,
    head: Duration,
    stall: Duration,
    /// Runs while the reader takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
    /// Room for another connection once this one is gone.
    _place: Option<Place>,
}

impl<T> Connection<T> {
    fn new(stream: T, (head, stall): (Duration, Duration), place: Option<Place>) -> Self {
        let deadline = Box::pin(tokio::time::sleep(head));
        Self { stream, turn: Turn::Head(0), first: true, deadline, head, stall, stalled: None, _place: place }
    }

    fn received(&mut self, bytes: &[u8]) {
        if std::mem::take(&mut self.first) && bytes.starts_with(HTTP2) {
            self.turn = Turn::Http2;
            return;
        }
        let (before, fresh) = match self.turn {
            Turn::Head(seen) => (seen, false),
            Turn::Idle => (0, true),
            Turn::Body | Turn::Http2 => return,
        };
        self.turn = bytes.iter().try_fold(before, follow).map_or(Turn::Body, Turn::Head);
        // A head that arrived in one piece, as nearly all do, needs no timer.
        if fresh && matches!(self.turn, Turn::Head(_)) {
            self.deadline.as_mut().reset(Instant::now() + self.head);
        }
    }

    fn sent(&mut self) {
        if !matches!(self.turn, Turn::Http2) {
            self.turn = Turn::Idle;
        }
    }
}

/// How much of [`HEAD_END`] the bytes end with after one more; `None` when it is complete.
fn follow(seen: usize, byte: &u8) -> Option<usize> {
    let seen = if *byte == HEAD_END[seen] { seen + 1 } else { usize::from(*byte == HEAD_END[0]) };
    (seen < HEAD_END.len()).then_some(seen)
}

impl<T: AsyncRead + Unpin> AsyncRead for Connection<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buf.filled().len();
        if let Poll::Ready(result) = Pin::new(&mut this.stream).poll_read(cx, buf) {
            this.received(&buf.filled()[before..]);
            return Poll::Ready(result);
        }
        if matches!(this.turn, Turn::Head(_)) {
            ready!(this.deadline.as_mut().poll(cx));
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the head of a request took too long")));
        }
        Poll::Pending
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Connection<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.sent();
        let this = &mut *self;
        if let Poll::Ready(result) = Pin::new(&mut this.stream).poll_write(cx, buf) {
            this.stalled = None;
            return Poll::Ready(result);
        }
        let stalled = this.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(this.stall)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the reader of an answer took nothing of it")))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use poem::endpoint::make_sync;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const SHORT: Duration = Duration::from_millis(200);

    /// A server on a free port with room for two connections and little patience.
    async fn served() -> std::net::SocketAddr {
        serve(make_sync(|_| "hello")).await
    }

    async fn serve(site: impl poem::Endpoint + 'static) -> std::net::SocketAddr {
        serve_within(limits(2, 2), site).await
    }

    fn limits(connections: usize, of_one: usize) -> ConnectionLimits {
        ConnectionLimits { connections, of_one, proxies: Vec::new(), head: SHORT, stall: SHORT }
    }

    async fn serve_within(limits: ConnectionLimits, site: impl poem::Endpoint + 'static) -> std::net::SocketAddr {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let server = poem::Server::new_with_acceptor(Listener::new(socket, limits).unwrap());
        tokio::spawn(server.run(site));
        address
    }

    async fn ask(stream: &mut TcpStream) -> String {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let mut buffer = [0; 1024];
        let mut text = String::new();
        while !text.ends_with("hello") {
            let count = stream.read(&mut buffer).await.unwrap();
            assert_ne!(count, 0, "{text}");
            text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        }
        text
    }

    #[test]
    fn the_end_of_a_head_is_found_however_it_is_cut() {
        let end = |text: &str| text.bytes().try_fold(0, |seen, b| follow(seen, &b)).is_none();
        assert!(end("GET / HTTP/1.1\r\n\r\n"));
        assert!(end("a\r\r\n\r\n"));
        assert!(!end("GET / HTTP/1.1\r\nhost: a\r\n"));
        assert!(!end("\n\n\r\n\r"));
    }

    #[tokio::test]
    async fn who_never_finishes_a_head_is_let_go() {
        let address = served().await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
        let both = async {
            assert_eq!(silent.read(&mut [0; 64]).await.unwrap_or(0), 0);
            // hyper may still say 408 before it closes.
            slow.read_to_end(&mut Vec::new()).await.ok();
        };
        tokio::time::timeout(Duration::from_secs(5), both).await.unwrap();
    }

    #[tokio::test]
    async fn a_quick_client_may_stay_as_long_as_it_likes_but_not_dawdle() {
        let mut stream = TcpStream::connect(served().await).await.unwrap();
        assert!(ask(&mut stream).await.starts_with("HTTP/1.1 200"));
        let pause = tokio::time::timeout(Duration::from_millis(400), stream.read(&mut [0; 1])).await;
        assert!(pause.is_err(), "an idle connection stays open");
        assert!(ask(&mut stream).await.starts_with("HTTP/1.1 200"));
        stream.write_all(b"GET / HT").await.unwrap();
        let mut rest = Vec::new();
        let closed = stream.read_to_end(&mut rest);
        tokio::time::timeout(Duration::from_secs(5), closed).await.unwrap().ok();
    }

    /// There is room for two connections, so a third one finds some only when another has ended.
    #[tokio::test]
    async fn who_takes_nothing_of_a_stream_is_cut() {
        let endless = || futures::stream::repeat_with(|| io::Result::Ok("x".repeat(64 << 10)));
        let address = serve(make_sync(move |_| poem::Body::from_bytes_stream(endless()))).await;
        let ask = async |stream: &mut TcpStream| stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let mut reader = TcpStream::connect(address).await.unwrap();
        ask(&mut reader).await;
        let mut sluggard = TcpStream::connect(address).await.unwrap();
        ask(&mut sluggard).await;
        let mut third = TcpStream::connect(address).await.unwrap();
        ask(&mut third).await;
        let (mut read, mut answer) = (vec![0; 1 << 20], [0; 12]);
        let cut = async {
            loop {
                tokio::select! {
                    head = third.read_exact(&mut answer) => return head,
                    // Who reads goes on.
                    some = reader.read(&mut read) => assert_ne!(some.unwrap(), 0),
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(5), cut).await.unwrap().unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    }

    #[tokio::test]
    async fn who_finds_no_room_waits_for_it() {
        let address = served().await;
        let mut first = TcpStream::connect(address).await.unwrap();
        let mut second = TcpStream::connect(address).await.unwrap();
        ask(&mut first).await;
        ask(&mut second).await;
        let mut third = TcpStream::connect(address).await.unwrap();
        let early = tokio::time::timeout(Duration::from_millis(100), ask(&mut third)).await;
        assert!(early.is_err());
        drop(first);
        let mut buffer = [0; 12];
        tokio::time::timeout(Duration::from_secs(5), third.read_exact(&mut buffer)).await.unwrap().unwrap();
        assert_eq!(&buffer, b"HTTP/1.1 200");
    }

    /// A connection from another address of loopback.
    async fn connect_from(from: &str, to: std::net::SocketAddr) -> TcpStream {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
        socket.connect(to).await.unwrap()
    }

    #[tokio::test]
    async fn one_address_does_not_take_all_connections() {
        let one_of_three = ConnectionLimits { proxies: vec!["127.0.0.9/32".parse().unwrap()], ..limits(4, 1) };
        let address = serve_within(one_of_three, make_sync(|_| "hello")).await;
        let mut first = connect_from("127.0.0.1", address).await;
        ask(&mut first).await;
        let mut further = connect_from("127.0.0.1", address).await;
        let closed = tokio::time::timeout(Duration::from_secs(5), further.read(&mut [0; 1])).await.unwrap();
        assert_eq!(closed.unwrap_or(0), 0);
        ask(&mut connect_from("127.0.0.2", address).await).await;
        let (mut proxied, mut again) =
            (connect_from("127.0.0.9", address).await, connect_from("127.0.0.9", address).await);
        ask(&mut proxied).await;
        ask(&mut again).await;
        ask(&mut first).await;
    }

    /// The first attempts fail as they do when there is no file descriptor left.
    #[tokio::test]
    async fn who_cannot_accept_pauses_each_time_before_it_tries_again() {
        let did = std::cell::RefCell::new(Vec::new());
        let accept = || {
            did.borrow_mut().push("accept");
            let result = if did.borrow().len() > 6 { Ok(7) } else { Err(io::Error::from_raw_os_error(24)) };
            std::future::ready(result)
        };
        let pause = || {
            did.borrow_mut().push("pause");
            std::future::ready(())
        };
        assert_eq!(until_accepted(accept, pause).await, 7);
        assert_eq!(did.into_inner(), ["accept", "pause", "accept", "pause", "accept", "pause", "accept"]);
    }
}
