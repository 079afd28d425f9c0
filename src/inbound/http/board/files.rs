//! The dashboard's own files, and packing of pages.

use poem::http::StatusCode;
use poem::http::header::{CONTENT_ENCODING, VARY};
use poem::web::headers::HeaderValue;
use poem::{Request, Response, ResponseBuilder};

use crate::inbound::http::asset::{Asset, FOR_EVER, accepted};
use crate::inbound::http::coding::{Accepted, Coding, Effort, WORTH_PACKING};

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
    let accepted = Accepted::of(&accepted(request));
    let worth = html.len() >= WORTH_PACKING || accepted.refuses_plain();
    let coding = accepted.best(&Coding::ALL).filter(|_| worth);
    let packed = coding.and_then(|coding| Some((coding, coding.pack(html.as_bytes(), Effort::Quick).ok()?)));
    let response = response.header(VARY, HeaderValue::from_static("accept-encoding"));
    match packed {
        Some((coding, bytes)) => response.header(CONTENT_ENCODING, coding.as_str()).body(bytes),
        None => response.body(html),
    }
}
