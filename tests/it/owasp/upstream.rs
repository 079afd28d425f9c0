//! API7 and API10: what others ask storebot to call, and what those who are called answer.

use anyhow::{Result, ensure};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::harness::environment::until;
use crate::harness::{TestBot, run_test};

/// Answers every connection with the same bytes and counts them.
async fn answers(with: Vec<u8>) -> Result<(u16, std::sync::Arc<std::sync::atomic::AtomicUsize>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let with = with.clone();
            tokio::spawn(async move {
                let mut head = [0; 4096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(&with).await;
            });
        }
    });
    Ok((port, count))
}

#[tokio::test]
async fn a_callback_goes_nowhere_but_where_it_may() {
    run_test(TestBot { callbacks: "retries = []", ..TestBot::default() }, async |t| {
        let (inside, called) = answers(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()).await?;
        // 127.0.0.1 is allowed in tests; its other names are not.
        for (index, url) in [
            format!("http://localhost:{inside}/"),
            format!("http://127.0.0.2:{inside}/"),
            format!("http://[::ffff:127.0.0.1]:{inside}/"),
            format!("http://0.0.0.0:{inside}/"),
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            "http://metadata.google.internal/".to_owned(),
        ]
        .iter()
        .enumerate()
        {
            let name = format!("tea-{index}");
            let data = json!({ "name": name, "engine": "medusa", "callback_url": url });
            let answer = t.webhook().create(&format!("msg-{index}"), &data).await?;
            ensure!(matches!(answer.status().as_u16(), 202 | 422), "{url}: {}", answer.status());
        }
        for (index, url) in ["file:///etc/passwd", "gopher://127.0.0.1/", "http://user:pw@127.0.0.1/", "//x", "http://"]
            .iter()
            .enumerate()
        {
            let data = json!({ "name": "never", "engine": "medusa", "callback_url": url });
            let answer = t.webhook().create(&format!("bad-{index}"), &data).await?;
            ensure!(answer.status() == 422, "{url}: {}", answer.status());
        }
        // One that may be called comes through, so the others had their time as well.
        let data = json!({ "name": "good", "engine": "medusa", "callback_url": t.callbacks.url });
        t.webhook().create("msg-good", &data).await?.error_for_status()?;
        t.callbacks.wait(1).await?;
        t.until_idle().await?;
        ensure!(called.load(std::sync::atomic::Ordering::SeqCst) == 0, "somebody inside was called");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_leads_elsewhere_or_never_ends_is_not_followed() {
    run_test(TestBot { callbacks: "retries = []", ..TestBot::default() }, async |t| {
        let (elsewhere, called) = answers(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()).await?;
        let redirect =
            format!("HTTP/1.1 307 See\r\nlocation: http://127.0.0.1:{elsewhere}/\r\ncontent-length: 0\r\n\r\n");
        let (redirects, asked) = answers(redirect.into_bytes()).await?;
        let mut endless = b"HTTP/1.1 200 OK\r\ncontent-length: 4000000000\r\n\r\n".to_vec();
        endless.resize(8 << 20, b'x');
        let (floods, flooded) = answers(endless).await?;
        for (name, port) in [("away", redirects), ("flood", floods)] {
            let data = json!({ "name": name, "engine": "medusa", "callback_url": format!("http://127.0.0.1:{port}/") });
            t.webhook().create(&format!("msg-{name}"), &data).await?.error_for_status()?;
        }
        for count in [asked, flooded] {
            until("both were called", || async {
                Ok((count.load(std::sync::atomic::Ordering::SeqCst) > 0).then_some(()))
            })
            .await?;
        }
        // Still there, and in order.
        t.until_phase("flood", "ready").await?;
        ensure!(t.http.get(format!("{}/health/ready", t.url)).send().await?.status() == 200);
        ensure!(called.load(std::sync::atomic::Ordering::SeqCst) == 0, "a redirect was followed");
        Ok(())
    })
    .await
}
