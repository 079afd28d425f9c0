//! Pages and files for people and their tools: the documentation and the document itself.
//!
//! The documentation page loads nothing from outside. It is built when somebody first asks for it:
//! it weighs more than a megabyte, and most processes are never asked.

use std::io::Write as _;
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use poem::endpoint::make_sync;
use poem::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY,
};
use poem::{Request, Response, get};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::headers::CLOSED;
use super::{Page, spec, yaml};

const HTML: &str = "text/html; charset=utf-8";
/// The document changes with the version of storebot only.
const CACHED: &str = "public, max-age=300";

/// Shown by `/` around its words; named by its digest in the page's policy.
const STYLE: &str = "\
body { max-width: 40rem; margin: 12vh auto; padding: 0 1.5rem; font: 1.05rem/1.6 system-ui, sans-serif; \
color: #24292f; background: #fff } \
h1 { margin: 0 } p { margin: .25rem 0 1.5rem; color: #57606a } \
ul { padding: 0; list-style: none } li { border-top: 1px solid #d8dee4; padding: .7rem 0 } \
a { color: #0969da; font-weight: 600; text-decoration: none } a:hover { text-decoration: underline } \
span { display: block; color: #57606a } \
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117 } p, span { color: #9198a1 } \
li { border-color: #30363d } a { color: #58a6ff } }";

const WELCOME: &str = "\
<h1>storebot</h1>
<p>Gives you a finished online shop on Kubernetes.</p>
<ul>
<li><a href=\"/docs\">API</a><span>Every route with its fields; try them with a token.</span></li>
<li><a href=\"/openapi.yaml\">OpenAPI document</a><span>For generators and clients; also \
<a href=\"/openapi.json\">as JSON</a>.</span></li>
<li><a href=\"/health/ready\">Health</a><span>Whether commands can be accepted, and what is missing.</span></li>
</ul>
";

/// Each page with its path.
pub(super) fn all(document: &Value) -> [(&'static str, Page); 4] {
    let json = document.to_string();
    let docs = docs(Arc::from(json.as_str()));
    [
        ("/", welcome()),
        ("/docs", docs),
        ("/openapi.json", file("application/json", json)),
        ("/openapi.yaml", file("application/yaml", yaml::write(document))),
    ]
}

fn welcome() -> Page {
    let text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>storebot</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\">\
         <style>{STYLE}</style></head>\n<body>\n{WELCOME}</body>\n</html>\n"
    );
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; img-src data:; {CLOSED}",
        STANDARD.encode(Sha256::digest(STYLE))
    );
    get(make_sync(move |_| {
        Response::builder()
            .header(CONTENT_TYPE, HTML)
            .header(CACHE_CONTROL, CACHED)
            .header(CONTENT_SECURITY_POLICY, &policy)
            .body(text.clone())
    }))
}

fn file(content_type: &'static str, text: String) -> Page {
    get(make_sync(move |_| {
        Response::builder().header(CONTENT_TYPE, content_type).header(CACHE_CONTROL, CACHED).body(text.clone())
    }))
}

fn docs(json: Arc<str>) -> Page {
    let built = OnceLock::new();
    get(make_sync(move |request| built.get_or_init(|| Docs::build(&json)).answer(&request)))
}

/// The documentation page, plain and packed.
struct Docs {
    plain: Vec<u8>,
    packed: Vec<u8>,
    policy: String,
}

impl Docs {
    fn build(json: &str) -> Self {
        // In a script a `</script>` inside any string would end it.
        let html = spec::swagger_ui(&json.replace('<', "\\u003c"));
        let policy = format!(
            "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
             {CLOSED}",
            script_hashes(&html)
        );
        let packed = pack(html.as_bytes()).unwrap_or_default();
        Self { plain: html.into_bytes(), packed, policy }
    }

    fn answer(&self, request: &Request) -> Response {
        let response = Response::builder()
            .header(CONTENT_TYPE, HTML)
            .header(CACHE_CONTROL, CACHED)
            .header(CONTENT_SECURITY_POLICY, &self.policy)
            .header(VARY, "accept-encoding");
        if !self.packed.is_empty() && takes_gzip(request.header(ACCEPT_ENCODING).unwrap_or_default()) {
            response.header(CONTENT_ENCODING, "gzip").body(self.packed.clone())
        } else {
            response.body(self.plain.clone())
        }
    }
}

fn pack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn takes_gzip(accepted: &str) -> bool {
    accepted.split(',').any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight.unwrap_or(1.0) > 0.0
    })
}

/// Only the page's own scripts may run: they are named by their digests.
fn script_hashes(html: &str) -> String {
    let mut hashes = Vec::new();
    let mut rest = html;
    while let Some((body, after)) = next_script(rest) {
        hashes.push(format!("'sha256-{}'", STANDARD.encode(Sha256::digest(body))));
        rest = after;
    }
    hashes.join(" ")
}

/// The next script's text and what follows it. A `<script` inside a script is only text.
fn next_script(html: &str) -> Option<(&str, &str)> {
    let (_, rest) = html.split_once("<script")?;
    let (_, rest) = rest.split_once('>')?;
    rest.split_once("</script>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_when_it_is_offered() {
        for yes in ["gzip", "br, GZIP", "gzip;q=0.5, *"] {
            assert!(takes_gzip(yes), "{yes}");
        }
        for no in ["", "br", "gzip;q=0", "gzip; q=0.0"] {
            assert!(!takes_gzip(no), "{no}");
        }
    }

    #[test]
    fn the_page_needs_nothing_from_outside_and_cannot_be_broken_out_of() {
        let docs = Docs::build("{\"info\":\"</script><script>alert(1)</script>\"}");
        let html = String::from_utf8(docs.plain).unwrap();
        assert!(html.contains("let spec = {\"info\":\"\\u003c/script>"));
        assert_eq!(docs.policy.matches("sha256-").count(), 2);
        for outside in ["<script src", "<link", "<img src=\"http", "@import"] {
            assert!(!html.contains(outside), "{outside}");
        }
    }
}
