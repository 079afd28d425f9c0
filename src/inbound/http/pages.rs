//! Pages and files for people and their tools: the documentation and the document itself.
//!
//! Nothing is loaded from outside. What the documentation page needs are files of their own (see
//! [`docs`](super::docs)), so that the page is small and the rest is sent to each browser once.

use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poem::endpoint::make_sync;
use poem::{Request, get};
use sha2::{Digest, Sha256};

use super::asset::Asset;
use super::docs::Docs;
use super::headers::CLOSED;
use super::{Page, spec, yaml};

pub(super) const HTML: &str = "text/html; charset=utf-8";

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

/// Each page with its path as the router has it, and as logs and numbers name it.
pub(super) fn all() -> [(&'static str, &'static str, Page); 5] {
    let docs = Arc::new(OnceLock::new());
    let assets = Arc::clone(&docs);
    [
        ("/", "/", page(welcome)),
        ("/docs", "/docs", get(make_sync(move |request: Request| docs.get_or_init(Docs::new).page.answer(&request)))),
        (
            "/docs/assets/:file",
            "/docs/assets/{file}",
            get(make_sync(move |request: Request| assets.get_or_init(Docs::new).asset(&request))),
        ),
        ("/openapi.json", "/openapi.json", page(|| text("application/json", spec::document().to_string()))),
        ("/openapi.yaml", "/openapi.yaml", page(|| text("application/yaml", yaml::write(&spec::document())))),
    ]
}

/// Built when somebody first asks for it: most processes are never asked.
fn page(build: impl Fn() -> Asset + Send + Sync + 'static) -> Page {
    let built = OnceLock::new();
    get(make_sync(move |request: Request| built.get_or_init(&build).answer(&request)))
}

fn text(content_type: &'static str, text: String) -> Asset {
    Asset::text(content_type, text.into_bytes())
}

fn welcome() -> Asset {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>storebot</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\">\
         <style>{STYLE}</style></head>\n<body>\n{WELCOME}</body>\n</html>\n"
    );
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!("default-src 'none'; style-src 'sha256-{digest}'; img-src data:; {CLOSED}");
    text(HTML, html).with_policy(policy)
}
