//! The documentation page: Swagger UI with storebot's document, all of it served from here.
//!
//! `docs/swagger-ui` holds the parts of the npm package `swagger-ui-dist` that are needed, packed as they are
//! sent (`make swagger-ui` fetches them anew, a test compares them with the package). `docs/docs.js` starts
//! it, `docs/docs.css` is the little that is storebot's own. Each file has its digest in its name and is kept
//! by browsers for ever, so the page itself is all that is asked for again.

use poem::error::NotFoundError;
use poem::{Request, Response};

use super::asset::{Asset, FOR_EVER};
use super::headers::CLOSED;
use super::pages::HTML;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// Shown before Swagger UI is there, and where it cannot be.
const INTRODUCTION: &str = "\
<header class=\"storebot\">
<h1>A store in three steps</h1>
<ol>
<li><b>Authorize</b> with a token. Whoever runs storebot makes one: \
<code>storebot token --subject you --role member</code></li>
<li>Open <b>Create a store</b>, choose a name, and press <b>Execute</b>.</li>
<li>Open <b>Look at a store</b> with that name, and press <b>Execute</b> until its phase is <code>ready</code>.</li>
</ol>
<p><a href=\"/\">storebot</a> · <a href=\"/openapi.yaml\">the document as a file</a></p>
<noscript><p>The rest of the page needs JavaScript; the document as a file does not.</p></noscript>
</header>
";

/// The page and its files.
pub(super) struct Docs {
    pub(super) page: Asset,
    /// By name, with the digest in it.
    files: Vec<(String, Asset)>,
}

impl Docs {
    pub(super) fn new() -> Self {
        let files: Vec<(String, Asset)> = [
            ("swagger-ui", "css", swagger_ui_css()),
            ("docs", "css", Asset::text(CSS, include_str!("docs/docs.css").as_bytes())),
            ("swagger-ui-bundle", "js", swagger_ui_js()),
            ("docs", "js", Asset::text(JS, include_str!("docs/docs.js").as_bytes())),
        ]
        .into_iter()
        .map(|(name, ending, asset)| {
            let asset = asset.cached(FOR_EVER);
            (format!("{name}-{}.{ending}", asset.digest()), asset)
        })
        .collect();
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; {CLOSED}"
        );
        Self { page: Asset::text(HTML, html(&files).into_bytes()).with_policy(policy), files }
    }

    /// The file a request asks for.
    pub(super) fn asset(&self, request: &Request) -> poem::Result<Response> {
        let name = request.uri().path().rsplit('/').next().unwrap_or_default();
        let file = self.files.iter().find(|(known, _)| known == name);
        file.map(|(_, asset)| asset.answer(request)).ok_or_else(|| NotFoundError.into())
    }
}

fn html(files: &[(String, Asset)]) -> String {
    let links: String = files
        .iter()
        .map(|(name, _)| match name.rsplit_once('.') {
            Some((_, "css")) => format!("<link rel=\"stylesheet\" href=\"/docs/assets/{name}\">\n"),
            _ => format!("<script src=\"/docs/assets/{name}\" defer></script>\n"),
        })
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>storebot API</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<link rel=\"icon\" href=\"data:,\">\n{links}</head>\n\
         <body>\n{INTRODUCTION}<main id=\"swagger-ui\"></main>\n</body>\n</html>\n"
    )
}

fn swagger_ui_css() -> Asset {
    let (gzip, brotli) =
        (include_bytes!("docs/swagger-ui/swagger-ui.css.gz"), include_bytes!("docs/swagger-ui/swagger-ui.css.br"));
    Asset::packed(CSS, gzip, brotli)
}

fn swagger_ui_js() -> Asset {
    let gzip = include_bytes!("docs/swagger-ui/swagger-ui-bundle.js.gz");
    Asset::packed(JS, gzip, include_bytes!("docs/swagger-ui/swagger-ui-bundle.js.br"))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn body(mut answer: Response) -> String {
        answer.take_body().into_string().await.unwrap()
    }

    fn ask(docs: &Docs, path: &str) -> poem::Result<Response> {
        docs.asset(&Request::builder().uri_str(path).finish())
    }

    #[tokio::test]
    async fn the_page_is_small_and_all_it_names_is_there() {
        let docs = Docs::new();
        assert_eq!(docs.files.len(), 4);
        let page = body(docs.page.answer(&Request::default())).await;
        assert!(page.len() < 2_500, "{}", page.len());
        assert!(!page.contains("http"), "the page loads from elsewhere");
        for (name, _) in &docs.files {
            let path = format!("/docs/assets/{name}");
            assert!(page.contains(&path), "{path}");
            let answer = ask(&docs, &path).unwrap();
            assert_eq!(answer.header("cache-control"), Some(FOR_EVER));
            assert!(!body(answer).await.is_empty(), "{path} cannot be unpacked");
        }
        assert!(ask(&docs, "/docs/assets/docs.js").is_err());
    }
}
