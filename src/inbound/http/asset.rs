//! Files that browsers keep: packed once, known by a tag, and answered with 304 where nothing has changed.

use std::borrow::Cow;
use std::io::Read as _;

use flate2::read::GzDecoder;
use poem::http::StatusCode;
use poem::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use poem::{Request, Response};
use sha2::{Digest, Sha256};

use super::api::has_tag;
use super::coding::{Accepted, Coding, Effort, WORTH_PACKING};

/// Its name changes with its content: it need never be asked for again.
pub(super) const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// It changes with the version of storebot only, and may be older than that for five minutes.
pub(super) const A_WHILE: &str = "public, max-age=300";

type Bytes = Cow<'static, [u8]>;

/// One file in all forms in which it is sent.
pub(super) struct Asset {
    content_type: &'static str,
    cache: &'static str,
    /// `Content-Security-Policy`, of a page.
    policy: Option<String>,
    /// The beginning of the SHA-256 of its content, in hex.
    digest: String,
    forms: Forms,
}

struct Forms {
    /// Absent of what is only kept packed: nearly everybody takes it so.
    plain: Option<Bytes>,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
}

impl Asset {
    pub(super) fn text(content_type: &'static str, text: impl Into<Bytes>) -> Self {
        let plain = text.into();
        let pack = |coding: Coding| {
            let packed = (plain.len() >= WORTH_PACKING).then(|| coding.pack(&plain, Effort::Thorough));
            packed.and_then(Result::ok).map(Bytes::from)
        };
        let (gzip, brotli) = (pack(Coding::Gzip), pack(Coding::Brotli));
        let digest = digest(&plain);
        Self { content_type, cache: A_WHILE, policy: None, digest, forms: Forms { gzip, brotli, plain: Some(plain) } }
    }

    /// A file that was packed before storebot was built.
    pub(super) fn packed(content_type: &'static str, gzip: &'static [u8], brotli: &'static [u8]) -> Self {
        let forms = Forms { plain: None, gzip: Some(gzip.into()), brotli: Some(brotli.into()) };
        Self { content_type, cache: A_WHILE, policy: None, digest: digest(gzip), forms }
    }

    pub(super) fn cached(self, cache: &'static str) -> Self {
        Self { cache, ..self }
    }

    pub(super) fn with_policy(self, policy: String) -> Self {
        Self { policy: Some(policy), ..self }
    }

    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    pub(super) fn answer(&self, request: &Request) -> Response {
        let (coding, bytes) = self.forms.choose(Accepted::of(&accepted(request)));
        let tag = format!("\"{}{}\"", self.digest, coding.map_or("", Coding::tag));
        let mut response = Response::builder().header(CACHE_CONTROL, self.cache).header(ETAG, &tag);
        if self.forms.gzip.is_some() {
            response = response.header(VARY, "accept-encoding");
        }
        if request.header(IF_NONE_MATCH).is_some_and(|tags| has_tag(tags, &tag)) {
            return response.status(StatusCode::NOT_MODIFIED).finish();
        }
        response = response.header(CONTENT_TYPE, self.content_type);
        if let Some(policy) = &self.policy {
            response = response.header(CONTENT_SECURITY_POLICY, policy);
        }
        if let Some(coding) = coding {
            response = response.header(CONTENT_ENCODING, coding.as_str());
        }
        match bytes {
            Cow::Borrowed(bytes) => response.body(bytes),
            Cow::Owned(bytes) => response.body(bytes),
        }
    }
}

impl Forms {
    /// The best form that is taken.
    fn choose(&self, accepted: Accepted) -> (Option<Coding>, Bytes) {
        let form = |coding| if coding == Coding::Brotli { &self.brotli } else { &self.gzip };
        let there: Vec<Coding> = Coding::ALL.into_iter().filter(|coding| form(*coding).is_some()).collect();
        let best = accepted.best(&there);
        if let Some(bytes) = best.and_then(|coding| form(coding).clone()) {
            return (best, bytes);
        }
        let unpacked = || self.gzip.as_deref().and_then(|gzip| unpack(gzip).ok()).unwrap_or_default().into();
        (None, self.plain.clone().unwrap_or_else(unpacked))
    }
}

/// All headers `Accept-Encoding` of a request, as if they were one.
pub(super) fn accepted(request: &Request) -> String {
    let lines = request.headers().get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.collect::<Vec<_>>().join(",")
}

fn unpack(gzip: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut plain)?;
    Ok(plain)
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(asset: &Asset, headers: &[(&str, &str)]) -> Response {
        let request = headers.iter().fold(Request::builder(), |r, (name, value)| r.header(*name, *value));
        asset.answer(&request.finish())
    }

    #[tokio::test]
    async fn the_same_file_is_sent_once() {
        let asset = Asset::text("text/css", "a".repeat(2_000).into_bytes());
        let mut plain = asked(&asset, &[]);
        assert_eq!(plain.take_body().into_vec().await.unwrap().len(), 2_000);
        let smaller = asked(&asset, &[("accept-encoding", "gzip, br")]);
        assert_eq!(smaller.header("content-encoding"), Some("br"));
        let mut packed = asked(&asset, &[("accept-encoding", "br;q=0, gzip")]);
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        assert_ne!(smaller.header("etag"), packed.header("etag"));
        assert_eq!((plain.header("vary"), packed.header("vary")), (Some("accept-encoding"), Some("accept-encoding")));
        assert!(packed.take_body().into_vec().await.unwrap().len() < 100);
        assert_ne!(plain.header("etag"), packed.header("etag"));
        let tag = packed.header("etag").unwrap();
        let mut again = asked(&asset, &[("accept-encoding", "gzip"), ("if-none-match", tag)]);
        assert_eq!((again.status(), again.header("etag")), (StatusCode::NOT_MODIFIED, Some(tag)));
        assert!(again.take_body().into_vec().await.unwrap().is_empty());
        assert_eq!(asked(&asset, &[("if-none-match", tag)]).status(), StatusCode::OK, "another form was kept");
    }

    #[test]
    fn what_is_small_is_not_packed() {
        let answer = asked(&Asset::text("text/css", "a".as_bytes()), &[("accept-encoding", "gzip")]);
        assert_eq!((answer.header("content-encoding"), answer.header("vary")), (None, None));
    }
}
