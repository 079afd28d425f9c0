//! What is known of each route before there is a request: its name in logs and numbers, its methods, how
//! large a body each of them takes, and what belongs into its parameters. The document is the source.

use std::collections::BTreeMap;
use std::sync::Arc;

use poem::http::{HeaderMap, HeaderValue, Method};
use poem_openapi::registry::{MetaParamIn, MetaSchemaRef};

use super::reading;
use super::spec;
use crate::config;

/// Where the larger limit for deliveries holds.
pub(super) const WEBHOOKS: &str = "/webhooks/";
/// Headers that are lists, which may be sent in several lines.
const LISTS: [&str; 2] = ["If-Match", "If-None-Match"];

#[derive(Debug)]
pub(super) struct RouteInfo {
    /// The pattern as documented, with `{names}`.
    pub(super) label: Arc<str>,
    /// The methods it has, for the header `Allow`.
    pub(super) allow: HeaderValue,
    /// Of the API: a page of another origin may be allowed to ask it.
    pub(super) documented: bool,
    /// By method: the largest body in bytes, 0 for none.
    bodies: Vec<(Method, usize)>,
    /// What belongs into its parameters, by their names.
    expected: BTreeMap<String, String>,
    /// Its parameters that are headers.
    headers: Vec<String>,
}

impl RouteInfo {
    /// The largest body in bytes; `None`: there is no such method.
    pub(super) fn body(&self, method: &Method) -> Option<usize> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self.bodies.iter().find(|(known, _)| known == method).map(|(_, bytes)| *bytes)
    }

    /// What belongs into a parameter, in words.
    pub(super) fn expected(&self, parameter: &str) -> Option<&str> {
        self.expected.get(parameter).map(String::as_str)
    }

    /// A header that the generator would not read as it was sent: it leaves out what is no ASCII and takes the
    /// first of several. A key that is left out would let a request that is repeated be done twice.
    pub(super) fn unread(&self, sent: &HeaderMap) -> Option<&str> {
        let once = |name: &str| !LISTS.contains(&name);
        let unread = self.headers.iter().find(|name| {
            let values = sent.get_all(name.as_str());
            values.iter().any(|v| v.to_str().is_err()) || (once(name) && values.iter().count() > 1)
        });
        unread.map(String::as_str)
    }

    fn new(label: &str, bodies: Vec<(Method, usize)>) -> Self {
        let mut allow: Vec<&str> = bodies.iter().map(|(method, _)| method.as_str()).collect();
        if allow.contains(&"GET") {
            allow.push("HEAD");
        }
        allow.push("OPTIONS");
        let allow = HeaderValue::from_str(&allow.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"));
        Self {
            label: Arc::from(label),
            allow,
            documented: false,
            bodies,
            expected: BTreeMap::new(),
            headers: Vec::new(),
        }
    }

    /// Whether this is the route of a path. A parameter is any part that is not empty.
    fn matches(&self, path: &str) -> bool {
        let (mut parts, mut pattern) = (path.split('/'), self.label.split('/'));
        loop {
            match (parts.next(), pattern.next()) {
                (None, None) => return true,
                (Some(part), Some(known)) if part == known || (known.starts_with('{') && !part.is_empty()) => {}
                _ => return false,
            }
        }
    }
}

/// All routes of the public listener.
#[derive(Debug, Default)]
pub(super) struct Routes(Vec<Arc<RouteInfo>>);

impl Routes {
    /// Those of the document.
    pub(super) fn documented(http: &config::Http) -> Self {
        let mut routes = Vec::new();
        for path in spec::paths() {
            let limit = if path.path.starts_with(WEBHOOKS) { http.webhook_body_limit } else { http.body_limit };
            let bodies =
                path.operations.iter().map(|o| (o.method.clone(), if o.request.is_some() { limit } else { 0 }));
            let parameters = || path.operations.iter().flat_map(|o| &o.params);
            let expected = parameters().filter_map(|p| match &p.schema {
                MetaSchemaRef::Inline(schema) => Some((p.name.clone(), reading::expected(schema))),
                MetaSchemaRef::Reference(_) => None,
            });
            let headers = parameters().filter(|p| p.in_type == MetaParamIn::Header).map(|p| p.name.clone());
            let (expected, headers) = (expected.collect(), headers.collect());
            routes.push(RouteInfo {
                documented: true,
                expected,
                headers,
                ..RouteInfo::new(&path.path, bodies.collect())
            });
        }
        Self(routes.into_iter().map(Arc::new).collect())
    }

    /// One that is not in the document, or a further method of it.
    pub(super) fn add(&mut self, label: &str, method: Method, body: usize) {
        match self.0.iter_mut().find(|route| *route.label == *label && !route.documented) {
            Some(known) => {
                let bodies = known.bodies.iter().cloned().chain([(method, body)]).collect();
                *known = Arc::new(RouteInfo::new(label, bodies));
            }
            None => self.0.push(Arc::new(RouteInfo::new(label, vec![(method, body)]))),
        }
    }

    /// The route of a path. One that is written out counts for more than one with parameters.
    pub(super) fn find(&self, path: &str) -> Option<&Arc<RouteInfo>> {
        let exact = self.0.iter().find(|route| *route.label == *path);
        exact.or_else(|| self.0.iter().find(|route| route.matches(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn routes() -> Routes {
        let file = "[http]\nbody_limit=2000\nwebhook_body_limit=3000\n[[cells]]\nname='main'";
        let mut routes = Routes::documented(&Config::load(file, &[]).unwrap().http);
        routes.add("/docs", Method::GET, 0);
        routes
    }

    #[test]
    fn a_path_is_known_by_its_pattern() {
        let routes = routes();
        let label = |path: &str| routes.find(path).map(|route| route.label.to_string());
        assert_eq!(label("/v1/stores").as_deref(), Some("/v1/stores"));
        assert_eq!(label("/v1/stores/tea").as_deref(), Some("/v1/stores/{store}"));
        assert_eq!(label("/v1/stores/tea/events").as_deref(), Some("/v1/stores/{store}/events"));
        for path in
            ["/", "", "/v1/stores/", "/v1/stores/tea/", "/v1/stores/tea/nothing", "//v1/stores", "/v1/stores//events"]
        {
            assert_eq!(label(path), None, "{path}");
        }
    }

    #[test]
    fn a_path_may_be_asked_in_several_ways() {
        let mut routes = routes();
        routes.add("/sign-in", Method::GET, 0);
        routes.add("/sign-in", Method::POST, 100);
        let route = routes.find("/sign-in").unwrap();
        assert_eq!((route.body(&Method::POST), route.body(&Method::GET)), (Some(100), Some(0)));
        assert_eq!(route.allow, "GET, POST, HEAD, OPTIONS");
    }

    /// All of what is taken, so that a new route that takes a body is seen here.
    #[test]
    fn only_what_needs_a_body_takes_one() {
        let routes = routes();
        let mut takes = Vec::new();
        for route in &routes.0 {
            let bodies = route.bodies.iter().filter(|(_, bytes)| *bytes > 0);
            takes.extend(bodies.map(|(method, bytes)| format!("{method} {} {bytes}", route.label)));
        }
        takes.sort();
        assert_eq!(takes, ["POST /v1/stores 2000", "POST /webhooks/{source} 3000"]);
        let store = routes.find("/v1/stores/tea").unwrap();
        let bodies = [Method::GET, Method::HEAD, Method::DELETE, Method::PUT].map(|method| store.body(&method));
        assert_eq!(bodies, [Some(0), Some(0), Some(0), None]);
        assert_eq!(store.allow, "GET, DELETE, HEAD, OPTIONS");
    }

    #[test]
    fn it_is_known_what_belongs_into_a_parameter() {
        let routes = routes();
        let expected = |path: &str, name: &str| routes.find(path).unwrap().expected(name).map(str::to_owned);
        assert_eq!(expected("/v1/stores", "limit").as_deref(), Some("a whole number from 1 to 200"));
        assert_eq!(expected("/v1/stores", "engine").as_deref(), Some("one of: woocommerce, medusa"));
        assert_eq!(expected("/v1/stores", "nothing"), None);
    }
}
