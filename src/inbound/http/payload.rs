//! JSON in and out, by serde. The generator only learns the shapes.
//!
//! poem-openapi's own JSON type goes through a tree of values both ways, forgets the bytes that an
//! idempotency key's fingerprint is made of, and writes absent fields as null.

use poem::http::StatusCode;
use poem::http::header::CONTENT_TYPE;
use poem::{IntoResponse, Request, RequestBody, Response};
use poem_openapi::error::ContentTypeError;
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaResponse, MetaResponses, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ApiResponse, ExtractParamOptions};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::reading;

const JSON: &str = "application/json";

/// Whether the header `Accept` asks for another form than JSON: names its media type, and JSON not before it.
pub(super) fn asks_for(media_type: &str, accept: Option<&str>) -> bool {
    let mut types = accept.unwrap_or_default().split(',').map(|t| t.split(';').next().unwrap_or_default().trim());
    let first = types.find(|t| t.eq_ignore_ascii_case(media_type) || t.eq_ignore_ascii_case(JSON));
    first.is_some_and(|t| t.eq_ignore_ascii_case(media_type))
}

/// A JSON answer.
pub(super) struct Json<T>(pub(super) T);

impl<T: Type> Payload for Json<T> {
    const CONTENT_TYPE: &'static str = JSON;

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: Serialize + Send> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => Response::builder().header(CONTENT_TYPE, JSON).body(body),
            Err(error) => {
                tracing::error!(%error, "an answer cannot be written as JSON");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

impl<T: Type> ApiResponse for Json<T> {
    fn meta() -> MetaResponses {
        let content = vec![MetaMediaType { content_type: JSON, schema: T::schema_ref() }];
        let ok = MetaResponse { description: "", status: Some(200), status_range: None, content, headers: Vec::new() };
        MetaResponses { responses: vec![ok] }
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

/// A JSON body together with its bytes. The frame around all routes has bounded its size.
pub(super) struct Body<T> {
    pub(super) value: T,
    pub(super) raw: Vec<u8>,
}

impl<'a, T: Type + DeserializeOwned> ApiExtractor<'a> for Body<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(json_request::<T>())
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        check_json(request.content_type())?;
        let raw = Vec::from(body.take()?.into_bytes().await?);
        let value = reading::read(&raw).map_err(|malformed| Problem::malformed(&malformed))?;
        Ok(Self { value, raw })
    }
}

/// A required JSON body of shape `T`, for the document.
pub(super) fn json_request<T: Type>() -> MetaRequest {
    let content = vec![MetaMediaType { content_type: JSON, schema: T::schema_ref() }];
    MetaRequest { description: None, content, required: true }
}

/// `application/json` or `application/<anything>+json`, with or without parameters.
pub(super) fn check_json(content_type: Option<&str>) -> Result<(), ContentTypeError> {
    let Some(content_type) = content_type else { return Err(ContentTypeError::ExpectContentType) };
    let essence = reading::essence(content_type);
    if reading::is_json(&essence) { Ok(()) } else { Err(ContentTypeError::NotSupported { content_type: essence }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_many_names() {
        for good in ["application/json", "Application/JSON; charset=utf-8", "application/cloudevents+json"] {
            assert!(check_json(Some(good)).is_ok(), "{good}");
        }
        for bad in [None, Some(""), Some("text/json"), Some("application/x-www-form-urlencoded")] {
            assert!(check_json(bad).is_err(), "{bad:?}");
        }
    }
}
