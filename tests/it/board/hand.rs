//! What a browser sends, by hand.

use anyhow::{Context as _, Result, ensure};
use reqwest::StatusCode;
use reqwest::header::{COOKIE, SET_COOKIE};

use super::{SAME, token};
use crate::harness::{Test, secrets};

/// Somebody without a browser.
pub(crate) struct Hand<'a> {
    t: &'a Test,
    pub(crate) http: reqwest::Client,
    pub(crate) cookie: String,
}

impl<'a> Hand<'a> {
    pub(crate) async fn sign_in(t: &'a Test, subject: &str, role: &str) -> Result<Self> {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let mut hand = Self { t, http, cookie: String::new() };
        let answer = hand.post("/sign-in", SAME, &[("token", &token(t, subject, role)?)]).await?;
        ensure!(answer.status() == StatusCode::SEE_OTHER, "{}", answer.status());
        let set = answer.headers()[SET_COOKIE].to_str()?;
        ensure!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "how it is kept");
        set.split(';').next().context("no cookie")?.clone_into(&mut hand.cookie);
        secrets::note("a session", hand.cookie.split_once('=').context("no value")?.1);
        Ok(hand)
    }

    pub(crate) async fn get(&self, path: &str) -> Result<(StatusCode, String)> {
        let answer = self.http.get(format!("{}{path}", self.t.url)).header(COOKIE, &self.cookie).send().await?;
        Ok((answer.status(), answer.text().await?))
    }

    pub(crate) async fn post(
        &self,
        path: &str,
        site: (&str, &str),
        fields: &[(&str, &str)],
    ) -> Result<reqwest::Response> {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(format!("{}{path}", self.t.url)).header(COOKIE, &self.cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Ok(request.header(site.0, site.1).body(form).send().await?)
    }

    /// What its forms carry.
    pub(crate) async fn form_token(&self) -> Result<String> {
        let (_, html) = self.get("/stores/new").await?;
        let (_, rest) = html.split_once("name=\"token\" value=\"").context("no form")?;
        Ok(rest.split('"').next().context("no token")?.to_owned())
    }
}
