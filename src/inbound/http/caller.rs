//! The bearer token of a request, as an actor. An extractor and not a middleware, so that it shows
//! in the document, and the first one of each operation, so that nobody unknown has a body parsed.

use std::sync::Arc;

use jiff::Timestamp;
use poem::http::header::AUTHORIZATION;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use super::auth::{SingleUse, TokenError, Verified, Verifier};
use super::problem::Problem;
use crate::commands::Commands;
use crate::domain::actor::{Actor, Door};
use crate::domain::audit::{Asker, Origin};
use crate::metrics::Metrics;

/// Name of the security scheme in the document.
pub(super) const SCHEME: &str = "bearer";

/// Whoever a valid token speaks for, and the request it came with.
pub(super) struct Caller {
    pub(super) actor: Actor,
    pub(super) origin: Arc<Origin>,
    pub(super) at: Timestamp,
}

impl Caller {
    pub(super) fn asker(&self) -> Asker<'_> {
        Asker { actor: &self.actor, door: Door::Api, origin: &self.origin, at: self.at }
    }
}

/// What is needed to know a caller; given to each request by the routes.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) verifier: Verifier,
    pub(super) commands: Arc<Commands>,
    pub(super) metrics: Metrics,
    pub(super) clock: fn() -> Timestamp,
}

impl Gate {
    /// Whom a token speaks for. `changes`: it is used for more than to look.
    pub(super) async fn admit(&self, token: &str, changes: bool, at: Timestamp) -> poem::Result<Verified> {
        let verified = self.verifier.verify(token, at).await.map_err(|why| self.refuse(why))?;
        if let Some(SingleUse { id, until }) = verified.single_use.as_ref().filter(|_| changes)
            && !self.commands.use_once(id, *until, at).await?
        {
            self.metrics.token_refusal("used");
            return Err(Problem::token_used().into());
        }
        Ok(verified)
    }

    fn refuse(&self, why: TokenError) -> Problem {
        tracing::debug!(%why, "a bearer token was refused");
        self.metrics.token_refusal(why.as_str());
        match why {
            TokenError::KeysAway { retry_after } => Problem::keys_away(retry_after),
            _ => Problem::unauthorized("Bearer error=\"invalid_token\""),
        }
    }
}

impl<'a> ApiExtractor<'a> for Caller {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        let scheme = MetaSecurityScheme {
            ty: "http",
            description: Some(
                "A token made by `storebot token` or by whoever holds one of its keys, or the OpenID Connect token of \
                 a job of GitHub Actions or GitLab CI that the configuration lets in.",
            ),
            name: None,
            key_in: None,
            scheme: Some("bearer"),
            bearer_format: Some("JWT"),
            flows: None,
            openid_connect_url: None,
        };
        registry.create_security_scheme(SCHEME, scheme);
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SCHEME]
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let token = bearer(request).ok_or_else(|| Problem::unauthorized("Bearer"))?;
        let gate = request.data::<Gate>().ok_or_else(Problem::internal)?;
        let (at, changes) = ((gate.clock)(), !request.method().is_safe());
        let Verified { actor, .. } = gate.admit(token, changes, at).await?;
        Ok(Self { actor, origin: origin(request), at })
    }
}

/// What the frame around all routes knows of a request.
pub(crate) fn origin(request: &Request) -> Arc<Origin> {
    request.data::<Arc<Origin>>().cloned().unwrap_or_default()
}

/// The token of the one `Authorization` header; two of them are nobody's honest request.
fn bearer(request: &Request) -> Option<&str> {
    let mut values = request.headers().get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim()).filter(|t| !t.is_empty())
}
