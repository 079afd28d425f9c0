//! What a browser sends, by hand: cookies are kept as it keeps them.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{RequestBuilder, StatusCode};
use url::Url;

use crate::harness::{Test, secrets};

pub(super) struct Hand<'a> {
    t: &'a Test,
    http: reqwest::Client,
    pub(super) cookies: BTreeMap<String, String>,
}

/// What came of a request.
pub(super) struct Seen {
    pub(super) status: StatusCode,
    pub(super) place: Option<String>,
    pub(super) text: String,
    /// Cookies as they were set, with how they are kept.
    pub(super) set: Vec<String>,
    pub(super) retry_after: Option<String>,
}

impl Seen {
    /// Fails unless it is a page of this status that says this.
    pub(super) fn says(&self, status: u16, text: &str) -> Result<()> {
        ensure!(self.status == status && self.text.contains(text), "{} {:?}: {}", self.status, self.place, self.text);
        Ok(())
    }

    pub(super) fn leads(&self) -> Result<&str> {
        ensure!(self.status == StatusCode::SEE_OTHER, "{}: {}", self.status, self.text);
        self.place.as_deref().context("it leads nowhere")
    }
}

impl<'a> Hand<'a> {
    pub(super) fn new(t: &'a Test) -> Result<Self> {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { t, http, cookies: BTreeMap::new() })
    }

    pub(super) async fn get(&mut self, path: &str) -> Result<Seen> {
        self.send(self.http.get(self.at(path)).header("sec-fetch-site", "cross-site")).await
    }

    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Seen> {
        self.post_from("same-origin", path, fields).await
    }

    pub(super) async fn post_from(&mut self, site: &str, path: &str, fields: &[(&str, &str)]) -> Result<Seen> {
        self.send(self.http.post(self.at(path)).header("sec-fetch-site", site).form(fields)).await
    }

    fn at(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.t.url) }
    }

    async fn send(&mut self, request: RequestBuilder) -> Result<Seen> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request.header(COOKIE, cookies.join("; ")).send().await?;
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let set: Vec<String> = answer.headers().get_all(SET_COOKIE).iter().map(text).collect();
        for cookie in &set {
            ensure!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "how it is kept");
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).context("no cookie")?;
            match value {
                "" => drop(self.cookies.remove(name)),
                value => {
                    secrets::note("a cookie", value);
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        let (place, retry_after) =
            (answer.headers().get(LOCATION).map(text), answer.headers().get("retry-after").map(text));
        Ok(Seen { status: answer.status(), place, set, retry_after, text: answer.text().await? })
    }

    /// Goes to Discord and agrees there; the address that leads back.
    pub(super) async fn agree(&mut self, person: &str, next: &str) -> Result<String> {
        let begun = self.get(&format!("/sign-in/discord{next}")).await?;
        let there: Url = begun.leads()?.parse()?;
        ensure!(there.as_str().starts_with(&self.t.discord.base_url()), "{there}");
        let fields: Vec<(String, String)> = there.query_pairs().into_owned().collect();
        let decided = [("user", person), ("decision", "authorize")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        let form = [fields, decided.to_vec()].concat();
        let back = self.http.post(there).form(&form).send().await?;
        ensure!(back.status() == StatusCode::FOUND, "{}", back.text().await?);
        Ok(back.headers()[LOCATION].to_str()?.to_owned())
    }

    /// Goes there and back.
    pub(super) async fn sign_in(&mut self, person: &str) -> Result<Seen> {
        let back = self.agree(person, "").await?;
        self.get(&back).await
    }

    pub(super) fn is_known(&self) -> bool {
        self.cookies.contains_key("storebot")
    }

    /// What forms carry.
    pub(super) async fn form_token(&mut self) -> Result<String> {
        let page = self.get("/stores/new").await?;
        let (_, rest) = page.text.split_once("name=\"token\" value=\"").context("no form")?;
        Ok(rest.split('"').next().context("no token")?.to_owned())
    }
}
