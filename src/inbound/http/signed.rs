//! A delivery's body, untouched: signatures are made over bytes, so nothing may parse them first.
//!
//! The document still shows the JSON that belongs there. Whoever takes a [`Signed`] gets bytes and
//! headers and has to verify before reading.

use std::marker::PhantomData;
use std::sync::Arc;

use poem::http::HeaderMap;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaRequest, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use super::caller::origin;
use super::payload;
use crate::domain::audit::Origin;
use crate::domain::webhook::Headers;

/// Bytes that claim to be a signed `T`.
pub(super) struct Signed<'a, T> {
    headers: &'a HeaderMap,
    pub(super) content_type: Option<&'a str>,
    pub(super) raw: Vec<u8>,
    pub(super) origin: Arc<Origin>,
    shape: PhantomData<fn() -> T>,
}

impl<'a, T> Signed<'a, T> {
    /// All of them, as they came.
    pub(super) fn headers(&self) -> Headers<'a> {
        Headers::new(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())))
    }
}

impl<'a, T: Type> ApiExtractor<'a> for Signed<'a, T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(payload::json_request::<T>())
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let raw = Vec::from(body.take()?.into_bytes().await?);
        let content_type = request.content_type();
        Ok(Self { headers: request.headers(), content_type, raw, origin: origin(request), shape: PhantomData })
    }
}
