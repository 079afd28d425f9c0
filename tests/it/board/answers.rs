//! How pages are sent: packed as the browser takes it, kept as long as they are good, and by the right methods.

use anyhow::{Context as _, Result, ensure};
use reqwest::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, COOKIE, ETAG, HeaderMap, IF_NONE_MATCH, VARY,
};
use reqwest::{Method, Response, StatusCode};
use serde_json::json;

use super::Hand;
use crate::harness::{TestBot, run_test};

async fn ask(hand: &Hand<'_>, method: Method, url: &str, headers: &[(&'static str, &str)]) -> Result<Response> {
    let request = hand.http.request(method, url).header(COOKIE, &hand.cookie);
    Ok(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await?)
}

fn text<'a>(headers: &'a HeaderMap, name: &reqwest::header::HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn pages_and_files_are_packed_as_the_browser_takes_it() {
    run_test(TestBot::default(), async |t| {
        let ana = Hand::sign_in(t, "ana", "member").await?;
        let (_, page) = ana.get("/stores/new").await?;
        let (_, rest) = page.split_once("href=\"/files/").context("no style")?;
        let style = format!("{}/files/{}", t.url, rest.split('"').next().unwrap_or_default());
        let taken = [
            ("gzip, deflate, br", "br"),
            ("br;q=0.1, gzip", "gzip"),
            ("br;q=0, *", "gzip"),
            ("gzip;q=0.5, identity;q=0.8", ""),
            ("gzip, identity;q=0", "gzip"),
            ("", ""),
        ];
        let mut tags = std::collections::BTreeSet::new();
        for (accepted, coding) in taken {
            for url in [format!("{}/stores/new", t.url), style.clone()] {
                let answer = ask(&ana, Method::GET, &url, &[(ACCEPT_ENCODING.as_str(), accepted)]).await?;
                let headers = answer.headers();
                ensure!(text(headers, &CONTENT_ENCODING) == coding, "{url} for {accepted:?}: {headers:?}");
                ensure!(text(headers, &VARY).contains("accept-encoding"), "{url}: {headers:?}");
                tags.insert(text(headers, &ETAG).to_owned());
            }
        }
        // Of the file three, one for each of its forms; pages have none.
        ensure!(tags.len() == 4 && tags.contains(""), "{tags:?}");

        let packed = [(ACCEPT_ENCODING.as_str(), "br")];
        let first = ask(&ana, Method::GET, &style, &packed).await?;
        ensure!(text(first.headers(), &CACHE_CONTROL).contains("immutable"), "{:?}", first.headers());
        let tag = text(first.headers(), &ETAG).to_owned();
        let again = [packed[0], (IF_NONE_MATCH.as_str(), tag.as_str())];
        let again = ask(&ana, Method::GET, &style, &again).await?;
        ensure!(again.status() == StatusCode::NOT_MODIFIED && text(again.headers(), &VARY) == "accept-encoding");
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn what_is_told_as_it_happens_is_not_packed() {
    run_test(TestBot::default(), async |t| {
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        let ana = Hand::sign_in(t, "ana", "member").await?;
        let live = format!("{}/stores/tea/live", t.url);
        let mut live = ask(&ana, Method::GET, &live, &[(ACCEPT_ENCODING.as_str(), "gzip, br")]).await?;
        ensure!(live.headers().get(CONTENT_ENCODING).is_none(), "{:?}", live.headers());
        ensure!(live.headers()["x-accel-buffering"] == "no");
        let mut told = String::new();
        while !told.contains("event: change") {
            told += &*String::from_utf8_lossy(&live.chunk().await?.context("it ended before it told anything")?);
        }
        drop(live);
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn each_address_has_its_methods() {
    run_test(TestBot::default(), async |t| {
        let ana = Hand::sign_in(t, "ana", "member").await?;
        for path in ["/", "/stores/new", "/stores/nothing", "/stores/", "/stores/tea/nothing", "/files/nothing"] {
            let url = format!("{}{path}", t.url);
            let (get, head) = (ask(&ana, Method::GET, &url, &[]).await?, ask(&ana, Method::HEAD, &url, &[]).await?);
            ensure!(get.status() == head.status(), "{path}: {} and {}", get.status(), head.status());
            ensure!(head.bytes().await?.is_empty(), "{path}: a head with a body");
        }
        let refused = [
            (Method::POST, "/", StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"),
            (Method::GET, "/sign-out", StatusCode::METHOD_NOT_ALLOWED, "POST"),
            (Method::PUT, "/stores", StatusCode::METHOD_NOT_ALLOWED, "POST"),
            (Method::DELETE, "/stores/tea", StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"),
            (Method::POST, "/stores/tea/nothing", StatusCode::NOT_FOUND, ""),
        ];
        for (method, path, status, allow) in refused {
            let answer = ask(&ana, method.clone(), &format!("{}{path}", t.url), &[]).await?;
            let allowed = text(answer.headers(), &ALLOW).to_owned();
            ensure!(answer.status() == status && allowed == allow, "{method} {path}: {} {allowed}", answer.status());
            ensure!(answer.text().await?.contains("Sign out"), "{method} {path}: no way on from here");
        }
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn a_page_of_the_list_is_one_look() {
    let limits = "creations_per_hour = 1000\nviews = 3\naddress_per_second = 100000\n".to_owned();
    run_test(TestBot { limits: Some(limits), ..TestBot::default() }, async |t| {
        let hand = Hand::sign_in(t, "ana", "member").await?;
        for expected in [200, 200, 200, 429] {
            let (status, html) = hand.get("/?sort=name").await?;
            ensure!(status == expected, "{status}: {html}");
        }
        // Another one's budget is another one, and so is that of what is done.
        let (status, _) = Hand::sign_in(t, "ben", "member").await?.get("/").await?;
        ensure!(status == 200, "{status}");
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        Ok(())
    })
    .await;
}
