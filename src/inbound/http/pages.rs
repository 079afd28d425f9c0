//! Pages and files for people and their tools: the documentation and the document itself.
//!
//! Nothing is loaded from outside. What the documentation page needs are files of their own (see
//! [`docs`](super::docs)), so that the page is small and the rest is sent to each browser once.

use std::sync::{Arc, OnceLock};

use poem::endpoint::make_sync;
use poem::{Request, get};

use super::asset::Asset;
use super::docs::Docs;
use super::{Page, spec, yaml};

pub(super) const HTML: &str = "text/html; charset=utf-8";

/// Each page with its path as the router has it, and as logs and numbers name it.
pub(super) fn all() -> [(&'static str, &'static str, Page); 4] {
    let docs = Arc::new(OnceLock::new());
    let assets = Arc::clone(&docs);
    [
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
