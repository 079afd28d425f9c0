//! The page's own style and script, kept in this program.

use poem::http::StatusCode;
use poem::web::Path;
use poem::{Response, handler};

const SCRIPT: &str = "text/javascript; charset=utf-8";
const FILES: [(&str, &str, &str); 10] = [
    ("style.css", "text/css; charset=utf-8", include_str!("assets/style.css")),
    ("main.js", SCRIPT, include_str!("assets/main.js")),
    ("asking.js", SCRIPT, include_str!("assets/asking.js")),
    ("composer.js", SCRIPT, include_str!("assets/composer.js")),
    ("fields.js", SCRIPT, include_str!("assets/fields.js")),
    ("forms.js", SCRIPT, include_str!("assets/forms.js")),
    ("list.js", SCRIPT, include_str!("assets/list.js")),
    ("live.js", SCRIPT, include_str!("assets/live.js")),
    ("times.js", SCRIPT, include_str!("assets/times.js")),
    ("words.js", SCRIPT, include_str!("assets/words.js")),
];

#[handler]
pub(super) fn file(Path(name): Path<String>) -> Response {
    let Some((_, kind, text)) = FILES.iter().find(|(known, _, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into();
    };
    // Not kept: the next program of the same address may have another page.
    Response::builder()
        .content_type(*kind)
        .header("Cache-Control", "no-store")
        .header("X-Content-Type-Options", "nosniff")
        .body(*text)
}
