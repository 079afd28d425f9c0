//! Embeds (message resource, "Embed Limits").

use serde_json::Value;

use super::findings::Findings;
use super::shape::{Field, Form, Shape, may, must};

/// Characters in all texts of all embeds of a message.
const ALL_TOGETHER: usize = 6_000;

const LINK: Shape = Shape::Url(2_048, &["http", "https"]);
const PICTURE: Shape = Shape::Url(2_048, &["http", "https", "attachment"]);

static FIELD: Shape = Shape::Form(&Form::of(&[&[
    must("name", Shape::Text(1, 256)),
    must("value", Shape::Text(1, 1_024)),
    may("inline", Shape::Flag),
]]));
static AUTHOR: Form = Form::of(&[&[must("name", Shape::Text(1, 256)), may("url", LINK), may("icon_url", PICTURE)]]);
static FOOTER: Form = Form::of(&[&[must("text", Shape::Text(1, 2_048)), may("icon_url", PICTURE)]]);
const IMAGE: &[Field] = &[may("url", PICTURE)];
static MEDIA: Form = Form::of(&[IMAGE]);

static EMBED: Shape = Shape::Form(&Form::of(&[&[
    may("title", Shape::Text(0, 256)),
    may("type", Shape::Text(0, 256)),
    may("description", Shape::Text(0, 4_096)),
    may("url", LINK),
    may("timestamp", Shape::Time),
    may("color", Shape::Whole(0, 0xff_ff_ff)),
    may("footer", Shape::Form(&FOOTER)),
    may("image", Shape::Form(&MEDIA)),
    may("thumbnail", Shape::Form(&MEDIA)),
    may("author", Shape::Form(&AUTHOR)),
    may("fields", Shape::List(&FIELD, 0, 25)),
]]));

/// All embeds of a message.
pub(super) static EMBEDS: Shape = Shape::And(&Shape::List(&EMBED, 0, 10), not_too_much);

fn not_too_much(embeds: &Value, found: &mut Findings) {
    let texts = ["/title", "/description", "/footer/text", "/author/name"];
    let count = |thing: &Value, text: &str| {
        thing.pointer(text).and_then(Value::as_str).map_or(0, |text| text.trim().chars().count())
    };
    let characters = |embed: &Value| -> usize {
        let fields = embed.get("fields").and_then(Value::as_array).into_iter().flatten();
        let fields: usize = fields.map(|field| count(field, "/name") + count(field, "/value")).sum();
        texts.iter().map(|text| count(embed, text)).sum::<usize>() + fields
    };
    if embeds.as_array().into_iter().flatten().map(characters).sum::<usize>() > ALL_TOGETHER {
        let message = format!("Embed size exceeds maximum size of {ALL_TOGETHER}");
        found.add("MAX_EMBED_SIZE_EXCEEDED", message);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepts, long, refuses};
    use super::*;
    use serde_json::json;

    fn fields(count: usize) -> Value {
        (0..count).map(|_| json!({"name": "x", "value": "y", "inline": true})).collect()
    }

    #[test]
    fn each_text_of_an_embed_has_its_length() {
        for good in [
            json!({"title": long(256), "description": long(4_096)}),
            json!({"footer": {"text": long(2_048)}, "author": {"name": long(256)}}),
            json!({"fields": [{"name": long(256), "value": long(1_024)}]}),
            json!({ "fields": fields(25) }),
            json!({"color": 16_777_215, "timestamp": "2024-01-01T00:00:00+01:00", "url": "https://example.org"}),
            json!({"image": {"url": "attachment://tea.png"}, "thumbnail": {"url": "https://example.org/x.png"}}),
        ] {
            accepts(&EMBEDS, &json!([good]));
        }
        for (bad, fault) in [
            (json!({"title": long(257)}), "title BASE_TYPE_MAX_LENGTH"),
            (json!({"description": long(4_097)}), "description BASE_TYPE_MAX_LENGTH"),
            (json!({"footer": {"text": long(2_049)}}), "footer.text BASE_TYPE_BAD_LENGTH"),
            (json!({"footer": {}}), "footer.text BASE_TYPE_REQUIRED"),
            (json!({"author": {"name": long(257)}}), "author.name BASE_TYPE_BAD_LENGTH"),
            (json!({ "fields": fields(26) }), "fields BASE_TYPE_MAX_LENGTH"),
            (json!({"fields": [{"name": long(257), "value": "x"}]}), "fields.0.name BASE_TYPE_BAD_LENGTH"),
            (json!({"fields": [{"name": "x", "value": long(1_025)}]}), "fields.0.value BASE_TYPE_BAD_LENGTH"),
            (json!({"fields": [{"name": "x"}]}), "fields.0.value BASE_TYPE_REQUIRED"),
            (json!({"color": 16_777_216}), "color NUMBER_TYPE_MAX"),
            (json!({"timestamp": "yesterday"}), "timestamp DATE_TIME_TYPE_PARSE"),
            (json!({"url": "attachment://tea.png"}), "url URL_TYPE_INVALID_SCHEME"),
            (json!({"image": {"url": "tea.png"}}), "image.url URL_TYPE_INVALID_URL"),
        ] {
            refuses(&EMBEDS, &json!([bad]), &format!("0.{fault}"));
        }
    }

    #[test]
    fn ten_embeds_with_six_thousand_characters_in_all() {
        let embeds = |count: usize| -> Value { (0..count).map(|_| json!({"title": "x"})).collect() };
        accepts(&EMBEDS, &embeds(10));
        refuses(&EMBEDS, &embeds(11), " BASE_TYPE_MAX_LENGTH");
        let sized =
            |last: usize| json!([{"description": long(4_096)}, {"title": " y ", "footer": {"text": long(last)}}]);
        accepts(&EMBEDS, &sized(1_903));
        refuses(&EMBEDS, &sized(1_904), " MAX_EMBED_SIZE_EXCEEDED");
    }
}
