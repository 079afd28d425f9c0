//! People who are not meant to see or do something, in browsers of their own.

use anyhow::{Context as _, Result, ensure};
use poem::listener::TcpAcceptor;
use poem::web::Html;
use poem::{Endpoint, Server, endpoint::make_sync};
use serde_json::{Value, json};

use super::sessions::all_sessions_end;
use super::sign_in;
use crate::harness::page::{Page, Screen};
use crate::harness::{Test, TestBot, run_test};

async fn person(t: &Test, name: &str) -> Result<Page> {
    let mut page = Page::start(&t.url, &format!("person-{name}"), Screen::default()).await?;
    sign_in(t, &mut page, name, "member").await?;
    Ok(page)
}

/// The address of an own store's page.
async fn make(page: &mut Page, name: &str) -> Result<String> {
    page.follow("New store").await?;
    page.fill("Name", name).await?;
    page.step(&json!({ "step": "click", "selector": "input[value=medusa]" })).await?;
    page.press("Create").await?;
    page.see(&format!("{name} is ready")).await?;
    let path = page.evaluate("location.pathname").await?;
    path.as_str().map(str::to_owned).context("no path")
}

/// Status of a request that the page itself makes.
async fn asked(page: &mut Page, method: &str, path: &str, body: &str) -> Result<Value> {
    let body = if body.is_empty() { "null".to_owned() } else { json!(body).to_string() };
    page.evaluate(&format!(
        "fetch('{path}', {{ method: '{method}', body: {body} && new URLSearchParams({body}) }}).then(a => a.status)"
    ))
    .await
}

#[tokio::test]
async fn two_people_do_not_see_each_others_stores() {
    run_test(TestBot::default(), async |t| {
        let (mut ana, mut ben) = (person(t, "ana").await?, person(t, "ben").await?);
        let (teas, coffees) = (make(&mut ana, "tea").await?, make(&mut ben, "coffee").await?);
        let sides = [(&mut ana, "coffee", coffees.as_str()), (&mut ben, "tea", teas.as_str())];
        for (page, other, place) in sides {
            page.go("/").await?;
            ensure!(page.count("tbody tr").await? == 1, "not only one's own");
            ensure!(!page.read("main").await?.contains(other), "the list shows {other}");
            page.go(&format!("/?q={other}")).await?;
            page.see("No store is like that").await?;
            for path in [place.to_owned(), format!("/stores/{other}")] {
                page.go(&path).await?;
                page.see("There is no such store").await?;
            }
            let token = page.evaluate("document.querySelector('[name=token]').value").await?;
            let token = token.as_str().context("the page that refuses has no form to sign out")?.to_owned();
            ensure!(asked(page, "GET", &format!("{place}/live"), "").await? == 404, "its events are told");
            for act in ["extend", "sleep", "verify", "login", "delete", "undo"] {
                let (path, form) = (format!("{place}/{act}"), format!("token={token}&name={other}"));
                ensure!(asked(page, "POST", &path, &form).await? == 404, "{act}");
            }
        }
        for name in ["tea", "coffee"] {
            ensure!(t.store("watcher", name).await?["phase"] == "ready", "{name} was changed");
        }
        t.until_idle().await
    })
    .await;
}

/// A page of somebody else's, at another port of this machine.
async fn elsewhere(html: String) -> Result<(String, tokio::task::JoinHandle<std::io::Result<()>>)> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    listener.set_nonblocking(true)?;
    let page = make_sync(move |_| Html(html.clone()));
    Ok((port.to_string(), tokio::spawn(serve(listener, page)?)))
}

fn serve(
    listener: std::net::TcpListener,
    page: impl Endpoint + 'static,
) -> Result<impl Future<Output = std::io::Result<()>>> {
    Ok(Server::new_with_acceptor(TcpAcceptor::from_std(listener)?).run(page))
}

#[tokio::test]
async fn another_page_neither_posts_forms_nor_frames_the_dashboard() {
    run_test(TestBot::default(), async |t| {
        let mut ana = person(t, "ana").await?;
        let place = make(&mut ana, "tea").await?;
        // Even with the form's own token, which nobody else can know.
        let token = ana.evaluate("document.querySelector('[name=token]').value").await?;
        let token = token.as_str().context("no token")?;
        let form = format!(
            "<form method=post action='{}{place}/sleep'><input name=token value='{token}'></form>\
             <script>document.forms[0].submit()</script>",
            t.url
        );
        let (port, server) = elsewhere(form).await?;
        // The same site to a browser, which sends the cookie along; and another one.
        for host in ["127.0.0.1", "evil.localhost"] {
            ana.go(&format!("http://{host}:{port}/")).await?;
            ana.see("This form did not come from here").await?;
            ana.look("forged").await?;
        }
        server.abort();
        ensure!(t.store("watcher", "tea").await?["phase"] == "ready", "a forged form was taken");

        let (port, server) = elsewhere(format!("<iframe src='{}{place}'></iframe>", t.url)).await?;
        for host in ["127.0.0.1", "evil.localhost"] {
            let page = format!("http://{host}:{port}/");
            let framed = ana.step(&json!({ "step": "open", "path": page })).await;
            let said = framed.err().context("the browser has nothing against the frame")?.to_string();
            ensure!(said.contains("frame-ancestors"), "{said}");
        }
        server.abort();
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn a_click_after_the_session_has_ended_does_nothing_and_says_so() {
    run_test(TestBot::default(), async |t| {
        let mut ana = person(t, "ana").await?;
        make(&mut ana, "tea").await?;
        all_sessions_end(t).await?;
        ana.press("Sleep").await?;
        ana.see("You are not signed in any more, and nothing was done").await?;
        ana.look("over").await?;
        ensure!(t.store("watcher", "tea").await?["phase"] == "ready", "it was done all the same");
        ensure!(ana.count("nav a[href='/']").await? == 0, "the navigation of somebody who is signed in");
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn markup_in_a_title_is_text() {
    run_test(TestBot::default(), async |t| {
        let evil = "<img src=x onerror=alert(1)><script>alert(2)</script>";
        t.api("ana").create(&json!({ "name": "tea", "title": evil, "engine": "medusa" })).await?.error_for_status()?;
        t.until_phase("tea", "ready").await?;
        // A dialog, or a script that the policy forbade, fails the step after which it is noticed.
        let mut ana = person(t, "ana").await?;
        ana.see(evil).await?;
        ana.look("markup-list").await?;
        ana.follow("tea").await?;
        ana.see("tea is ready").await?;
        ana.look("markup-store").await?;
        ensure!(ana.count("main img").await? == 0, "a title became an image");
        t.until_idle().await
    })
    .await;
}
