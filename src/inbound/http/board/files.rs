//! The dashboard's own files, and packing of pages.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use poem::http::StatusCode;
use poem::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
use poem::web::headers::HeaderValue;
use poem::{Request, Response, ResponseBuilder};

use crate::inbound::http::asset::{Asset, FOR_EVER, WORTH_PACKING, takes};

const STYLE: &str = include_str!("assets/style.css");
const SCRIPT: &str = include_str!("assets/board.js");

/// Each under a name that changes with its content.
pub(super) struct Files {
    style: (String, Asset),
    script: (String, Asset),
}

impl Files {
    pub(super) fn new() -> Self {
        let named = |content_type, text: &'static str, ending: &str| {
            let asset = Asset::text(content_type, text.as_bytes()).cached(FOR_EVER);
            (format!("{}.{ending}", asset.digest()), asset)
        };
        Self { style: named("text/css", STYLE, "css"), script: named("text/javascript", SCRIPT, "js") }
    }

    pub(super) fn style(&self) -> &str {
        &self.style.0
    }

    pub(super) fn script(&self) -> &str {
        &self.script.0
    }

    pub(super) fn answer(&self, name: &str, request: &Request) -> Response {
        let found = [&self.style, &self.script].into_iter().find(|(known, _)| known == name);
        found.map_or_else(
            || Response::builder().status(StatusCode::NOT_FOUND).finish(),
            |(_, asset)| asset.answer(request),
        )
    }
}

/// A page that is made for one visitor: packed quickly, and kept by nobody.
pub(super) fn packed(request: &Request, response: ResponseBuilder, html: String) -> Response {
    let gzip = html.len() >= WORTH_PACKING && takes(request.header(ACCEPT_ENCODING).unwrap_or_default(), "gzip");
    let packed = gzip.then(|| {
        let mut encoder = GzEncoder::new(Vec::with_capacity(html.len() / 3), Compression::fast());
        encoder.write_all(html.as_bytes()).and_then(|()| encoder.finish()).ok()
    });
    let response = response.header(VARY, HeaderValue::from_static("accept-encoding"));
    match packed.flatten() {
        Some(bytes) => response.header(CONTENT_ENCODING, "gzip").body(bytes),
        None => response.body(html),
    }
}
