//! Opening a direct message (user resource, "Create DM").

use super::shape::{Form, Shape, may, must};

pub(crate) static OPEN_DM: Shape = Shape::Form(&Form::of(&[&[
    must("recipient_id", Shape::Id),
    may("access_tokens", Shape::NotModelled("group direct messages")),
]]));

#[cfg(test)]
mod tests {
    use super::super::testing::{accepts, refuses};
    use super::*;
    use serde_json::json;

    #[test]
    fn somebody_is_named_by_id() {
        accepts(&OPEN_DM, &json!({"recipient_id": "42"}));
        refuses(&OPEN_DM, &json!({}), "recipient_id BASE_TYPE_REQUIRED");
        refuses(&OPEN_DM, &json!({"recipient_id": 42}), "recipient_id STRING_TYPE_CONVERT");
        refuses(&OPEN_DM, &json!({"recipient_id": "ana"}), "recipient_id NUMBER_TYPE_COERCE");
    }
}
