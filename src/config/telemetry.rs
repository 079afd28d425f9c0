//! Who gets traces, and how many.
//!
//! The variables that OpenTelemetry's own libraries read are read, too: they stand above the file and below
//! `STOREBOT__TELEMETRY__…`.

use std::time::Duration;

use percent_encoding::percent_decode_str;
use reqwest::header::{HeaderName, HeaderValue};
use url::Url;

use super::reader::Reader;
use crate::domain::secret::SecretText;

/// Where traces go below a receiver's address.
const PATH: &str = "v1/traces";

#[derive(Clone, Debug)]
pub struct Telemetry {
    /// Where traces are posted to, whole. `None`: nobody gets any.
    pub otlp_endpoint: Option<Url>,
    /// Sent with them; values are secrets.
    pub headers: Vec<(String, SecretText)>,
    pub service_name: String,
    /// Share of traces that is recorded, of those that begin here: 0 to 1.
    pub sample_ratio: f64,
    /// Longest time for one sending.
    pub timeout: Duration,
}

impl Telemetry {
    /// Share of traces that is recorded. `None`: nobody gets any.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        self.otlp_endpoint.as_ref().map(|_| self.sample_ratio)
    }
}

/// OpenTelemetry's variables, and ours that say the same. Of two for one of ours, the first one counts.
const STANDARD: [(&str, &str); 7] = [
    ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "STOREBOT__TELEMETRY__OTLP_ENDPOINT"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "STOREBOT__TELEMETRY__OTLP_ENDPOINT"),
    ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "STOREBOT__TELEMETRY__HEADERS"),
    ("OTEL_EXPORTER_OTLP_HEADERS", "STOREBOT__TELEMETRY__HEADERS"),
    ("OTEL_SERVICE_NAME", "STOREBOT__TELEMETRY__SERVICE_NAME"),
    ("OTEL_TRACES_SAMPLER_ARG", "STOREBOT__TELEMETRY__SAMPLE_RATIO"),
    ("OTEL_SDK_DISABLED", ""),
];

/// What OpenTelemetry's variables set, as if ours did. Ours are not touched.
pub(super) fn standard(env: &[(String, String)]) -> Vec<(String, String)> {
    let value = |name: &str| env.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, v)| v.as_str());
    let off = value("OTEL_SDK_DISABLED").is_some_and(|v| v.eq_ignore_ascii_case("true"))
        || value("OTEL_TRACES_EXPORTER").is_some_and(|v| v == "none");
    let mut set: Vec<(String, String)> = Vec::new();
    for (theirs, ours) in STANDARD {
        let known = ours.is_empty() || value(ours).is_some() || set.iter().any(|(name, _)| name == ours);
        if let Some(value) = value(theirs).filter(|_| !known && !off) {
            set.push((ours.to_owned(), value.to_owned()));
        }
    }
    set
}

pub(super) fn read(mut r: Reader<'_>) -> Telemetry {
    let text = r.string("otlp_endpoint");
    let otlp_endpoint = endpoint(&text);
    if otlp_endpoint.is_none() && !text.is_empty() {
        r.fault("otlp_endpoint", "is no address such as http://collector:4318");
    }
    let mut headers = Vec::new();
    for (index, pair) in r.strings("headers").iter().enumerate() {
        match header(pair) {
            Some(good) => headers.push(good),
            // What it is may be a secret.
            None => r.fault(&format!("headers[{index}]"), "is no name=value, with the value percent-encoded"),
        }
    }
    let service_name = r.required("service_name", "for example storebot");
    let sample_ratio = r.fraction("sample_ratio");
    Telemetry { otlp_endpoint, headers, service_name, sample_ratio, timeout: r.duration("timeout") }
}

fn endpoint(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
    let path = url.path().trim_end_matches('/').to_owned();
    if !path.ends_with(PATH) {
        url.set_path(&format!("{path}/{PATH}"));
    }
    Some(url)
}

fn header(pair: &str) -> Option<(String, SecretText)> {
    let (name, value) = pair.split_once('=')?;
    let value = percent_decode_str(value.trim()).decode_utf8().ok()?.into_owned();
    let good = HeaderName::try_from(name.trim()).is_ok() && HeaderValue::try_from(&value).is_ok();
    good.then(|| (name.trim().to_owned(), SecretText::from(value)))
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    const CELL: &str = "[[cells]]\nname='main'\n";

    fn load(file: &str, env: &[(&str, &str)]) -> Result<super::Telemetry, Vec<String>> {
        let env: Vec<_> = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let loaded = Config::load(&format!("{CELL}{file}"), &env);
        loaded.map(|config| config.telemetry).map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    fn endpoint(file: &str, env: &[(&str, &str)]) -> Option<String> {
        load(file, env).unwrap().otlp_endpoint.map(String::from)
    }

    #[test]
    fn nobody_gets_traces_unless_asked() {
        let telemetry = load("", &[]).unwrap();
        assert_eq!((telemetry.otlp_endpoint, telemetry.service_name.as_str()), (None, "storebot"));
        assert!((telemetry.sample_ratio - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn the_usual_variables_are_read_below_our_own() {
        let file = "[telemetry]\notlp_endpoint='http://file:4318'\nsample_ratio=0.5";
        assert_eq!(endpoint(file, &[]).as_deref(), Some("http://file:4318/v1/traces"));
        let general = ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://otel.example/base/");
        assert_eq!(endpoint(file, &[general]).as_deref(), Some("https://otel.example/base/v1/traces"));
        let traces = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:4318/v1/traces");
        assert_eq!(endpoint(file, &[general, traces]).as_deref(), Some("http://traces:4318/v1/traces"));
        let ours = ("STOREBOT__TELEMETRY__OTLP_ENDPOINT", "http://ours:4318");
        assert_eq!(endpoint(file, &[general, traces, ours]).as_deref(), Some("http://ours:4318/v1/traces"));
        assert_eq!(endpoint("", &[general, ("OTEL_SDK_DISABLED", "true")]), None);
        assert_eq!(endpoint("", &[general, ("OTEL_TRACES_EXPORTER", "none")]), None);
        let env = [
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20s3cret, x-scope=acme"),
            ("OTEL_SERVICE_NAME", "shops"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.25"),
        ];
        let telemetry = load(file, &env).unwrap();
        assert_eq!(telemetry.headers[0].0, "authorization");
        assert_eq!(telemetry.headers[0].1.expose(), "Bearer s3cret");
        assert_eq!((telemetry.headers[1].0.as_str(), telemetry.service_name.as_str()), ("x-scope", "shops"));
        assert!((telemetry.sample_ratio - 0.25).abs() < f64::EPSILON);
        assert!(!format!("{telemetry:?}").contains("s3cret"));
    }

    #[test]
    fn what_cannot_be_is_told() {
        let file = "[telemetry]\notlp_endpoint='collector:4318'\nheaders=['s3cret']\nsample_ratio=2.0\nservice_name=''";
        insta::assert_snapshot!(load(file, &[]).unwrap_err().join("\n"), @r"
        telemetry.otlp_endpoint: is no address such as http://collector:4318
        telemetry.headers[0]: is no name=value, with the value percent-encoded
        telemetry.service_name: is missing: for example storebot
        telemetry.sample_ratio: 2 is not between 0 and 1
        ");
        let whole = load("[telemetry]\nsample_ratio=0", &[]).unwrap();
        assert!(whole.sample_ratio.abs() < f64::EPSILON);
    }
}
