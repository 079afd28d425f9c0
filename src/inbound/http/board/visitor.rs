//! Who is in front of the browser, and whether it was they who asked.

use poem::Request;
use poem::http::HeaderMap;
use poem::http::header::{COOKIE, HOST, ORIGIN};
use subtle::ConstantTimeEq as _;
use url::Url;

use super::FORM_MAX;
use crate::domain::session::{Session, SessionSecret};

/// Somebody who has signed in.
#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) secret: SessionSecret,
    pub(super) session: Session,
}

impl Visitor {
    /// Whether a form is of this session.
    pub(super) fn sent(&self, form: &Form) -> bool {
        self.secret.form_token().as_bytes().ct_eq(form.get("token").as_bytes()).into()
    }
}

/// What a browser keeps for us: one value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cookie {
    /// It is sent by https only, and no other host can set it.
    secure: bool,
    names: [&'static str; 2],
}

impl Cookie {
    /// What somebody is known by.
    pub(super) fn of(public_url: &Url) -> Self {
        Self::named(public_url, ["storebot", "__Host-storebot"])
    }

    /// What belongs to somebody who is just signing in.
    pub(super) fn of_sign_in(public_url: &Url) -> Self {
        Self::named(public_url, ["storebot-sign-in", "__Host-storebot-sign-in"])
    }

    fn named(public_url: &Url, names: [&'static str; 2]) -> Self {
        Self { secure: public_url.scheme() == "https", names }
    }

    fn name(self) -> &'static str {
        self.names[usize::from(self.secure)]
    }

    /// All that the browser has sent under this name.
    pub(super) fn values(self, headers: &HeaderMap) -> impl Iterator<Item = &str> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(move |(name, _)| *name == self.name()).map(|(_, value)| value)
    }

    /// Of several, the first that could be one.
    pub(super) fn read(self, headers: &HeaderMap) -> Option<SessionSecret> {
        self.values(headers).find_map(SessionSecret::parse)
    }

    pub(super) fn write(self, value: &str, seconds: i64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        // Lax: whoever follows a link to here from elsewhere is known, and no form from elsewhere brings it.
        format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", self.name())
    }

    pub(super) fn forget(self) -> String {
        self.write("", 0)
    }
}

/// What was filled in. Of two fields of one name the first counts.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// What is no form is an empty one.
    pub(super) async fn read(request: &mut Request) -> Self {
        let body = request.take_body().into_bytes_limit(FORM_MAX).await.unwrap_or_default();
        Self::parse(&body)
    }

    pub(super) fn parse(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    /// Empty where nothing was filled in.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// What was filled in, without the blanks around it. `None`: nothing.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|text| !text.is_empty())
    }
}

/// Whether a page of ours has posted this. Browsers say where a request comes from; what says nothing at all is no
/// browser of today.
pub(super) fn is_from_here(headers: &HeaderMap, here: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(from) = text(ORIGIN.as_str()) else { return false };
    // It may be reached by another name than it is told of, such as through a port that is forwarded.
    let host = text(HOST.as_str()).map(|host| [format!("http://{host}"), format!("https://{host}")]);
    from == here || host.is_some_and(|own| own.iter().any(|own| own == from))
}

#[cfg(test)]
mod tests {
    use poem::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_str(v).unwrap())).collect()
    }

    #[test]
    fn a_cookie_is_read_as_it_was_written() {
        for (url, begins, secure) in
            [("http://127.0.0.1:8080", "storebot=", false), ("https://bot.example.com", "__Host-storebot=", true)]
        {
            let cookie = Cookie::of(&url.parse().unwrap());
            let secret = SessionSecret::of([7; 4]);
            let written = cookie.write(secret.expose(), 60);
            assert!(written.starts_with(begins) && written.contains("HttpOnly; SameSite=Lax"), "{written}");
            assert_eq!(written.ends_with("; Secure"), secure);
            let sent = written.split(';').next().unwrap();
            assert_eq!(cookie.read(&headers(&[("cookie", &format!("a=b; {sent}"))])), Some(secret));
            assert_eq!(cookie.read(&headers(&[("cookie", "storebot=1; __Host-storebot=2")])), None);
            assert!(cookie.forget().contains("Max-Age=0"));
        }
    }

    #[test]
    fn only_our_own_pages_post() {
        let here = "https://bot.example.com";
        let of = |pairs: &[(&'static str, &str)]| is_from_here(&headers(pairs), here);
        assert!(of(&[("sec-fetch-site", "same-origin")]));
        assert!(of(&[("origin", here)]));
        assert!(of(&[("origin", "http://127.0.0.1:9"), ("host", "127.0.0.1:9")]));
        for foreign in ["cross-site", "same-site", "none", ""] {
            assert!(!of(&[("sec-fetch-site", foreign), ("origin", here)]), "{foreign}");
        }
        assert!(!of(&[("origin", "https://evil.example"), ("host", "bot.example.com")]));
        assert!(!of(&[("origin", "null")]));
        assert!(!of(&[]));
    }

    #[test]
    fn a_form_is_what_was_filled_in() {
        let form = Form::parse("name=tea+%26+more&name=second&empty=&blank=+%20".as_bytes());
        assert_eq!((form.get("name"), form.get("nothing")), ("tea & more", ""));
        assert_eq!((form.filled("empty"), form.filled("blank"), form.filled("name")), (None, None, Some("tea & more")));
        assert_eq!(Form::parse(&[0xff, b'=', 0xfe]).filled("name"), None);
    }
}
